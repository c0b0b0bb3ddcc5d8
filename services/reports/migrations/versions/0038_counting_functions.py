"""What triggers call is PL/pgSQL: a session plans it once, and not again with every report."""

from alembic import op

revision = "reports_0038"
down_revision = "reports_0037"
branch_labels = None
depends_on = None

# PostgreSQL keeps no plan of a function in SQL that it cannot inline (it does from version 18)
FUNCTIONS = """
CREATE OR REPLACE FUNCTION report_hours(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  hours CONSTANT integer := greatest(0, floor(extract(epoch FROM until - since) / 3600));
BEGIN
  RETURN CASE WHEN hours < 100 THEN hours
    ELSE hours - hours % (10 ^ (length(hours::text) - 2))::integer END;
END $$;

CREATE OR REPLACE FUNCTION report_count(one report, sign integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_change (created_at, category, area, agency, state, lat, long,
    reports, kept, ratings, stars)
  SELECT one.created_at, one.category, one.area, one.agency, one.state, one.lat, one.long, sign,
    sign * (one.missed = 0)::integer, sign * (one.rating IS NOT NULL)::integer,
    sign * coalesce(one.rating, 0)
  WHERE one.visibility <> 'secret';
END $$;

CREATE OR REPLACE FUNCTION report_count_stays(one report, after integer, sign integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_stay_change (created_at, category, area, agency, state, hours, stays)
  SELECT one.created_at, one.category, one.area, stay->>'agency', stay->>'state',
    (stay->>'hours')::integer, sign
  FROM jsonb_array_elements(one.stays) WITH ORDINALITY AS s (stay, n)
  WHERE n > after AND one.visibility <> 'secret';
END $$;

CREATE OR REPLACE FUNCTION report_day_count(one report, sign integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_day_change (at, area, came, answered, kept)
  SELECT one.created_at, coalesce(one.area, ''), sign, 0, 0
  WHERE one.visibility <> 'secret' AND one.created_at > now() - interval '2 days'
  UNION ALL
  SELECT one.settled_at, coalesce(one.area, ''), 0, sign, sign * (one.missed = 0)::integer
  WHERE one.visibility <> 'secret' AND one.state IN ('resolved', 'closed')
    AND one.settled_at > now() - interval '2 days';
END $$;

CREATE OR REPLACE FUNCTION report_words_of(id uuid, description text, address text, category text,
  area text, agency text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN report_words_of(description, address, category, area, agency)
    || array_to_tsvector(ARRAY['=week=' || report_week(id)]);
END $$;
"""


def upgrade() -> None:
    """They count what they counted before; each of them is replaced in one step."""
    op.execute(FUNCTIONS)


def downgrade() -> None:
    """Both forms do the same."""
