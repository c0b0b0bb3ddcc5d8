"""The indexes that others have taken the place of."""

from alembic import op

revision = "reports_0022"
down_revision = "reports_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A service of the version before finds its work list more slowly, until it is replaced."""
    op.execute("DROP INDEX report_queue, report_city_queue")


def downgrade() -> None:
    """They would have to be built again."""
    raise NotImplementedError
