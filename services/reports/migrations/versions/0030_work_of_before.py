"""The open reports that were there already are counted."""

from alembic import op

revision = "reports_0030"
down_revision = "reports_0029"
branch_labels = None
depends_on = None

OPEN = "state IN ('submitted', 'verified', 'assigned', 'in_progress', 'on_hold', 'reopened')"
# one statement sees one moment, as in the migration that counted public reports
COUNT = f"""
WITH noted AS (DELETE FROM report_work_change)
INSERT INTO report_work_change (agency, category, area, officer, state, due, escalated, reports)
SELECT agency, category, coalesce(area, ''), coalesce(officer, ''), state,
  coalesce(due_at, 'infinity'), (escalation > 0)::integer, 1
FROM report WHERE {OPEN}
"""


def upgrade() -> None:
    """As lines, of which the service makes sums soon."""
    op.execute(COUNT)


def downgrade() -> None:
    """They can be counted again."""
    raise NotImplementedError
