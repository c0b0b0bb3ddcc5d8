"""Reports that came through an app, the words for a place, and changes of the categories."""

from alembic import op

revision = "reports_0006"
down_revision = "reports_0005"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE report
  ADD COLUMN app text,
  ADD COLUMN address text,
  ADD COLUMN approximate boolean NOT NULL DEFAULT false;
CREATE INDEX report_created ON report (created_at DESC, id DESC);
CREATE INDEX report_app ON report (app, id DESC) WHERE app IS NOT NULL;
-- whoever leaves a name or a number need not leave an address
ALTER TABLE report_contact
  ALTER COLUMN email DROP NOT NULL,
  ADD COLUMN name text,
  ADD COLUMN phone text;
CREATE TABLE catalogue_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest text NOT NULL,
  at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    """Add columns and a table; a service of the version before does not see them."""
    op.execute(TABLES)


def downgrade() -> None:
    """Where reports came from would be forgotten."""
    raise NotImplementedError
