"""The metrics say which terms are over and were not told of."""

from __future__ import annotations

from datetime import datetime, timedelta

from prometheus_client import REGISTRY

from services.chassis.unit_of_work import UnitOfWork
from services.reports import alarms
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import life


def measured(desk: Desk) -> tuple[float, float]:
    """(alarms due, seconds late)."""
    with desk.caller.database.session() as session:
        alarms.measure(UnitOfWork(session, clock=desk.caller.clock, transaction=False))
    names = ("kota_alarms_due", "kota_alarms_late_seconds")
    due, late = (REGISTRY.get_sample_value(name) or 0.0 for name in names)
    return due, late


def rung(alarm: str) -> float:
    return REGISTRY.get_sample_value("kota_alarms_rung_total", {"alarm": alarm}) or 0.0


def test_what_is_late_is_counted_until_it_rang(desk: Desk) -> None:
    report, before = life(desk), rung("miss")
    assert measured(desk) == (0, 0)
    desk.caller.clock.move(
        datetime.fromisoformat(desk.get(report)["due_at"]) - desk.caller.clock.at
    )
    assert desk.ring() == ["warn", "miss"]
    desk.caller.clock.move(timedelta(days=30))
    due, late = measured(desk)
    assert due == 1 and timedelta(days=1).total_seconds() < late
    desk.ring()
    assert measured(desk) == (0, 0)
    assert rung("miss") == before + 1
