"""Which kelurahan were reminded of which day's collections."""

from alembic import op

revision = "reports_0035"
down_revision = "reports_0034"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE collection_reminder (
  area text NOT NULL,
  day date NOT NULL,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (area, day)
);
"""


def upgrade() -> None:
    """Add a table; code of before does not look at it."""
    op.execute(TABLE)


def downgrade() -> None:
    """People would be reminded twice."""
    raise NotImplementedError
