"""What is known of incidents and sites, and where what was told of can be read."""

from alembic import op

revision = "notify_0012"
down_revision = "notify_0011"
branch_labels = None
depends_on = None

TABLES = """
-- an incident or a site by the key of its topic, as it was last heard of. told_reports: how many it
-- had when that was told. is_over: there will be no news of it itself
CREATE TABLE thing (
  topic text PRIMARY KEY,
  version integer NOT NULL,
  category text NOT NULL,
  area text,
  state text NOT NULL,
  reports integer NOT NULL,
  severity text,
  told_reports integer NOT NULL,
  merged_into text,
  is_over boolean NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX thing_merged ON thing (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX thing_over ON thing (at) WHERE is_over;
-- null: of a report, by an earlier version
ALTER TABLE topic_news ADD COLUMN path text;
ALTER TABLE notification ADD COLUMN path text;
"""


def upgrade() -> None:
    """Add a table and columns; code of before does not look at them."""
    op.execute(TABLES)


def downgrade() -> None:
    """It would be forgotten which incidents and sites are followed."""
    raise NotImplementedError
