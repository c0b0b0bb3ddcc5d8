"""The filters of the public list: what they find, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.errors import Invalid
from services.chassis.ids import id_at
from services.chassis.principal import GUEST, Principal, Role
from services.reports import commands
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import do

ME = Principal("me", Role.CITIZEN)
OFFICER = Principal("officer", Role.OFFICER, "ROADS")
SOUTH: dict[str, Any] = {"lat": -3.16, "long": 120.12}


def test_a_kecamatan_holds_its_kelurahan(desk: Desk) -> None:
    first, second = desk.submit()["id"], desk.submit(lat=-3.12)["id"]
    south = desk.submit(**SOUTH)["id"]
    for area, ids in (
        ("99.01.01", [second, first]),
        ("99.01.02", [south]),
        ("99.01.01.1002", [second]),
    ):
        assert desk.ids(area=area) == ids, area


def test_a_box_holds_its_edges(desk: Desk) -> None:
    here, south = desk.submit()["id"], desk.submit(**SOUTH)["id"]
    for box, ids in (
        ("120,-4,121,-3", [south, here]),
        ("120.1,-3.1,120.1,-3.1", [here]),
        ("120.11,-3.2, 120.2,-3.15", [south]),
        ("0,0,1,1", []),
    ):
        assert desk.ids(bbox=box) == ids, box


def test_days_are_the_citys(desk: Desk) -> None:
    """The clock stands at 11 in the morning of the first of June in the city (UTC+8)."""
    noon = desk.submit()["id"]
    desk.caller.clock.move(timedelta(hours=12, minutes=59))
    late = desk.submit()["id"]
    desk.caller.clock.move(timedelta(minutes=1))
    tomorrow = desk.submit()["id"]
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({"since": "2026-06-02"}, [tomorrow]),
        ({"until": "2026-06-01"}, [late, noon]),
        ({"since": "2026-06-01", "until": "2026-06-02"}, [tomorrow, late, noon]),
        ({"since": "2026-06-01T16:00:00Z"}, [tomorrow]),
        ({"until": "2026-06-01T11:00:00 08:00"}, [noon]),
        ({"until": "2026-05-31"}, []),
    ]
    for asked, ids in expected:
        assert desk.ids(**asked) == ids, asked
    page = desk.page(until="2026-06-02", limit=2)
    assert [item["id"] for item in page["items"]] == [tomorrow, late]
    assert desk.ids(until="2026-06-02", cursor=page["next"]) == [noon]


def test_words_in_any_of_their_forms(desk: Desk) -> None:
    garbage = desk.submit(description="Sampah di jalan Melati belum diperbaiki")["id"]
    light = desk.submit(description="Lampu jalanan padam")["id"]
    for q, ids in (
        ("perbaikan", [garbage]),
        ("JALAN", [light, garbage]),
        ("jalan -lampu", [garbage]),
        ("padam or sampah", [light, garbage]),
        ('"jalan melati"', [garbage]),
        ('"melati jalan"', []),
        ("sampah lampu", []),
        ("' OR 1=1 --", []),
    ):
        assert desk.ids(q=q) == ids, q


def test_all_filters_must_fit(desk: Desk) -> None:
    made = desk.submit()["id"]
    asked: dict[str, Any] = {
        "state": "submitted", "category": "pothole", "area": "99.01.01", "agency": "ROADS",
        "bbox": "120,-4,121,-3", "since": "2026-06-01", "until": "2026-06-01", "q": "lubang",
    }  # fmt: skip
    assert desk.ids(**asked) == [made]
    others = {
        "state": "closed", "category": "noise", "area": "99.01.02", "agency": "HALL",
        "bbox": "0,0,1,1", "since": "2026-06-02", "until": "2026-05-31", "q": "lampu",
    }  # fmt: skip
    for name, value in others.items():
        bounds = {"since", "until"} - {name} if name in ("since", "until") else set()
        changed = {key: was for key, was in asked.items() if key not in bounds}
        assert desk.ids(**changed | {name: value}) == [], name


@pytest.mark.parametrize("many", [1, 6])
def test_what_comes_together(desk: Desk, many: int) -> None:
    """Seldom or often, and after a report went to another agency."""
    at = {"since": "2026-06-01T00:00:00+08:00"}
    noise: dict[str, Any] = {"category": "noise", "attributes": at}
    holes = [desk.submit(description="lubang =category=noise")["id"] for _ in range(2 * many)]
    loud = [desk.submit(description="lubang bising", **noise)["id"] for _ in range(2 * many)]
    moved, stayed = holes[::2], holes[1::2]
    for report in moved:
        do(desk, "forward", report, OFFICER)
    both: list[tuple[dict[str, Any], list[str]]] = [
        ({"q": "lubang", "category": "noise"}, loud),
        ({"q": "category noise", "category": "noise"}, []),
        ({"q": "lubang", "agency": "ROADS", "category": "pothole"}, stayed),
        ({"agency": "HALL", "category": "pothole"}, moved),
        ({"agency": "HALL", "area": "99.01.01"}, moved + loud),
        ({"area": "99.01.01", "category": "noise"}, loud),
        ({"area": "99.01.02", "category": "noise"}, []),
    ]
    for asked, wanted in both:
        newest = wanted[::-1]
        assert desk.ids(**asked, limit=100) == newest, asked
        if len(newest) > 1:
            page = desk.page(**asked, limit=1)
            assert desk.ids(**asked, limit=100, cursor=page["next"]) == newest[1:], asked


def test_what_is_seldom_is_found_over_the_weeks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page may be full within the newest weeks, reach far back, or begin with what a process
    made whose clock is in the next week already."""
    now, reports = datetime.now(UTC), list[str]()
    for n in range(8):
        made = id_at(now - timedelta(weeks=(8, 5, 0, -1)[n // 2]), n)
        monkeypatch.setattr(commands, "new_id", lambda made=made: made)
        reports.append(desk.submit(description="gajah")["id"])
    for limit in (1, 2, 3, 8):
        seen: list[str] = []
        cursor: dict[str, Any] | None = {}
        while cursor is not None:
            page = desk.page(q="gajah", limit=limit, **cursor)
            seen += [item["id"] for item in page["items"]]
            cursor = {"cursor": page["next"]} if page["next"] else None
        assert seen == reports[::-1], limit


def test_secret_ones_are_found_by_those_who_may_know(desk: Desk) -> None:
    secret = desk.submit(ME, visibility="secret", description="rahasia")["id"]
    filters: list[dict[str, Any]] = [
        {"q": "rahasia"},
        {"bbox": "120,-4,121,-3"},
        {"since": "2026-06-01"},
    ]
    for asked in filters:
        assert desk.ids(GUEST, **asked) == [], asked
        assert desk.ids(OFFICER, **asked) == desk.ids(ME, **asked) == [secret], asked


@pytest.mark.parametrize(
    "asked",
    [
        {"state": "lost"}, {"category": "unheard-of"}, {"area": "99.01.99"}, {"agency": "NOBODY"},
        {"bbox": "1,2,3"}, {"bbox": "a,b,c,d"}, {"bbox": "2,0,1,1"}, {"bbox": "0,2,1,1"},
        {"bbox": "-181,0,1,1"}, {"bbox": "0,0,1,nan"}, {"since": "yesterday"},
        {"since": "2026-02-30"}, {"since": "2026-06-01T00:00:00"}, {"until": "20260601"},
        {"until": "2026-05-31", "since": "2026-06-01"}, {"q": ""}, {"q": "?!"},
        {"q": "x" * 201},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_told(desk: Desk, asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        desk.page(**asked)
    (error,) = refused.value.errors
    assert error.field in asked and str(error.message) != error.message.id


def test_a_secret_report_makes_no_code_known(desk: Desk) -> None:
    """A city pack may have dropped what old reports have; of secret ones nothing is told."""
    for column in ("category", "area", "agency"):
        gone: dict[str, Any] = {column: "gone"}
        made = desk.submit(visibility="secret")["id"]
        desk.caller.rows(
            f"UPDATE report SET {column} = 'gone' WHERE id = %(id)s RETURNING 1", {"id": made}
        )
        with pytest.raises(Invalid):
            desk.page(**gone)
        desk.caller.rows(
            "UPDATE report SET visibility = 'public' WHERE id = %(id)s RETURNING 1", {"id": made}
        )
        assert desk.ids(**gone) == [made]
