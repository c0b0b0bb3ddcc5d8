"""What was told of a report is found by the report."""

from services.chassis.migrate import create_index

revision = "notify_0008"
down_revision = "notify_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the indexes beside those who write."""
    create_index("notification_report", "notification (report_id)")
    create_index("mail_subject", "mail (subject)")


def downgrade() -> None:
    """Slower again."""
    raise NotImplementedError
