"""Accounts that were made before anybody listened are announced once."""

from alembic import op

revision = "registry_0003"
down_revision = "registry_0002"
branch_labels = None
depends_on = None

COLUMN = """
ALTER TABLE identity.account ADD COLUMN announced boolean NOT NULL DEFAULT false;
CREATE INDEX account_not_announced ON identity.account (id) WHERE NOT announced;
"""


def upgrade() -> None:
    """Add the column; a version that does not know it leaves its accounts to the loop."""
    op.execute(COLUMN)


def downgrade() -> None:
    """Take it away."""
    op.execute("ALTER TABLE identity.account DROP COLUMN announced")
