"""Which change of a follower was heard of last."""

from alembic import op

revision = "notify_0006"
down_revision = "notify_0005"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE follower_heard (
  report_id uuid NOT NULL,
  person text NOT NULL,
  serial bigint NOT NULL,
  PRIMARY KEY (report_id, person)
);
"""


def upgrade() -> None:
    """Add the table; code of before does not look at it."""
    op.execute(TABLES)


def downgrade() -> None:
    """What is older would be believed again."""
    raise NotImplementedError
