"""Terms of reports, who is whose staff, and what the work list is read by."""

from alembic import op

revision = "reports_0004"
down_revision = "reports_0003"
branch_labels = None
depends_on = None

TABLES = """
-- the defaults are for rows of a version that knows no terms: they get theirs when the alarm rings
ALTER TABLE report
  ADD COLUMN due_from timestamptz,
  ADD COLUMN due_at timestamptz,
  ADD COLUMN days_left integer,
  ADD COLUMN escalation smallint NOT NULL DEFAULT 0,
  ADD COLUMN missed smallint NOT NULL DEFAULT 0,
  ADD COLUMN alarm text DEFAULT 'begin',
  ADD COLUMN alarm_at timestamptz DEFAULT now();
CREATE INDEX report_alarm ON report (alarm_at) WHERE alarm_at IS NOT NULL;
CREATE INDEX report_work ON report (agency, coalesce(due_at, 'infinity'::timestamptz), id)
  WHERE state NOT IN ('resolved', 'closed', 'rejected');
CREATE INDEX report_settled ON report (agency, settled_at) WHERE settled_at IS NOT NULL;
CREATE TABLE account (
  id text PRIMARY KEY,
  role text NOT NULL,
  agency text
);
ALTER TABLE report_contact ADD COLUMN language text NOT NULL DEFAULT 'id';
CREATE TABLE bulk_job (
  id uuid PRIMARY KEY,
  requested_by text NOT NULL,
  role text NOT NULL,
  agency text NOT NULL,
  body jsonb NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE bulk_item (
  job_id uuid NOT NULL REFERENCES bulk_job (id),
  n integer NOT NULL,
  report_id uuid NOT NULL,
  outcome text,
  PRIMARY KEY (job_id, n)
);
CREATE INDEX bulk_item_open ON bulk_item (job_id, n) WHERE outcome IS NULL;
"""


def upgrade() -> None:
    """Add columns and tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Terms would be forgotten."""
    raise NotImplementedError
