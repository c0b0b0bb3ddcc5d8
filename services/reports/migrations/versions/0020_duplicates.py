"""Which report is a duplicate of which."""

from alembic import op

revision = "reports_0020"
down_revision = "reports_0019"
branch_labels = None
depends_on = None

# no chains: what is a duplicate has none
COLUMNS = """
ALTER TABLE report
  ADD COLUMN duplicate_of uuid,
  ADD COLUMN duplicates integer NOT NULL DEFAULT 0;
ALTER TABLE report
  ADD CONSTRAINT report_original FOREIGN KEY (duplicate_of) REFERENCES report (id) NOT VALID,
  ADD CONSTRAINT report_no_chain CHECK (
    duplicates >= 0 AND (duplicate_of IS NULL OR duplicates = 0)) NOT VALID,
  ADD CONSTRAINT report_duplicate CHECK (
    (state = 'duplicate') = (duplicate_of IS NOT NULL)) NOT VALID;
"""


def upgrade() -> None:
    """Add what holds for every row from now on; those that are there have no duplicates."""
    op.execute(COLUMNS)


def downgrade() -> None:
    """It would be forgotten what is the same."""
    raise NotImplementedError
