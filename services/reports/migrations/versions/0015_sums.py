"""What is counted of public reports: changes, and the sums that are made of them."""

from alembic import op

revision = "reports_0015"
down_revision = "reports_0014"
branch_labels = None
depends_on = None

TABLES = """
-- stays: the states it has left, each with the agency that had it and the hours it took
ALTER TABLE report
  ADD COLUMN state_since timestamptz,
  ADD COLUMN stays jsonb NOT NULL DEFAULT '[]';
-- one line more or less of what is public; many may be written at once, since none is ever changed
CREATE TABLE report_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL,
  category text NOT NULL,
  area text,
  agency text NOT NULL,
  state text NOT NULL,
  lat double precision NOT NULL,
  long double precision NOT NULL,
  reports integer NOT NULL,
  kept integer NOT NULL,
  ratings integer NOT NULL,
  stars integer NOT NULL
);
CREATE TABLE report_stay_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL,
  category text NOT NULL,
  area text,
  agency text NOT NULL,
  state text NOT NULL,
  hours integer NOT NULL,
  stays integer NOT NULL
);
CREATE TABLE report_sum (
  year integer NOT NULL,
  dimension text NOT NULL,
  code text NOT NULL,
  state text NOT NULL,
  reports bigint NOT NULL,
  kept bigint NOT NULL,
  ratings bigint NOT NULL,
  stars bigint NOT NULL,
  PRIMARY KEY (year, dimension, code, state)
);
CREATE TABLE report_stay_sum (
  year integer NOT NULL,
  dimension text NOT NULL,
  code text NOT NULL,
  state text NOT NULL,
  hours integer NOT NULL,
  stays bigint NOT NULL,
  PRIMARY KEY (year, dimension, code, state, hours)
);
-- lat, long: the sums of them, in millionths of a degree
CREATE TABLE report_cell (
  level integer NOT NULL,
  x integer NOT NULL,
  y integer NOT NULL,
  is_open boolean NOT NULL,
  reports bigint NOT NULL,
  lat bigint NOT NULL,
  long bigint NOT NULL,
  PRIMARY KEY (level, x, y, is_open)
);
"""
FUNCTIONS = """
-- whole hours, of large numbers the first two digits: 99, 120, 3400
CREATE FUNCTION report_hours(since timestamptz, until timestamptz) RETURNS integer
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN hours < 100 THEN hours
    ELSE hours - hours % (10 ^ (length(hours::text) - 2))::integer END
  FROM (SELECT greatest(0, floor(extract(epoch FROM until - since) / 3600))::integer AS hours) h $$;

CREATE FUNCTION report_count(one report, sign integer) RETURNS void LANGUAGE sql AS $$
  INSERT INTO report_change (created_at, category, area, agency, state, lat, long,
    reports, kept, ratings, stars)
  SELECT one.created_at, one.category, one.area, one.agency, one.state, one.lat, one.long, sign,
    sign * (one.missed = 0)::integer, sign * (one.rating IS NOT NULL)::integer,
    sign * coalesce(one.rating, 0)
  WHERE one.visibility <> 'secret' $$;

CREATE FUNCTION report_count_stays(one report, after integer, sign integer) RETURNS void
  LANGUAGE sql AS $$
  INSERT INTO report_stay_change (created_at, category, area, agency, state, hours, stays)
  SELECT one.created_at, one.category, one.area, stay->>'agency', stay->>'state',
    (stay->>'hours')::integer, sign
  FROM jsonb_array_elements(one.stays) WITH ORDINALITY AS s (stay, n)
  WHERE n > after AND one.visibility <> 'secret' $$;

CREATE FUNCTION report_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.state_since := coalesce(NEW.state_since, NEW.created_at);
  RETURN NEW;
END $$;

CREATE FUNCTION report_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.state_since := NEW.updated_at;
  -- nobody noted when a report of before came into its state
  IF OLD.state_since IS NOT NULL THEN
    NEW.stays := OLD.stays || jsonb_build_object('state', OLD.state, 'agency', OLD.agency,
      'hours', report_hours(OLD.state_since, NEW.updated_at));
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION report_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_change (created_at, category, area, agency, state, lat, long,
    reports, kept, ratings, stars)
  SELECT created_at, category, area, agency, state, lat, long, 1, (missed = 0)::integer,
    (rating IS NOT NULL)::integer, coalesce(rating, 0)
  FROM added WHERE visibility <> 'secret';
  INSERT INTO report_stay_change (created_at, category, area, agency, state, hours, stays)
  SELECT created_at, category, area, stay->>'agency', stay->>'state', (stay->>'hours')::integer, 1
  FROM added, jsonb_array_elements(stays) AS s (stay) WHERE visibility <> 'secret';
  RETURN NULL;
END $$;

CREATE FUNCTION report_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM report_count(OLD, -1), report_count(NEW, 1);
  IF (OLD.visibility = 'secret', OLD.category, OLD.area, OLD.created_at)
      IS NOT DISTINCT FROM (NEW.visibility = 'secret', NEW.category, NEW.area, NEW.created_at) THEN
    PERFORM report_count_stays(NEW, jsonb_array_length(OLD.stays), 1);
  ELSE
    PERFORM report_count_stays(OLD, 0, -1), report_count_stays(NEW, 0, 1);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION report_count_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM report_count(OLD, -1), report_count_stays(OLD, 0, -1);
  RETURN NULL;
END $$;
"""
COUNTED = "visibility, state, agency, category, area, lat, long, missed, rating, created_at"
# triggers, so that whatever writes, also a service of the version before, is counted
TRIGGERS = f"""
CREATE TRIGGER report_begins BEFORE INSERT ON report FOR EACH ROW EXECUTE FUNCTION report_begins();
CREATE TRIGGER report_moves BEFORE UPDATE ON report FOR EACH ROW
  WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION report_moves();
CREATE TRIGGER report_count_added AFTER INSERT ON report REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION report_count_added();
CREATE TRIGGER report_count_changed AFTER UPDATE ON report FOR EACH ROW
  WHEN (({", ".join(f"OLD.{name.strip()}" for name in COUNTED.split(","))})
    IS DISTINCT FROM ({", ".join(f"NEW.{name.strip()}" for name in COUNTED.split(","))}))
  EXECUTE FUNCTION report_count_changed();
CREATE TRIGGER report_count_removed AFTER DELETE ON report FOR EACH ROW
  EXECUTE FUNCTION report_count_removed();
"""


def upgrade() -> None:
    """From now on all is counted; what was there already is added in a migration of its own."""
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)


def downgrade() -> None:
    """They can be made again, but for how long states lasted."""
    raise NotImplementedError
