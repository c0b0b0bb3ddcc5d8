"""The week stands among a report's words, so that of many that fit the newest are found alone."""

from alembic import op

revision = "reports_0036"
down_revision = "reports_0035"
branch_labels = None
depends_on = None

# by the id, since that is the order of lists: its first 48 bits are milliseconds (RFC 9562, UUIDv7)
FUNCTIONS = """
CREATE FUNCTION report_week(id uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 604800000 $$;

CREATE FUNCTION report_words_of(id uuid, description text, address text, category text, area text,
  agency text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT report_words_of(description, address, category, area, agency)
    || array_to_tsvector(ARRAY['=week=' || report_week(id)]) $$;

CREATE OR REPLACE FUNCTION report_words_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_words (report_id, words)
  SELECT id, report_words_of(id, description, address, category, area, agency) FROM added
  ON CONFLICT (report_id) DO NOTHING;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION report_words_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_words (report_id, words) VALUES (NEW.id,
    report_words_of(NEW.id, NEW.description, NEW.address, NEW.category, NEW.area, NEW.agency))
  ON CONFLICT (report_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
"""
# every search reads to its end what was not put in order yet, which is 4 MB otherwise
PENDING = "ALTER INDEX report_words_found SET (gin_pending_list_limit = 256)"


def upgrade() -> None:
    """From now on; the weeks of before follow. A service of the version before does not ask."""
    op.execute(FUNCTIONS)
    op.execute(PENDING)


def downgrade() -> None:
    """They can be made again from the reports."""
    raise NotImplementedError
