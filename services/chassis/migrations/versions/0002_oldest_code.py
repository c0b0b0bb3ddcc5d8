"""Which code a database can still work with, once a migration takes something away."""

from alembic import op

from services.chassis.migrate import app_role

revision = "chassis_0002"
down_revision = "chassis_0001"
branch_labels = None
depends_on = None

TABLE = "CREATE TABLE chassis.oldest_code (line text PRIMARY KEY, head text NOT NULL)"


def upgrade() -> None:
    """Create the table; only migrations write into it."""
    op.execute(TABLE)
    op.execute(f'REVOKE INSERT, UPDATE, DELETE ON chassis.oldest_code FROM "{app_role()}"')


def downgrade() -> None:
    """Code of before does not look at it."""
    op.execute("DROP TABLE chassis.oldest_code")
