"""Whether it is still well, four weeks after a case was closed."""

from alembic import op

revision = "reports_0017"
down_revision = "reports_0016"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE report ADD COLUMN asked_at timestamptz, ADD COLUMN still_well boolean;
"""


def upgrade() -> None:
    """Add the columns; a service of the version before does not see them."""
    op.execute(COLUMNS)


def downgrade() -> None:
    """What people answered would be forgotten."""
    raise NotImplementedError
