"""At which hours incidents were where: rows as they end, and the sums of these."""

from alembic import op

revision = "reports_0025"
down_revision = "reports_0024"
branch_labels = None
depends_on = None

TABLES = """
-- one row for each field and hour of an incident; none is ever changed, so nobody waits for another
CREATE TABLE incident_hour_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  month date NOT NULL,
  category text NOT NULL,
  hour integer NOT NULL,
  y integer NOT NULL,
  x integer NOT NULL,
  direction text NOT NULL,
  minutes double precision NOT NULL
);
CREATE TABLE incident_hour (
  month date NOT NULL,
  category text NOT NULL,
  hour integer NOT NULL,
  y integer NOT NULL,
  x integer NOT NULL,
  direction text NOT NULL,
  incidents bigint NOT NULL,
  minutes double precision NOT NULL,
  PRIMARY KEY (month, category, hour, y, x, direction)
);
"""


def upgrade() -> None:
    """Make the tables; what ended before is not counted."""
    op.execute(TABLES)


def downgrade() -> None:
    """It would be forgotten where traffic was bad."""
    raise NotImplementedError
