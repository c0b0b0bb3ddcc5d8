"""The feed of what happened, and the line in front of it."""

from alembic import op

revision = "notify_0002"
down_revision = "notify_0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE feed_incoming (
  id uuid PRIMARY KEY,
  audience text NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL,
  at timestamptz NOT NULL
);
CREATE TABLE feed (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  audience text NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX feed_audience ON feed (audience, position);
CREATE TABLE feed_forgotten (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  forgotten_until bigint NOT NULL DEFAULT 0
);
INSERT INTO feed_forgotten DEFAULT VALUES;
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Whoever was away could not catch up."""
    raise NotImplementedError
