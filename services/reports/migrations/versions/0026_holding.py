"""What senders said, so that repeating it is seen; and what waits to be looked at for that."""

from alembic import op

from services.chassis.migrate import create_index

revision = "reports_0026"
down_revision = "reports_0025"
branch_labels = None
depends_on = None

# the address is the narrowest of the networks
TABLES = """
ALTER TABLE report_sender
  ADD COLUMN words text, ADD COLUMN likenesses text[], ADD COLUMN area text,
  ADD COLUMN lat double precision, ADD COLUMN long double precision;
CREATE TABLE report_suspected (
  id uuid PRIMARY KEY,
  report_id uuid NOT NULL REFERENCES report (id),
  version integer NOT NULL,
  since timestamptz NOT NULL,
  reasons text[] NOT NULL,
  UNIQUE (report_id, version)
);
"""


def upgrade() -> None:
    """Add them; a service of the version before holds nothing."""
    op.execute(TABLES)
    create_index("report_sender_words", "report_sender (words, at)")
    for one in ("account", "device"):
        create_index(f"report_sender_{one}", f"report_sender ({one}, at) WHERE {one} IS NOT NULL")
    create_index("report_sender_address", "report_sender ((networks[1]), at)")
    create_index(
        "report_sender_photos", "report_sender (area, at) WHERE cardinality(likenesses) > 0"
    )


def downgrade() -> None:
    """What is held would be held for ever."""
    raise NotImplementedError
