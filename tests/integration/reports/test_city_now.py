"""What is told of the city at present is a count of all reports, after whatever happened."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.chassis.principal import GUEST
from services.reports import city_now
from services.reports.city_now_contract import CITY_NOW
from services.reports.lifecycle import OPEN
from services.reports.suppression import ALL, FEWEST
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_sums import ZONE, act, ask, fold

COUNTS = ("new", "open", "settled", "kept")


def now(desk: Desk) -> Any:
    return ask(desk, CITY_NOW, city_now.city_now)


def counts(desk: Desk) -> dict[str, Any]:
    """What is counted of reports in the whole city."""
    total = now(desk)["total"]
    return {name: total[name] for name in ("new", "open", "kept_percent")}


def counted(desk: Desk) -> dict[str, Counter[str]]:
    """By kecamatan and of all, from the reports themselves."""
    zone = ZoneInfo(ZONE)
    today = desk.caller.clock.now().astimezone(zone).date()
    found = {name: Counter[str]() for name in COUNTS}
    for report in desk.caller.rows("SELECT * FROM report WHERE visibility <> 'secret'"):
        settled = report["state"] in ("resolved", "closed")
        settled = settled and report["settled_at"].astimezone(zone).date() == today
        is_counted = {
            "new": report["created_at"].astimezone(zone).date() == today,
            "open": report["state"] in OPEN,
            "settled": settled,
            "kept": settled and report["missed"] == 0,
        }
        for name in (one for one, yes in is_counted.items() if yes):
            for code in ((report["area"] or "").rpartition(".")[0], ALL):
                found[name][code] += 1
    return found


def check(desk: Desk) -> None:
    told, real = now(desk), counted(desk)
    lines = {one["code"]: one for one in told["districts"]} | {ALL: told["total"]}
    for code, line in lines.items():
        for name in ("new", "open"):
            count = real[name][code]
            assert line[name] == count or line[name] is None, (code, name)
            assert line[name] is None or count >= FEWEST
        settled = real["settled"][code]
        percent = round(100 * real["kept"][code] / settled) if settled >= FEWEST else None
        assert line["kept_percent"] == percent, code
    assert (told["total"]["new"] is None) == (real["new"][ALL] < FEWEST)


@pytest.mark.parametrize("seed", range(2))
def test_it_is_a_count_of_all_reports(desk: Desk, seed: int) -> None:
    """Whatever people do, summed up or not yet, over midnights."""
    random, reports = Random(seed), list[str]()
    desk.caller.clock.at = datetime.now(UTC)
    for step in range(160):
        act(desk, random, reports)
        if step % 20 == 19:
            check(desk)
    fold(desk, 10_000)
    check(desk)
    assert desk.caller.rows("SELECT 1 FROM report_day_change") == []


def test_a_day_begins_at_the_citys_midnight(desk: Desk) -> None:
    midnight = (datetime.now(ZoneInfo(ZONE)) + timedelta(days=1)).replace(hour=0, minute=0)
    desk.caller.clock.at = midnight - timedelta(minutes=5)
    for _ in range(FEWEST):
        desk.submit()
    assert counts(desk) == {"new": 5, "open": 5, "kept_percent": None}
    desk.caller.clock.move(timedelta(minutes=10))
    assert counts(desk) == {"new": None, "open": 5, "kept_percent": None}
    assert datetime.fromisoformat(now(desk)["since"]) == midnight.replace(second=0, microsecond=0)


def test_secret_reports_are_counted_nowhere(desk: Desk) -> None:
    desk.caller.clock.at = datetime.now(UTC)
    for _ in range(FEWEST + 3):
        desk.submit(visibility="secret")
    assert desk.page(GUEST)["items"] == []
    assert counts(desk) == {"new": None, "open": None, "kept_percent": None}
