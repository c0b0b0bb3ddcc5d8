"""What one officer has to do is found without all that the agency has to do."""

from services.chassis.migrate import create_index

revision = "reports_0031"
down_revision = "reports_0030"
branch_labels = None
depends_on = None

DUE = "coalesce(due_at, 'infinity'::timestamptz), id"
OPEN = "state IN ('submitted', 'verified', 'assigned', 'in_progress', 'on_hold', 'reopened')"


def upgrade() -> None:
    """Of what somebody has taken on."""
    create_index(
        "report_officer_open",
        f"report (officer, {DUE}) INCLUDE (agency, due_at, state, category, area) "
        f"WHERE {OPEN} AND officer IS NOT NULL",
    )


def downgrade() -> None:
    """Slower again."""
    raise NotImplementedError
