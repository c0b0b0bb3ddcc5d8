"""Which reports are duplicates of which, and which the public may not see any more."""

from alembic import op

revision = "notify_0009"
down_revision = "notify_0008"
branch_labels = None
depends_on = None

TABLES = """
-- version: the duplicate's, when it became one or ceased to be
CREATE TABLE duplicate (
  original uuid NOT NULL,
  report_id uuid NOT NULL,
  version integer NOT NULL,
  is_linked boolean NOT NULL,
  told jsonb NOT NULL,
  PRIMARY KEY (original, report_id)
);
CREATE INDEX duplicate_report ON duplicate (report_id);
CREATE TABLE hidden (
  report_id uuid PRIMARY KEY,
  version integer NOT NULL,
  is_hidden boolean NOT NULL
);
"""


def upgrade() -> None:
    """Add the tables; code of before does not look at them."""
    op.execute(TABLES)


def downgrade() -> None:
    """Those with a duplicate would not be told any more."""
    raise NotImplementedError
