"""Photos of reports, and how far unused uploads were swept."""

from alembic import op

revision = "reports_0002"
down_revision = "reports_0001"
branch_labels = None
depends_on = None

TABLES = """
-- the picture itself is in the file store, under its hour of upload and its digest
CREATE TABLE report_photo (
  report_id uuid NOT NULL REFERENCES report (id),
  n integer NOT NULL,
  hour text NOT NULL,
  digest text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  bytes integer NOT NULL,
  PRIMARY KEY (report_id, n)
);
CREATE INDEX report_photo_stored ON report_photo (hour, digest);
CREATE TABLE photo_sweep (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  swept_until timestamptz NOT NULL
);
INSERT INTO photo_sweep (swept_until) VALUES (date_trunc('hour', now()));
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Photos would be lost."""
    raise NotImplementedError
