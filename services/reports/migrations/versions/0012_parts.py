"""Agencies that take part in a report, each with a state and a term of its own."""

from alembic import op

revision = "reports_0012"
down_revision = "reports_0011"
branch_labels = None
depends_on = None

TABLES = """
-- whose part is open or done: they may read the report
ALTER TABLE report ADD COLUMN helpers text[] NOT NULL DEFAULT '{}';
-- category and area never change; they are here for the index
CREATE TABLE report_part (
  report_id uuid NOT NULL REFERENCES report (id),
  agency text NOT NULL,
  state text NOT NULL,
  category text NOT NULL,
  area text,
  officer text,
  asked_for text NOT NULL,
  answer text,
  asked_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  ended_at timestamptz,
  due_from timestamptz,
  due_at timestamptz,
  escalation smallint NOT NULL,
  missed smallint NOT NULL,
  alarm text,
  alarm_at timestamptz,
  PRIMARY KEY (report_id, agency)
);
CREATE INDEX report_part_queue
  ON report_part (agency, coalesce(due_at, 'infinity'::timestamptz), report_id)
  INCLUDE (due_at, state, category, area, officer)
  WHERE state IN ('asked', 'accepted', 'working');
CREATE INDEX report_part_alarm ON report_part (alarm_at) WHERE alarm_at IS NOT NULL;
"""


def upgrade() -> None:
    """Add the column and the table; a service of the version before leaves both alone."""
    op.execute(TABLES)


def downgrade() -> None:
    """It would be forgotten who takes part."""
    raise NotImplementedError
