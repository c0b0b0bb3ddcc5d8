"""How much there is to do: changes of what is open, and the sums that are made of them."""

from alembic import op

revision = "reports_0029"
down_revision = "reports_0028"
branch_labels = None
depends_on = None

TABLES = """
-- lines as in report_change, of open reports, secret ones too; '' is no area, no officer
CREATE TABLE report_work_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agency text NOT NULL,
  category text NOT NULL,
  area text NOT NULL,
  officer text NOT NULL,
  state text NOT NULL,
  due timestamptz NOT NULL,
  escalated integer NOT NULL,
  reports integer NOT NULL
);
-- agency '' is the whole city. late: those that were due before the time of report_work_until
CREATE TABLE report_work_sum (
  agency text NOT NULL,
  dimension text NOT NULL,
  code text NOT NULL,
  state text NOT NULL,
  reports bigint NOT NULL,
  late bigint NOT NULL,
  escalated bigint NOT NULL,
  PRIMARY KEY (agency, dimension, code, state)
);
CREATE TABLE report_work_until (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  at timestamptz NOT NULL
);
INSERT INTO report_work_until (at) VALUES ('-infinity');
"""
OPEN = "('submitted', 'verified', 'assigned', 'in_progress', 'on_hold', 'reopened')"
LINE = f"""
  INSERT INTO report_work_change
    (agency, category, area, officer, state, due, escalated, reports)
  SELECT agency, category, coalesce(area, ''), coalesce(officer, ''), state,
    coalesce(due_at, 'infinity'), sign * (escalation > 0)::integer, sign
  FROM {{rows}} WHERE state IN {OPEN}"""
_CHANGED = "agency, category, area, officer, state, due_at, escalation"
BOTH = f"""(SELECT {", ".join(f"OLD.{name}" for name in _CHANGED.split(", "))}, -1 AS sign UNION ALL
    SELECT {", ".join(f"NEW.{name}" for name in _CHANGED.split(", "))}, 1) AS changed"""
FUNCTIONS = f"""
CREATE FUNCTION report_work_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {LINE.format(rows="(SELECT *, 1 AS sign FROM added) AS new")};
  RETURN NULL;
END $$;

CREATE FUNCTION report_work_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {LINE.format(rows=BOTH)};
  RETURN NULL;
END $$;

CREATE FUNCTION report_work_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {LINE.format(rows="(SELECT OLD.*, -1 AS sign) AS gone")};
  RETURN NULL;
END $$;
"""
COUNTED = (
    "{0}.agency, {0}.category, {0}.area, {0}.officer, {0}.state, {0}.due_at, {0}.escalation > 0"
)
TRIGGERS = f"""
CREATE TRIGGER report_work_added AFTER INSERT ON report REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION report_work_added();
CREATE TRIGGER report_work_changed AFTER UPDATE ON report FOR EACH ROW
  WHEN (({COUNTED.format("OLD")}) IS DISTINCT FROM ({COUNTED.format("NEW")}))
  EXECUTE FUNCTION report_work_changed();
CREATE TRIGGER report_work_removed AFTER DELETE ON report FOR EACH ROW
  EXECUTE FUNCTION report_work_removed();
"""


def upgrade() -> None:
    """From now on all is noted; what is open already is added in a migration of its own."""
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)


def downgrade() -> None:
    """They can be counted again."""
    raise NotImplementedError
