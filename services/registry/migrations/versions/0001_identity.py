"""Accounts and refresh tokens, in a schema of their own so that identity can move out."""

from alembic import op

from services.chassis.migrate import app_role

revision = "registry_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE SCHEMA identity;
CREATE TABLE identity.account (
  id uuid PRIMARY KEY,
  login text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  role text NOT NULL,
  agency text,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'closed')),
  failures integer NOT NULL DEFAULT 0,
  locked_until timestamptz,
  created_at timestamptz NOT NULL
);
CREATE TABLE identity.refresh_token (
  digest text PRIMARY KEY,
  family uuid NOT NULL,
  account_id uuid NOT NULL REFERENCES identity.account (id),
  issued_at timestamptz NOT NULL,
  family_ends_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX refresh_token_family ON identity.refresh_token (family);
"""


def upgrade() -> None:
    """Create schema and tables."""
    op.execute(TABLES)
    op.execute(f'GRANT USAGE ON SCHEMA identity TO "{app_role()}"')


def downgrade() -> None:
    """There is no way back from the first migration."""
    raise NotImplementedError
