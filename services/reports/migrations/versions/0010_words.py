"""Words of reports, by which they are searched."""

from alembic import op

revision = "reports_0010"
down_revision = "reports_0009"
branch_labels = None
depends_on = None

# apart from the report, whose row is written anew with every action: a column beside the others
# would be put into the index of words again each time
TABLES = """
CREATE TABLE report_words (
  report_id uuid PRIMARY KEY REFERENCES report (id),
  words tsvector NOT NULL
);
CREATE INDEX report_words_found ON report_words USING gin (words);
CREATE FUNCTION report_words_of(description text, address text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT to_tsvector('pg_catalog.indonesian', description || ' ' || coalesce(address, '')) $$;
"""
# triggers, so that a service of the version before, a copy or a person with psql leave nothing out
TRIGGERS = """
CREATE FUNCTION report_words_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_words (report_id, words)
  SELECT id, report_words_of(description, address) FROM added
  ON CONFLICT (report_id) DO NOTHING;
  RETURN NULL;
END $$;
CREATE FUNCTION report_words_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO report_words (report_id, words)
  VALUES (NEW.id, report_words_of(NEW.description, NEW.address))
  ON CONFLICT (report_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
CREATE TRIGGER report_words_added AFTER INSERT ON report
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION report_words_add();
CREATE TRIGGER report_words_changed AFTER UPDATE ON report FOR EACH ROW
  WHEN ((OLD.description, OLD.address) IS DISTINCT FROM (NEW.description, NEW.address))
  EXECUTE FUNCTION report_words_change();
"""


def upgrade() -> None:
    """From now on; those of before follow in a migration of their own."""
    op.execute(TABLES)
    op.execute(TRIGGERS)


def downgrade() -> None:
    """They can be made again from the reports."""
    raise NotImplementedError
