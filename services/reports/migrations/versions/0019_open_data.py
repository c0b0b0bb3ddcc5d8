"""The files of open data: of which day there are some, and who makes them."""

from alembic import op

revision = "reports_0019"
down_revision = "reports_0018"
branch_labels = None
depends_on = None

TABLES = """
-- holder: who makes them now, until held_until; whoever dies meanwhile is taken the work from then
CREATE TABLE open_data (
  day date PRIMARY KEY,
  holder uuid NOT NULL,
  held_until timestamptz,
  made_at timestamptz,
  reports integer,
  files jsonb
);
"""


def upgrade() -> None:
    """Add the table."""
    op.execute(TABLES)


def downgrade() -> None:
    """Files would be forgotten."""
    raise NotImplementedError
