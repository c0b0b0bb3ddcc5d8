"""Notifications and who has read them."""

from alembic import op

revision = "notify_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE notification (
  id uuid PRIMARY KEY,
  recipient text NOT NULL,
  event_id uuid NOT NULL,
  report_id uuid NOT NULL,
  title jsonb NOT NULL,
  text jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (event_id, recipient)
);
CREATE INDEX notification_recipient ON notification (recipient, id DESC);
-- a notification to an agency is read by each of its people for themselves
CREATE TABLE notification_read (
  person text NOT NULL,
  notification_id uuid NOT NULL REFERENCES notification (id) ON DELETE CASCADE,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (person, notification_id)
);
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """There is no way back from the first migration."""
    raise NotImplementedError
