"""The worst sites of a kecamatan on which garbage lies are read from an index."""

from services.chassis.migrate import create_index

revision = "reports_0034"
down_revision = "reports_0033"
branch_labels = None
depends_on = None

OPEN = "state = 'open' AND reports > 0 AND merged_into IS NULL"
DISTRICT = "rtrim(rtrim(coalesce(area, ''), '0123456789'), '.')"


def upgrade() -> None:
    """Build it beside those who write."""
    create_index("site_worst_open", f"site (({DISTRICT}), score DESC, id DESC) WHERE {OPEN}")


def downgrade() -> None:
    """Slower again."""
    raise NotImplementedError
