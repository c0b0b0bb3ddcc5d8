"""The indexes that others have taken the place of."""

from alembic import op

revision = "reports_0008"
down_revision = "reports_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A service of the version before finds the same in the new ones."""
    op.execute("DROP INDEX report_work, report_settled")


def downgrade() -> None:
    """They would have to be built again."""
    raise NotImplementedError
