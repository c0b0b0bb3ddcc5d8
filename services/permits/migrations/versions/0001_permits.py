"""The line of permits' migrations begins; permit types live in the city pack, not in tables."""

revision = "permits_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to create yet."""


def downgrade() -> None:
    """Nothing to take back."""
