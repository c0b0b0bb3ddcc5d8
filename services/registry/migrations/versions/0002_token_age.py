"""Refresh tokens are found by their family's end, so that old ones can be forgotten."""

from alembic import op

revision = "registry_0002"
down_revision = "registry_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.execute("CREATE INDEX refresh_token_end ON identity.refresh_token (family_ends_at)")


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP INDEX identity.refresh_token_end")
