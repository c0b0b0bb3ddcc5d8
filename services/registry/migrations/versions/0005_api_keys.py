"""Keys of apps that send in reports."""

from alembic import op

revision = "registry_0005"
down_revision = "registry_0004"
branch_labels = None
depends_on = None

TABLES = """
-- the key itself is nowhere: it has 192 random bits, so its plain SHA-256 cannot be guessed from
CREATE TABLE identity.api_key (
  id text PRIMARY KEY,
  name text NOT NULL,
  digest text NOT NULL UNIQUE,
  contact text NOT NULL,
  purpose text NOT NULL,
  per_minute integer NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_used_on date
);
CREATE INDEX api_key_name ON identity.api_key (name);
"""


def upgrade() -> None:
    """Create the table; keys are revoked, never deleted."""
    op.execute(TABLES)


def downgrade() -> None:
    """Apps would be locked out."""
    raise NotImplementedError
