"""What was moderated, with what stood there before, and photos that are withheld."""

from alembic import op

revision = "reports_0013"
down_revision = "reports_0012"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE report_moderation (
  report_id uuid NOT NULL REFERENCES report (id),
  version integer NOT NULL,
  what text NOT NULL,
  original jsonb,
  shown text,
  reason text NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL,
  undone_in integer,
  PRIMARY KEY (report_id, version)
);
-- as report_photo, so that whoever lists photos finds only those that are shown
CREATE TABLE report_photo_withheld (LIKE report_photo INCLUDING DEFAULTS INCLUDING INDEXES);
ALTER TABLE report_photo_withheld ADD FOREIGN KEY (report_id) REFERENCES report (id);
"""


def upgrade() -> None:
    """Add the tables; a service of the version before shows what is shown, too."""
    op.execute(TABLES)


def downgrade() -> None:
    """What was taken from the public's eyes would be lost."""
    raise NotImplementedError
