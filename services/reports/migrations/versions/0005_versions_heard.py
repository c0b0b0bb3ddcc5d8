"""Which version of an account was heard of, and how often followers changed."""

from alembic import op

revision = "reports_0005"
down_revision = "reports_0004"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE account ADD COLUMN version integer NOT NULL DEFAULT 0;
CREATE SEQUENCE follower_serial;
"""


def upgrade() -> None:
    """Add a column and a sequence; code of before leaves both alone."""
    op.execute(TABLES)


def downgrade() -> None:
    """What is older would be believed again."""
    raise NotImplementedError
