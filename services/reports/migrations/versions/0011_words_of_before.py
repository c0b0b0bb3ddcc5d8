"""The words of the reports that were there already, and what places are found by."""

from alembic import op
from sqlalchemy import text

from services.chassis.migrate import create_index

revision = "reports_0011"
down_revision = "reports_0010"
branch_labels = None
depends_on = None

LAST = text("""
SELECT id FROM (SELECT id FROM report WHERE id > :after ORDER BY id LIMIT 5000) batch
ORDER BY id DESC LIMIT 1""")
BATCH = text("""
INSERT INTO report_words (report_id, words)
SELECT id, report_words_of(description, address) FROM report WHERE id > :after AND id <= :last
ON CONFLICT (report_id) DO NOTHING""")
NONE = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    """A few thousand at a time, each for itself, so that nobody waits for them."""
    with op.get_context().autocommit_block():
        after = NONE
        while last := op.get_bind().execute(LAST, {"after": after}).scalar():
            op.get_bind().execute(BATCH, {"after": after, "last": last})
            after = last
    create_index("report_place", "report (lat, long)")


def downgrade() -> None:
    """They can be made again from the reports."""
    raise NotImplementedError
