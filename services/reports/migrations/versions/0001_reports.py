"""Reports, their history, and the contact a guest left."""

from alembic import op

from services.chassis.migrate import app_role

revision = "reports_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE SEQUENCE report_serial;
CREATE TABLE report (
  id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE,
  version integer NOT NULL,
  state text NOT NULL,
  category text NOT NULL,
  description text NOT NULL,
  lat double precision NOT NULL,
  long double precision NOT NULL,
  visibility text NOT NULL CHECK (visibility IN ('public', 'anonymous', 'secret')),
  attributes jsonb NOT NULL,
  area text,
  agency text NOT NULL,
  reporter text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX report_state ON report (state, id DESC);
CREATE INDEX report_category ON report (category, id DESC);
CREATE INDEX report_area ON report (area, id DESC);
CREATE INDEX report_agency ON report (agency, id DESC);
CREATE INDEX report_reporter ON report (reporter, id DESC) WHERE reporter IS NOT NULL;
CREATE TABLE report_history (
  report_id uuid NOT NULL REFERENCES report (id),
  version integer NOT NULL,
  action text NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL,
  data jsonb NOT NULL,
  PRIMARY KEY (report_id, version)
);
-- apart from the report, so that it can be forgotten while the case stays
CREATE TABLE report_contact (
  report_id uuid PRIMARY KEY REFERENCES report (id),
  email text NOT NULL
);
"""


def upgrade() -> None:
    """Create the tables; the service may add to the history, never change it."""
    op.execute(TABLES)
    op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON report_history FROM "{app_role()}"')


def downgrade() -> None:
    """There is no way back from the first migration."""
    raise NotImplementedError
