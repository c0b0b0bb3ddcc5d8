"""What actions change of a report."""

from alembic import op

revision = "reports_0003"
down_revision = "reports_0002"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE report
  ADD COLUMN officer text,
  ADD COLUMN rating smallint,
  ADD COLUMN supports integer NOT NULL DEFAULT 0,
  ADD COLUMN settled_at timestamptz;
CREATE TABLE report_support (
  report_id uuid NOT NULL REFERENCES report (id),
  person text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (report_id, person)
);
ALTER TABLE report_photo ADD COLUMN version integer NOT NULL DEFAULT 1;
"""


def upgrade() -> None:
    """Add the columns; a service of the version before does not see them."""
    op.execute(COLUMNS)


def downgrade() -> None:
    """What was done would be forgotten."""
    raise NotImplementedError
