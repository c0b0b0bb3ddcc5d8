"""Incidents: what near reports are one of, where they lie, and what is said of them."""

from alembic import op

revision = "reports_0024"
down_revision = "reports_0023"
branch_labels = None
depends_on = None

# incident_cell, _voice and _apart are of those that live only: with the end of an incident they go
TABLES = """
CREATE TABLE incident (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  category text NOT NULL,
  agency text NOT NULL,
  area text,
  direction text,
  severity text NOT NULL,
  cause text,
  reports integer NOT NULL,
  began_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  end_after timestamptz,
  ended_at timestamptz,
  ended_by text,
  merged_into uuid REFERENCES incident (id),
  lat double precision NOT NULL,
  long double precision NOT NULL,
  line jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
  CHECK (merged_into IS NULL OR ended_by = 'merged')
);
CREATE INDEX incident_live ON incident (expires_at) WHERE ended_at IS NULL;
CREATE INDEX incident_past ON incident (began_at, id);
CREATE INDEX incident_merged ON incident (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE incident_report (
  report_id uuid PRIMARY KEY REFERENCES report (id),
  incident_id uuid NOT NULL,
  at timestamptz NOT NULL,
  y integer NOT NULL,
  x integer NOT NULL,
  direction text NOT NULL,
  voice text NOT NULL,
  is_withdrawn boolean NOT NULL DEFAULT false
);
CREATE INDEX incident_reports ON incident_report (incident_id, at);
CREATE TABLE incident_cell (
  category text NOT NULL,
  y integer NOT NULL,
  x integer NOT NULL,
  direction text NOT NULL,
  incident_id uuid NOT NULL,
  reports integer NOT NULL,
  PRIMARY KEY (category, y, x, direction, incident_id)
);
CREATE INDEX incident_cells ON incident_cell (incident_id);
CREATE TABLE incident_voice (
  incident_id uuid NOT NULL,
  voice text NOT NULL,
  address text NOT NULL,
  weight integer NOT NULL,
  stance text NOT NULL,
  since timestamptz NOT NULL,
  at timestamptz NOT NULL,
  seen_at timestamptz,
  severity text,
  cause text,
  PRIMARY KEY (incident_id, voice)
);
CREATE TABLE incident_apart (
  incident_id uuid NOT NULL,
  other_id uuid NOT NULL,
  PRIMARY KEY (incident_id, other_id),
  CHECK (incident_id < other_id)
);
CREATE INDEX incident_apart_other ON incident_apart (other_id);
"""


def upgrade() -> None:
    """Make the tables; nothing that was reported before is an incident."""
    op.execute(TABLES)


def downgrade() -> None:
    """It would be forgotten what was one."""
    raise NotImplementedError
