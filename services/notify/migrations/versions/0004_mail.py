"""Messages to be sent by e-mail, every attempt, and what is known of where to send them."""

from alembic import op

revision = "notify_0004"
down_revision = "notify_0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE mail (
  id uuid PRIMARY KEY,
  recipient text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('news', 'welcome', 'code')),
  event_id uuid NOT NULL,
  subject uuid NOT NULL,
  title jsonb NOT NULL,
  text jsonb NOT NULL,
  state text NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'sent', 'failed', 'skipped')),
  reason text,
  tries integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  UNIQUE (event_id, recipient)
);
CREATE INDEX mail_due ON mail (next_at) WHERE state = 'waiting';
CREATE INDEX mail_ended ON mail (ended_at) WHERE ended_at IS NOT NULL;
-- one without an outcome was begun by a process that ended: perhaps it was accepted
CREATE TABLE mail_attempt (
  mail_id uuid NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
  n integer NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text,
  reply text,
  PRIMARY KEY (mail_id, n)
);
-- a copy of what registry and reports know; it can be deleted at any time
CREATE TABLE contact (
  recipient text PRIMARY KEY,
  email text,
  language text,
  fetched_at timestamptz NOT NULL,
  undeliverable_at timestamptz
);
CREATE TABLE mail_choice (
  recipient text PRIMARY KEY,
  unsubscribed_at timestamptz,
  confirmed_at timestamptz
);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """It would be forgotten who wants no e-mail."""
    raise NotImplementedError
