"""Places where garbage comes back, and which reports lie on them."""

from alembic import op

revision = "reports_0027"
down_revision = "reports_0026"
branch_labels = None
depends_on = None

TABLES = """
-- which categories have sites, as services know from their city pack; walked: its reports of before
-- were noted up to that one
CREATE TABLE site_category (
  category text PRIMARY KEY,
  walked uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  is_walked boolean NOT NULL DEFAULT false
);
-- a report that is to be looked at; many may be written at once, since none is ever changed
CREATE TABLE site_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  report_id uuid NOT NULL
);
-- anchor: where it began, by which reports are linked; lat, long: the middle of its reports, which
-- is shown. merged_into: where its reports went. refresh_at: one with many reports is reckoned anew
-- then, and not at every change
CREATE TABLE site (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  category text NOT NULL,
  anchor_lat double precision NOT NULL,
  anchor_long double precision NOT NULL,
  lat double precision NOT NULL,
  long double precision NOT NULL,
  area text,
  agency text NOT NULL,
  state text NOT NULL,
  reports integer NOT NULL DEFAULT 0,
  open_reports integer NOT NULL DEFAULT 0,
  recurrences integer NOT NULL DEFAULT 0,
  volume text,
  kinds text[] NOT NULL DEFAULT '{}',
  hazards text[] NOT NULL DEFAULT '{}',
  hours jsonb NOT NULL DEFAULT '{}',
  spells jsonb NOT NULL DEFAULT '[]',
  score integer NOT NULL DEFAULT 0,
  opened_at timestamptz,
  settled_at timestamptz,
  last_report_at timestamptz,
  refresh_at timestamptz,
  merged_into uuid REFERENCES site (id),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX site_near ON site USING gist (point(anchor_long, anchor_lat)) INCLUDE (category);
CREATE INDEX site_worst ON site (score DESC, id DESC) WHERE reports > 0;
CREATE INDEX site_state ON site (state, id DESC) WHERE reports > 0;
CREATE INDEX site_area ON site (area, id DESC) WHERE reports > 0;
CREATE INDEX site_kinds ON site USING gin (kinds) WHERE reports > 0;
CREATE INDEX site_place ON site USING gist (point(long, lat)) WHERE reports > 0;
CREATE INDEX site_refresh ON site (refresh_at) WHERE refresh_at IS NOT NULL;
CREATE INDEX site_merged ON site (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE site_report (
  report_id uuid PRIMARY KEY REFERENCES report (id),
  site_id uuid NOT NULL REFERENCES site (id)
);
CREATE INDEX site_report_site ON site_report (site_id, report_id DESC);
CREATE TABLE site_deed (
  id uuid PRIMARY KEY,
  site_id uuid NOT NULL REFERENCES site (id),
  name text NOT NULL,
  duty text NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  note text
);
CREATE INDEX site_deed_site ON site_deed (site_id, id);
CREATE TABLE site_part (
  site_id uuid NOT NULL REFERENCES site (id),
  duty text NOT NULL,
  agency text NOT NULL,
  state text NOT NULL,
  officer text,
  answer text,
  asked_at timestamptz NOT NULL,
  ended_at timestamptz,
  due_from timestamptz,
  due_at timestamptz,
  escalation smallint NOT NULL,
  missed smallint NOT NULL,
  alarm text,
  alarm_at timestamptz,
  PRIMARY KEY (site_id, duty)
);
CREATE INDEX site_part_open ON site_part (agency, site_id DESC)
  WHERE state IN ('asked', 'accepted', 'working');
CREATE INDEX site_part_alarm ON site_part (alarm_at) WHERE alarm_at IS NOT NULL;
"""
# triggers, so that whatever writes, also a service of the version before, is noticed
SEEN = "visibility, state, category, attributes, lat, long, approximate"
TRIGGERS = f"""
CREATE FUNCTION site_note_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO site_change (report_id)
  SELECT added.id FROM added JOIN site_category USING (category);
  RETURN NULL;
END $$;
CREATE FUNCTION site_note_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO site_change (report_id)
  SELECT NEW.id WHERE EXISTS (
    SELECT FROM site_category WHERE category IN (OLD.category, NEW.category));
  RETURN NULL;
END $$;
CREATE TRIGGER site_note_added AFTER INSERT ON report REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION site_note_added();
CREATE TRIGGER site_note_changed AFTER UPDATE ON report FOR EACH ROW
  WHEN (({", ".join(f"OLD.{name}" for name in SEEN.split(", "))})
    IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in SEEN.split(", "))}))
  EXECUTE FUNCTION site_note_changed();
"""


def upgrade() -> None:
    """Services say of which categories there are sites, and walk through the reports of before."""
    op.execute(TABLES)
    op.execute(TRIGGERS)


def downgrade() -> None:
    """It would be forgotten what officers did there."""
    raise NotImplementedError
