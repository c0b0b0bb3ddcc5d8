"""A consumer that falls behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

from psycopg2.extras import execute_batch

from infra.kota.broker import Broker
from infra.local.stack import Stack
from services.chassis import envelope, outbox
from services.notify.contract import TELL_PEOPLE
from services.reports.contract import SUBMITTED
from tests.reliability.databases import change, connected

PAGE = 500
_SLOW = """
CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_sleep({seconds});
  RETURN NEW;
END $$;
CREATE TRIGGER be_slow BEFORE INSERT ON notification FOR EACH ROW EXECUTE FUNCTION be_slow()"""


@contextmanager
def slow_notifications(stack: Stack, seconds: float) -> Iterator[None]:
    """Each notification takes notify so much longer meanwhile."""
    with connected(stack, "notify", owner=True) as notify:
        change(notify, _SLOW.format(seconds=seconds))
        try:
            yield
        finally:
            change(notify, "DROP TRIGGER be_slow ON notification; DROP FUNCTION be_slow")


def announce(stack: Stack, reporter: str, count: int) -> None:
    """So many reports of somebody are announced that only the bus knows, as in a storm."""
    made = [outbox.insert(SUBMITTED, _announcement(reporter)) for _ in range(count)]
    with connected(stack, "reports") as reports, reports.cursor() as cursor:
        execute_batch(cursor, made[0][0], [values for _, values in made], page_size=PAGE)


def waiting(stack: Stack) -> int:
    """How many events wait for notify in the broker."""
    (look,) = Broker(stack.rabbitmq.url()).look([TELL_PEOPLE.queue])
    return look.messages or 0


def _announcement(reporter: str) -> dict[str, object]:
    report = str(uuid4())
    data = {
        "report_id": report, "number": "LP-2026-0000000-0", "category": "sampah",
        "category_name": {"id": "Sampah", "en": "Garbage"}, "area": "36.74.01.1001",
        "agency": "DLH", "visibility": "secret", "reporter": reporter,
    }  # fmt: skip
    return envelope.seal(SUBMITTED, report, 1, data, at=datetime.now(UTC))
