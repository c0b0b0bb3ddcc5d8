"""Events that come late, often, or poisoned."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection

from infra.local.stack import Stack
from infra.local.state import ROOT
from services.chassis import envelope, outbox
from services.chassis.topology import exchange
from services.reports.contract import SUBMITTED
from tests.client import Client
from tests.reliability.databases import change, column, connected, relay_held
from tests.reliability.journal import Journal
from tests.waiting import eventually

POISON = """
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.report_id = '{report_id}' THEN RAISE EXCEPTION 'poisoned'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE INSERT ON notification FOR EACH ROW EXECUTE FUNCTION poison()"""


@pytest.fixture
def journal(stack: Stack, citizen: Client) -> Journal:
    """An empty journal on a stack that has settled."""
    eventually(stack.is_ready, 60, "readiness")
    return Journal(stack, citizen)


def test_a_poisoned_event_is_parked_and_replayed(stack: Stack, journal: Journal) -> None:
    with connected(stack, "notify", owner=True) as notify:
        with relay_held(stack, "reports"):
            poisoned = journal.post()
            change(notify, POISON.format(report_id=poisoned))
        eventually(lambda: _states(notify, poisoned) == ["parked"], 60, "a parked event")
        healthy = journal.post()
        eventually(lambda: healthy not in journal.wrongly_told(), what="the others flow")
        assert poisoned in journal.wrongly_told()
        change(notify, "DROP TRIGGER poison ON notification; DROP FUNCTION poison")
    assert poisoned in _kota(stack, "parked", "list", "--json")
    assert "1 event(s)" in _kota(stack, "parked", "replay")
    journal.check()


def test_every_event_delivered_three_times(stack: Stack, journal: Journal) -> None:
    before = _doubles(stack)
    with relay_held(stack, "reports") as reports:
        for _ in range(10):
            journal.post()
        bodies = column(reports, "SELECT body FROM chassis.outbox WHERE type = %s", SUBMITTED.type)
        assert len(bodies) == 10
        with Connection(stack.rabbitmq.url()) as broker:
            producer = broker.Producer(exchange=exchange(SUBMITTED.exchange))
            for body in bodies * 2:
                producer.publish(
                    body, routing_key=SUBMITTED.type, content_type="application/json",
                    content_encoding="utf-8",
                )  # fmt: skip
    journal.check()
    # the table has a guard of its own; it is the inbox that must have dropped them, and also what
    # the broker delivered once more because a connection was lost
    eventually(lambda: _doubles(stack) - before >= 20, what="twenty doubles dropped")


def test_an_event_that_commits_late_is_not_lost(stack: Stack, journal: Journal) -> None:
    """It takes its number early; the relay has published and deleted later numbers meanwhile."""
    late = _announcement(stack, journal)
    with connected(stack, "reports") as reports:
        change(reports, "BEGIN")
        sql, values = outbox.insert(SUBMITTED, late)
        with reports.cursor() as cursor:
            cursor.execute(sql, values)
        for _ in range(5):
            journal.post()
        eventually(lambda: not _others(stack), what="later numbers published")
        change(reports, "COMMIT")
    journal.check(also_told=(late["subject"],))


def test_the_checker_notices_a_lost_event(stack: Stack, journal: Journal) -> None:
    """A test of the tests: without its outbox row a report's people are never told."""
    with relay_held(stack, "reports") as reports:
        lost = journal.post()
        change(reports, "DELETE FROM chassis.outbox WHERE subject = %s", lost)
    eventually(lambda: not journal.unsettled(), what="a settled stack")
    assert journal.wrongly_told() == {lost: {"person": 0, "agency": 0}}


def test_an_unreadable_message_goes_to_the_dead_letters(stack: Stack, journal: Journal) -> None:
    with Connection(stack.rabbitmq.url()) as broker:
        producer = broker.Producer(exchange=exchange(SUBMITTED.exchange))
        producer.publish(b"not an event", routing_key=SUBMITTED.type, content_type="text/plain")
        queue = broker.SimpleQueue("notify.dead-letters", queue_args={"x-queue-type": "quorum"})
        message = queue.get(timeout=20)
        message.ack()
        queue.close()
    assert message.body in (b"not an event", "not an event")
    journal.post()
    journal.check()


def _announcement(stack: Stack, journal: Journal) -> dict[str, Any]:
    me = journal.client.get("/v1/auth/me").json["id"]
    report_id = str(uuid4())
    data = {
        "report_id": report_id, "number": "LP-2026-0000000-0", "category": "sampah",
        "category_name": {"id": "Sampah", "en": "Garbage"}, "area": "36.74.01.1001",
        "agency": "DLH", "visibility": "public", "reporter": me,
    }  # fmt: skip
    return envelope.seal(SUBMITTED, report_id, 1, data, at=datetime.now(UTC))


def _doubles(stack: Stack) -> int:
    """How many doubles notify's inbox has dropped."""
    port = stack.state.admin_port("notify")
    metrics = Client(f"http://127.0.0.1:{port}").get("/metrics").text
    found = re.search(
        r'^kota_events_handled_total{handler="tell_people",outcome="duplicate"} (\S+)',
        metrics,
        re.MULTILINE,
    )
    return int(float(found[1])) if found else 0


def _others(stack: Stack) -> int:
    with connected(stack, "reports") as connection:
        count: int = column(connection, "SELECT count(*) FROM chassis.outbox")[0]
    return count


def _states(notify: object, report_id: str) -> list[str]:
    return column(notify, "SELECT state FROM chassis.inbox WHERE subject = %s", report_id)


def _kota(stack: Stack, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "infra.kota", *arguments],
        cwd=ROOT,
        env=os.environ | {"KOTA_STATE": str(stack.state.folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
