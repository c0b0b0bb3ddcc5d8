"""Letters to many are found when they are due, those that somebody waits for first."""

from services.chassis.migrate import create_index

revision = "notify_0011"
down_revision = "notify_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the indexes beside those who write."""
    create_index("mail_bulk_due", "mail (bulk_at) WHERE state = 'waiting'")
    create_index("mail_confirm_due", "mail (bulk_at) WHERE state = 'waiting' AND kind = 'confirm'")


def downgrade() -> None:
    """Slower again."""
    raise NotImplementedError
