"""What a work list counts and is ordered by is read from indexes alone."""

from services.chassis.migrate import create_index

revision = "reports_0007"
down_revision = "reports_0006"
branch_labels = None
depends_on = None

DUE = "coalesce(due_at, 'infinity'::timestamptz), id"
OPEN = "WHERE state NOT IN ('resolved', 'closed', 'rejected')"
ASKED = "due_at, state, category, area, officer, escalation"


def upgrade() -> None:
    """Build the indexes beside those of before; each holds all that is asked for."""
    create_index("report_queue", f"report (agency, {DUE}) INCLUDE ({ASKED}) {OPEN}")
    create_index("report_city_queue", f"report ({DUE}) INCLUDE (agency, {ASKED}) {OPEN}")
    create_index(
        "report_answered",
        "report (agency, settled_at) INCLUDE (state, missed) WHERE settled_at IS NOT NULL",
    )


def downgrade() -> None:
    """Slower again."""
    raise NotImplementedError
