"""Many events that wait in reports' outbox, as the service itself would have put them there."""

from __future__ import annotations

import subprocess
import sys
from json import loads
from typing import Any

import psycopg2
from kombu import Connection

from infra.local.state import ROOT
from services.chassis import envelope, jsontext
from services.chassis.clock import SystemClock
from services.chassis.contract import EventType
from services.chassis.ids import new_id
from services.reports.contract import FOLLOWER_CHANGED, SUBMITTED
from tests.benchmarks.stage import Stage

_REPORT = new_id()
DATA: dict[str, dict[str, Any]] = {
    SUBMITTED.type: {
        "report_id": _REPORT,
        "number": "LP-2026-0000001-1",
        "category": "sampah",
        "category_name": {"en": "Garbage", "id": "Sampah"},
        "area": None,
        "agency": "DLH",
        "visibility": "public",
        "reporter": new_id(),
    },
    FOLLOWER_CHANGED.type: {"report_id": _REPORT, "person": new_id(), "following": True},
}
# each event is of another report, as most neighbours in an outbox are
_FILL = """
INSERT INTO chassis.outbox (event_id, exchange, type, subject, mandatory, body)
SELECT one.event, %(exchange)s, %(type)s, one.report::text, true,
  replace(replace(%(body)s, %(event)s, one.event::text), %(report)s, one.report::text)
FROM (SELECT gen_random_uuid() AS event, gen_random_uuid() AS report
      FROM generate_series(1, %(count)s)) one"""


def fill(stage: Stage, event_type: EventType, count: int) -> None:
    """Let so many events wait; what waited before is gone."""
    data = DATA[event_type.type]
    sealed = envelope.seal(event_type, _REPORT, 1, data, at=SystemClock().now())
    values = {
        "exchange": event_type.exchange,
        "type": event_type.type,
        "body": jsontext.dumps(sealed),
        "event": sealed["id"],
        "report": _REPORT,
        "count": count,
    }
    connection = psycopg2.connect(stage.stack.postgres.urls("reports")[1])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; TRUNCATE chassis.outbox")
        cursor.execute(_FILL, values)
        # what autovacuum has done by the time a backlog is so long
        cursor.execute("VACUUM ANALYZE chassis.outbox")
    connection.close()


def relay(stage: Stage, count: int) -> dict[str, float]:
    """Let a relay of its own publish at least so many; events, seconds and CPU seconds."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.relaying", str(count)],
        env=stage.process_environment("reports"), cwd=ROOT, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    found: dict[str, float] = loads(done.stdout)
    return found


def purge(stage: Stage, queue: str) -> None:
    """Forget what waits in a queue."""
    with Connection(stage.stack.rabbitmq.url()) as connection:
        connection.channel().queue_purge(queue)
