"""By what senders can be known again for a while, and who may send nothing."""

from alembic import op

revision = "reports_0023"
down_revision = "reports_0022"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE report_sender (
  report_id uuid NOT NULL REFERENCES report (id),
  version integer NOT NULL,
  at timestamptz NOT NULL,
  account text,
  device text,
  networks text[] NOT NULL,
  PRIMARY KEY (report_id, version)
);
CREATE INDEX report_sender_at ON report_sender (at);
CREATE TABLE sender_block (
  id uuid PRIMARY KEY,
  which text[] NOT NULL,
  marks text[] NOT NULL,
  report_id uuid REFERENCES report (id),
  version integer,
  agency text,
  reason text NOT NULL,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL,
  until timestamptz NOT NULL,
  lifted_by text,
  lifted_at timestamptz,
  lifted_because text
);
CREATE INDEX sender_block_marks ON sender_block USING gin (marks);
"""


def upgrade() -> None:
    """Add the tables; a service of the version before lets everybody send."""
    op.execute(TABLES)


def downgrade() -> None:
    """Who was blocked could send again."""
    raise NotImplementedError
