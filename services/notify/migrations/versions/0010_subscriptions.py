"""Who follows an area or a category, what is still to be told them, and letters to many."""

from alembic import op

revision = "notify_0010"
down_revision = "notify_0009"
branch_labels = None
depends_on = None

TABLES = """
-- an address that asked for news by itself, under a keyed digest of it
CREATE TABLE subscriber (
  recipient text PRIMARY KEY,
  email text NOT NULL,
  language text NOT NULL,
  undeliverable_at timestamptz
);
-- since: told of what happens from then on; null while nobody has confirmed it
CREATE TABLE subscription (
  id uuid PRIMARY KEY,
  recipient text NOT NULL,
  topic text NOT NULL,
  rhythm text NOT NULL CHECK (rhythm IN ('at_once', 'daily')),
  asked_rhythm text NOT NULL CHECK (asked_rhythm IN ('at_once', 'daily')),
  asked_at timestamptz NOT NULL,
  since timestamptz,
  ended_at timestamptz,
  UNIQUE (recipient, topic)
);
CREATE INDEX subscription_topic ON subscription (topic, recipient)
  WHERE since IS NOT NULL AND ended_at IS NULL;
CREATE INDEX subscription_unconfirmed ON subscription (asked_at) WHERE since IS NULL;
CREATE INDEX subscription_ended ON subscription (ended_at) WHERE ended_at IS NOT NULL;
-- spread_to: everybody up to this recipient has it; actor is forgotten once all have
CREATE TABLE topic_news (
  event_id uuid PRIMARY KEY,
  subject uuid NOT NULL,
  key text NOT NULL,
  topics text[] NOT NULL,
  about jsonb NOT NULL,
  actor text,
  at timestamptz NOT NULL,
  spread_to text NOT NULL DEFAULT '',
  is_spread boolean NOT NULL DEFAULT false
);
CREATE INDEX topic_news_subject ON topic_news (subject);
CREATE INDEX topic_news_waiting ON topic_news (at) WHERE NOT is_spread;
CREATE INDEX topic_news_spread ON topic_news (at) WHERE is_spread;
CREATE TABLE told_today (
  recipient text NOT NULL,
  purpose text NOT NULL,
  day date NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (recipient, purpose, day)
);
CREATE INDEX told_today_day ON told_today (day);
CREATE TABLE digest_item (
  recipient text NOT NULL,
  event_id uuid NOT NULL REFERENCES topic_news (event_id) ON DELETE CASCADE,
  at timestamptz NOT NULL,
  PRIMARY KEY (recipient, event_id)
);
CREATE INDEX digest_item_at ON digest_item (at, recipient);
CREATE INDEX digest_item_event ON digest_item (event_id);
-- a digest is about no single report
ALTER TABLE notification ALTER COLUMN report_id DROP NOT NULL;
-- bulk_at: when a letter to many is due. Such letters go after all others, and code of before,
-- which looks at next_at only, leaves them alone. path: of what the letter is about.
ALTER TABLE mail ADD COLUMN bulk_at timestamptz, ADD COLUMN path text;
ALTER TABLE mail DROP CONSTRAINT mail_kind_check;
ALTER TABLE mail ADD CONSTRAINT mail_kind_check
  CHECK (kind IN ('news', 'welcome', 'code', 'topic', 'confirm')) NOT VALID;
"""


def upgrade() -> None:
    """Add tables and columns; code of before does not look at them."""
    op.execute(TABLES)


def downgrade() -> None:
    """It would be forgotten who follows what."""
    raise NotImplementedError
