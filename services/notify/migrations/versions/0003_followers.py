"""Who wants to be told of which report."""

from alembic import op

revision = "notify_0003"
down_revision = "notify_0002"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE follower (
  report_id uuid NOT NULL,
  person text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (report_id, person)
);
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(TABLES)


def downgrade() -> None:
    """People would not be told any more."""
    raise NotImplementedError
