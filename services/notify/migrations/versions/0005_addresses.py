"""Questions for contacts that wait for their answer, and the one letter to a guest's address."""

from alembic import op

revision = "notify_0005"
down_revision = "notify_0004"
branch_labels = None
depends_on = None

TABLES = """
-- deleted when a contact changes: an answer that is older than that is not kept
CREATE TABLE contact_ask (
  recipient text PRIMARY KEY,
  id uuid NOT NULL,
  at timestamptz NOT NULL
);
ALTER TABLE mail_choice ADD COLUMN first_mail uuid;
CREATE INDEX mail_code_due ON mail (next_at) WHERE state = 'waiting' AND kind = 'code';
"""


def upgrade() -> None:
    """Add table, column and index."""
    op.execute(TABLES)


def downgrade() -> None:
    """It would be forgotten who was written to."""
    raise NotImplementedError
