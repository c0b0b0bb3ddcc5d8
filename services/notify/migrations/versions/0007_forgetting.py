"""Who is not told of a report any more."""

from alembic import op

revision = "notify_0007"
down_revision = "notify_0006"
branch_labels = None
depends_on = None

TABLES = """
-- digest: of report and account; serial: changes of followers up to this one are from before
CREATE TABLE reporter_forgotten (
  report_id uuid NOT NULL,
  digest text NOT NULL,
  serial bigint NOT NULL,
  PRIMARY KEY (report_id, digest)
);
"""


def upgrade() -> None:
    """Add the table; a service of the version before does not look at it."""
    op.execute(TABLES)


def downgrade() -> None:
    """People would be told again."""
    raise NotImplementedError
