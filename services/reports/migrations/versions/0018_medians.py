"""Medians of how long states lasted, so that they need not be found at every question."""

from alembic import op

revision = "reports_0018"
down_revision = "reports_0017"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE report_median (
  year integer NOT NULL,
  dimension text NOT NULL,
  code text NOT NULL,
  state text NOT NULL,
  hours integer NOT NULL,
  stays bigint NOT NULL,
  PRIMARY KEY (year, dimension, code, state)
);
INSERT INTO report_median (year, dimension, code, state, hours, stays)
SELECT year, dimension, code, state, min(hours), max(stays) FROM (
  SELECT year, dimension, code, state, hours,
    sum(stays) OVER (PARTITION BY year, dimension, code, state ORDER BY hours) AS until,
    sum(stays) OVER (PARTITION BY year, dimension, code, state) AS stays
  FROM report_stay_sum WHERE stays <> 0) added_up
WHERE until * 2 >= stays GROUP BY year, dimension, code, state;
"""


def upgrade() -> None:
    """Add the table; whoever does not know it counts as before."""
    op.execute(TABLES)


def downgrade() -> None:
    """They can be found again."""
    raise NotImplementedError
