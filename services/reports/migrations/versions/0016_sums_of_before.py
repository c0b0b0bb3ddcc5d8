"""The reports that were there already are counted."""

from alembic import op

revision = "reports_0016"
down_revision = "reports_0015"
branch_labels = None
depends_on = None

# one statement sees one moment: what was noted until then is taken away, since the count of all
# reports of that moment holds it; what is noted meanwhile comes on top. Nobody waits.
COUNT = """
WITH noted AS (DELETE FROM report_change)
INSERT INTO report_change (created_at, category, area, agency, state, lat, long,
  reports, kept, ratings, stars)
SELECT created_at, category, area, agency, state, lat, long, 1, (missed = 0)::integer,
  (rating IS NOT NULL)::integer, coalesce(rating, 0)
FROM report WHERE visibility <> 'secret'
"""


def upgrade() -> None:
    """As lines, of which the service makes sums soon."""
    op.execute(COUNT)


def downgrade() -> None:
    """They can be counted again."""
    raise NotImplementedError
