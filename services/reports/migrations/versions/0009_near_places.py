"""Where open reports are."""

from services.chassis.migrate import create_index

revision = "reports_0009"
down_revision = "reports_0008"
branch_labels = None
depends_on = None

OPEN = "state IN ('submitted', 'verified', 'assigned', 'in_progress', 'on_hold', 'reopened')"


def upgrade() -> None:
    """Build the index; it holds all by which what is near is chosen."""
    create_index(
        "report_nearby",
        "report USING gist (point(long, lat)) INCLUDE (id, category, lat, long)"
        f" WHERE {OPEN} AND visibility <> 'secret' AND NOT approximate",
    )


def downgrade() -> None:
    """Slower again."""
    raise NotImplementedError
