"""Verified e-mail addresses, and the verifications that lead to them."""

from alembic import op

revision = "registry_0004"
down_revision = "registry_0003"
branch_labels = None
depends_on = None

TABLES = """
-- its creation was the first; each change of its contact is one more
ALTER TABLE identity.account ADD COLUMN version integer NOT NULL DEFAULT 1;
CREATE TABLE identity.email (
  account_id uuid PRIMARY KEY REFERENCES identity.account (id),
  email text NOT NULL,
  language text NOT NULL,
  verified_at timestamptz NOT NULL
);
CREATE TABLE identity.email_verification (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES identity.account (id),
  email text NOT NULL,
  language text NOT NULL,
  fetches integer NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX email_verification_account ON identity.email_verification (account_id, id DESC);
CREATE INDEX email_verification_end ON identity.email_verification (expires_at);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Addresses would be lost."""
    raise NotImplementedError
