"""The tables every service stands on: outbox, inbox, idempotency, audit."""

from alembic import op

from services.chassis.migrate import app_role

revision = "chassis_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE chassis.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL,
  exchange text NOT NULL,
  type text NOT NULL,
  subject text NOT NULL,
  mandatory boolean NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE chassis.inbox (
  event_id uuid NOT NULL,
  handler text NOT NULL,
  type text NOT NULL,
  subject text NOT NULL,
  version integer NOT NULL,
  state text NOT NULL CHECK (state IN ('done', 'waiting', 'parked', 'dropped')),
  tries integer NOT NULL DEFAULT 0,
  next_at timestamptz,
  error text,
  envelope text,
  position bigint GENERATED ALWAYS AS IDENTITY,
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, handler)
);
CREATE INDEX inbox_lane ON chassis.inbox (handler, subject, position)
  WHERE state IN ('waiting', 'parked');
CREATE INDEX inbox_due ON chassis.inbox (next_at) WHERE state = 'waiting';
CREATE INDEX inbox_received ON chassis.inbox (received_at) WHERE state = 'done';
CREATE TABLE chassis.idempotency (
  principal text NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  response json,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (principal, operation, key)
);
CREATE INDEX idempotency_age ON chassis.idempotency (created_at);
CREATE TABLE chassis.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  role text NOT NULL,
  agency text,
  action text NOT NULL,
  subject text NOT NULL,
  purpose text NOT NULL,
  request_id text NOT NULL
);
CREATE INDEX audit_subject ON chassis.audit (subject, id);
CREATE TABLE chassis.audit_unsealed (audit_id bigint PRIMARY KEY);
CREATE TABLE chassis.audit_seal (
  sequence bigint PRIMARY KEY,
  audit_ids bigint[] NOT NULL,
  digest text NOT NULL,
  previous text NOT NULL,
  sealed_at timestamptz NOT NULL,
  key_id text NOT NULL,
  signature text NOT NULL
);
CREATE TABLE chassis.audit_announced (sequence bigint NOT NULL, at timestamptz NOT NULL);
INSERT INTO chassis.audit_announced VALUES (0, 'epoch');
CREATE TABLE chassis.audit_witness (
  service text NOT NULL,
  sequence bigint NOT NULL,
  digest text NOT NULL,
  witnessed_at timestamptz NOT NULL,
  PRIMARY KEY (service, sequence)
);
"""

# The service may add to its audit, never change it.
APPEND_ONLY = ("audit", "audit_seal", "audit_witness")


def upgrade() -> None:
    """Create the tables and take away what the service's own role must not do."""
    op.execute(TABLES)
    for table in APPEND_ONLY:
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON chassis.{table} FROM "{app_role()}"')


def downgrade() -> None:
    """There is no way back from the first migration."""
    raise NotImplementedError
