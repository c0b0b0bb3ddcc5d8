"""How a service stands, read off its database: for operators, who look from outside."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis import schema_version
from services.chassis.database import Row, Session

_NUMBERS = """
SELECT * FROM
  (SELECT count(*) AS outbox_events,
     coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS outbox_seconds
   FROM chassis.outbox) outbox,
  (SELECT count(*) FILTER (WHERE state = 'waiting') AS inbox_waiting,
     count(*) FILTER (WHERE state = 'parked') AS inbox_parked
   FROM chassis.inbox WHERE state IN ('waiting', 'parked')) inbox,
  (SELECT count(*) AS unsealed_rows,
     coalesce(extract(epoch FROM now() - min(a.at)), 0)::float AS unsealed_seconds
   FROM chassis.audit_unsealed u JOIN chassis.audit a ON a.id = u.audit_id) audit"""

# the events of one aggregate leave in order, so the first of them is what the others wait for
_BACKLOG = """
SELECT subject, first.type, first.mandatory, events,
  extract(epoch FROM now() - first.created_at)::float AS age_seconds
FROM (SELECT subject, min(id) AS first_id, count(*) AS events FROM chassis.outbox GROUP BY subject
      ORDER BY first_id LIMIT %(limit)s) aggregate
JOIN chassis.outbox first USING (subject) WHERE first.id = first_id ORDER BY first_id"""

_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float AS seconds"


@dataclass(frozen=True)
class Overview:
    """Numbers of one service. unsealed_seconds, outbox_seconds: the age of the oldest.

    missing: lines of migrations that are not at the head of this code.
    """

    service: str
    missing: list[str]
    outbox_events: int
    outbox_seconds: float
    inbox_waiting: int
    inbox_parked: int
    unsealed_rows: int
    unsealed_seconds: float


def overview(service: str, session: Session) -> Overview:
    """Look at a service. Raises DatabaseAway; a database without tables only misses migrations."""
    missing = schema_version.missing(service, session)
    if "chassis" in missing and not schema_version.applied("chassis", session):
        return Overview(service, missing, 0, 0.0, 0, 0, 0, 0.0)
    return Overview(service, missing, **session.execute(_NUMBERS)[0])


def backlog(session: Session, *, limit: int = 100) -> list[Row]:
    """The aggregates whose events wait in the outbox, the longest waiting first.

    Each with the type of the event that must leave first, and how many wait altogether.
    """
    return session.execute(session.render(_BACKLOG, {"limit": limit}))


def clock(session: Session) -> float:
    """The database's time, in seconds since 1970."""
    return float(session.execute(_CLOCK)[0]["seconds"])


def server_version(session: Session) -> int:
    """The major version of the PostgreSQL server."""
    row = session.execute("SELECT current_setting('server_version_num')::integer AS number")[0]
    return int(row["number"]) // 10_000
