"""Category, area and agency stand among a report's words, so that one index finds all together."""

from alembic import op

revision = "reports_0032"
down_revision = "reports_0031"
branch_labels = None
depends_on = None

# no word begins like this: the parser takes `=` for what lies between words
FUNCTIONS = """
CREATE FUNCTION report_words_of(description text, address text, category text, area text,
  agency text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT report_words_of(description, address) || array_to_tsvector(array_remove(
    ARRAY['=category=' || category, '=area=' || area, '=agency=' || agency], NULL)) $$;

CREATE OR REPLACE FUNCTION report_words_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_words (report_id, words)
  SELECT id, report_words_of(description, address, category, area, agency) FROM added
  ON CONFLICT (report_id) DO NOTHING;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION report_words_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_words (report_id, words) VALUES (NEW.id,
    report_words_of(NEW.description, NEW.address, NEW.category, NEW.area, NEW.agency))
  ON CONFLICT (report_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
"""
KEPT = "{0}.description, {0}.address, {0}.category, {0}.area, {0}.agency"
TRIGGER = f"""
CREATE OR REPLACE TRIGGER report_words_changed AFTER UPDATE ON report FOR EACH ROW
  WHEN (({KEPT.format("OLD")}) IS DISTINCT FROM ({KEPT.format("NEW")}))
  EXECUTE FUNCTION report_words_change();
"""


def upgrade() -> None:
    """From now on; the words of before follow. A service of the version before does not ask."""
    op.execute(FUNCTIONS)
    op.execute(TRIGGER)


def downgrade() -> None:
    """They can be made again from the reports."""
    raise NotImplementedError
