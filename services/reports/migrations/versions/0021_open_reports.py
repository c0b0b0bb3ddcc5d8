"""What was merged into what; and work lists without what is settled in any way."""

from services.chassis.migrate import create_index

revision = "reports_0021"
down_revision = "reports_0020"
branch_labels = None
depends_on = None

DUE = "coalesce(due_at, 'infinity'::timestamptz), id"
OPEN = "state IN ('submitted', 'verified', 'assigned', 'in_progress', 'on_hold', 'reopened')"
ASKED = "due_at, state, category, area, officer, escalation"


def upgrade() -> None:
    """Build them beside those of before, which also hold duplicates and what was referred."""
    create_index("report_duplicates", "report (duplicate_of, id) WHERE duplicate_of IS NOT NULL")
    create_index("report_open", f"report (agency, {DUE}) INCLUDE ({ASKED}) WHERE {OPEN}")
    create_index("report_city_open", f"report ({DUE}) INCLUDE (agency, {ASKED}) WHERE {OPEN}")


def downgrade() -> None:
    """Slower again."""
    raise NotImplementedError
