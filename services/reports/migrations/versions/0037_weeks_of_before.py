"""The reports that were there already get their week among their words."""

from alembic import op
from sqlalchemy import text

revision = "reports_0037"
down_revision = "reports_0036"
branch_labels = None
depends_on = None

LAST = text("""
SELECT id FROM (SELECT id FROM report WHERE id > :after ORDER BY id LIMIT 5000) batch
ORDER BY id DESC LIMIT 1""")
# who is changed meanwhile gets them from the trigger, is looked at again, and left as it is
BATCH = text("""
UPDATE report_words w
SET words = report_words_of(r.id, r.description, r.address, r.category, r.area, r.agency)
FROM report r WHERE r.id = w.report_id AND w.report_id > :after AND w.report_id <= :last
  AND NOT w.words @@ '''=week='':*'::tsquery""")
NONE = "00000000-0000-0000-0000-000000000000"


def upgrade() -> None:
    """A few thousand at a time, each for itself, so that nobody waits for them."""
    with op.get_context().autocommit_block():
        after = NONE
        while last := op.get_bind().execute(LAST, {"after": after}).scalar():
            op.get_bind().execute(BATCH, {"after": after, "last": last})
            after = last


def downgrade() -> None:
    """They can be made again from the reports."""
    raise NotImplementedError
