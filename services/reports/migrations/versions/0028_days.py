"""How many public reports come in and are settled on a day, area by area."""

from alembic import op

revision = "reports_0028"
down_revision = "reports_0027"
branch_labels = None
depends_on = None

TABLES = """
-- lines as in report_change, of what is no older than two days; '' is the area of none
CREATE TABLE report_day_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  area text NOT NULL,
  came integer NOT NULL,
  answered integer NOT NULL,
  kept integer NOT NULL
);
CREATE TABLE report_day (
  day date NOT NULL,
  area text NOT NULL,
  came bigint NOT NULL,
  answered bigint NOT NULL,
  kept bigint NOT NULL,
  PRIMARY KEY (day, area)
);
"""
RECENT = "now() - interval '2 days'"
SETTLED = "state IN ('resolved', 'closed')"
LINES = f"""
  SELECT created_at, coalesce(area, ''), 1, 0, 0 FROM {{rows}}
  WHERE visibility <> 'secret' AND created_at > {RECENT}
  UNION ALL
  SELECT settled_at, coalesce(area, ''), 0, 1, (missed = 0)::integer FROM {{rows}}
  WHERE visibility <> 'secret' AND {SETTLED} AND settled_at > {RECENT}"""
FUNCTIONS = f"""
CREATE FUNCTION report_day_count(one report, sign integer) RETURNS void LANGUAGE sql AS $$
  INSERT INTO report_day_change (at, area, came, answered, kept)
  SELECT one.created_at, coalesce(one.area, ''), sign, 0, 0
  WHERE one.visibility <> 'secret' AND one.created_at > {RECENT}
  UNION ALL
  SELECT one.settled_at, coalesce(one.area, ''), 0, sign, sign * (one.missed = 0)::integer
  WHERE one.visibility <> 'secret' AND one.{SETTLED} AND one.settled_at > {RECENT} $$;

CREATE FUNCTION report_day_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_day_change (at, area, came, answered, kept) {LINES.format(rows="added")};
  RETURN NULL;
END $$;

CREATE FUNCTION report_day_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM report_day_count(OLD, -1), report_day_count(NEW, 1);
  RETURN NULL;
END $$;

CREATE FUNCTION report_day_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM report_day_count(OLD, -1);
  RETURN NULL;
END $$;
"""
COUNTED = (
    f"{{0}}.visibility = 'secret', {{0}}.area, {{0}}.settled_at, {{0}}.missed, {{0}}.{SETTLED}"
)
TRIGGERS = f"""
CREATE TRIGGER report_day_added AFTER INSERT ON report REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION report_day_added();
CREATE TRIGGER report_day_changed AFTER UPDATE ON report FOR EACH ROW
  WHEN (({COUNTED.format("OLD")}) IS DISTINCT FROM ({COUNTED.format("NEW")}))
  EXECUTE FUNCTION report_day_changed();
CREATE TRIGGER report_day_removed AFTER DELETE ON report FOR EACH ROW
  EXECUTE FUNCTION report_day_removed();
"""
# few, found by indexes; nobody writes until this is done
OF_BEFORE = f"""
INSERT INTO report_day_change (at, area, came, answered, kept) {LINES.format(rows="report")}"""


def upgrade() -> None:
    """Triggers, so that whatever writes, also a service of the version before, is counted."""
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)
    op.execute(OF_BEFORE)


def downgrade() -> None:
    """They can be counted again."""
    raise NotImplementedError
