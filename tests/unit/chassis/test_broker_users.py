"""Whose message it is, by the broker's own word."""

from __future__ import annotations

import pytest

from services.chassis.broker_users import BrokerUsers


@pytest.mark.parametrize("before", ["", "kota-", "city.a/"])
def test_users_are_named_after_their_processes(before: str) -> None:
    users = BrokerUsers("notify", f"{before}notify")
    assert users.is_of(f"{before}reports", "reports")
    for other in (f"{before}registry", "x-reports", "reports ", "", None):
        assert not users.is_of(other, "reports")


def test_one_user_for_all_tells_nothing() -> None:
    users = BrokerUsers.of_url("notify", "amqp://kota:secret@localhost:5672/city")
    assert users.are_one and users.is_of(None, "reports") and users.is_of("kota", "reports")


def test_the_user_is_read_from_the_url() -> None:
    users = BrokerUsers.of_url("notify", "amqps://city%2Dnotify:secret@[::1]/")
    assert users.is_of("city-reports", "reports") and not users.is_of("city-notify", "reports")
