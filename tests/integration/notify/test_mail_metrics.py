"""The metrics say how much e-mail waits, how long, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.chassis.database import Database
from services.notify import mailing
from tests.integration.conftest import Urls
from tests.integration.notify.test_courier import Post
from tests.smtp_server import MailServer


@pytest.fixture
def office(make_database: Callable[[str], Urls]) -> Iterator[Post]:
    database = Database(make_database("notify")[0], size=4)
    with MailServer() as server:
        found = Post(database, server)
        yield found
        found.smtp.close()
    database.close()


def measured(office: Post) -> tuple[float, float]:
    """(messages, seconds)."""
    with office.work() as work:
        mailing.measure(work)
    names = ("kota_mail_queue_messages", "kota_mail_queue_age_seconds")
    messages, seconds = (REGISTRY.get_sample_value(name) or 0.0 for name in names)
    return messages, seconds


def accepted() -> float:
    labels = {"outcome": "accepted"}
    return REGISTRY.get_sample_value("kota_mail_attempts_total", labels) or 0.0


def test_the_queue_is_measured_until_it_is_empty(office: Post) -> None:
    before = accepted()
    assert measured(office) == (0, 0)
    office.queue(office.citizen())
    office.caller.clock.move(timedelta(minutes=5))
    office.queue(office.citizen("lain@example.org"))
    assert measured(office) == (2, 300)
    office.deliver()
    assert measured(office) == (0, 0) and accepted() == before + 2
