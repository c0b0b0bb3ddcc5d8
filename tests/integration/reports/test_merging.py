"""Duplicates: merged and taken apart again, and what of it everybody sees."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.chassis.errors import Conflict, DomainError, Invalid, NotFound
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, Principal
from services.reports import contract, following, merging, requests
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import (
    ANNA,
    BUDI,
    COLLEAGUE,
    FOREIGN,
    OFFICER,
    RESOLVED,
    SUPERVISOR,
    do,
    life,
    timeline,
)
from tests.integration.reports.test_at_once import at_once
from tests.integration.reports.test_nearby import near
from tests.integration.reports.test_work import NOISE, ids


def merge(desk: Desk, report: str, original: str, by: Principal = OFFICER) -> Any:
    return do(desk, "merge", report, by, duplicate_of=original, reason="Lubang yang sama")


def duplicates(desk: Desk, original: str, by: Principal = GUEST, **asked: Any) -> list[str]:
    found = desk.caller.ask(
        contract.LIST_DUPLICATES,
        lambda w, b: merging.list_duplicates(w, b, desk.city),
        {"id": original} | asked,
        by=by,
    )
    return [item["id"] for item in found["items"]]


def support(desk: Desk, report: str, by: Principal) -> int:
    answer = desk.caller.ask(
        contract.SUPPORT, lambda w, b: following.support(w, b, desk.city), {"id": report}, by=by
    )
    assert answer["supports"] == desk.get(report)["supports"], "one reads what one wrote"
    return int(answer["supports"])


def events(desk: Desk, about: str) -> list[tuple[str, int, Any]]:
    rows = desk.caller.rows("SELECT body::json AS body FROM chassis.outbox ORDER BY id")
    return [
        (body["type"].removeprefix("id.kota.reports."), body["aggregateversion"], body["data"])
        for body in (row["body"] for row in rows)
        if body["subject"] == about
    ]


def test_a_duplicate_is_nobodys_work_until_it_is_none(desk: Desk) -> None:
    original, report = life(desk, by=BUDI), life(desk, ("claim", OFFICER))
    merged = merge(desk, report, original)
    assert (merged["state"], merged["due_at"], merged["version"]) == ("duplicate", None, 3)
    assert merged["duplicate_of"] == {
        "id": original, "number": desk.get(original)["number"], "state": "submitted",
    }  # fmt: skip
    assert ids(desk) == [original] == [item["id"] for item in near(desk)]
    assert desk.get(original)["duplicates"] == 1 and duplicates(desk, original) == [report]
    assert timeline(desk, report)[-1]["text"] == "Lubang yang sama"
    assert timeline(desk, report, OFFICER)[-1]["other_report"] == original
    assert [line["action"] for line in timeline(desk, original)] == ["submitted"]
    assert timeline(desk, original, OFFICER)[-1]["other_report"] == report
    desk.caller.clock.at = desk.caller.rows(
        "SELECT max(alarm_at) AS at FROM report WHERE id = %(id)s", {"id": original}
    )[0]["at"]
    assert desk.ring() == ["warn"], "of the original only"
    apart = do(desk, "unmerge", report, OFFICER, reason="Lubang lain")
    assert (apart["state"], apart["duplicate_of"]) == ("verified", None)
    assert apart["due_at"] is not None and report in ids(desk)
    assert desk.get(original)["duplicates"] == 0 and duplicates(desk, original) == []


@pytest.mark.parametrize(
    ("code", "error", "make"),
    [
        ("unknown_report", Invalid, lambda desk, report: new_id()),
        ("unknown_report", Invalid, lambda desk, report: foreign(desk, visibility="secret")),
        ("another_agency", Invalid, lambda desk, report: foreign(desk)),
        ("same_report", Invalid, lambda desk, report: report),
        ("visibility_differs", Invalid, lambda desk, report: secret(desk)),
        ("original_not_open", Conflict, lambda desk, report: life(desk, *RESOLVED)),
        ("original_not_open", Conflict, lambda desk, report: life(desk, ("merge", OFFICER))),
    ],
)
def test_what_nothing_is_merged_into(
    desk: Desk, code: str, error: type[DomainError], make: Callable[[Desk, str], str]
) -> None:
    report = life(desk)
    with pytest.raises(error) as refused:
        merge(desk, report, make(desk, report))
    found = refused.value.errors[0] if isinstance(refused.value, Invalid) else refused.value
    assert found.code == code and desk.get(report)["version"] == 1


def foreign(desk: Desk, **more: Any) -> str:
    return str(desk.submit(BUDI, **NOISE, **more)["id"])


def secret(desk: Desk, by: Principal = BUDI) -> str:
    return str(desk.submit(by, visibility="secret")["id"])


def test_no_agency_takes_part_in_a_duplicate(desk: Desk) -> None:
    original, report = life(desk), life(desk)
    do(desk, "invite", report, OFFICER, agency="HALL", reason="x")
    merge(desk, report, original)
    (part,) = desk.caller.rows("SELECT state, alarm_at FROM report_part")
    assert part == {"state": "withdrawn", "alarm_at": None}


def test_who_may_not_merge(desk: Desk) -> None:
    original, report = life(desk), life(desk)
    for by in (ANNA, BUDI, FOREIGN):
        with pytest.raises(NotFound):
            merge(desk, report, original, by)
    merge(desk, report, original)
    for by in (ANNA, FOREIGN):
        with pytest.raises(NotFound):
            do(desk, "unmerge", report, by)


def test_there_are_no_chains(desk: Desk) -> None:
    first, second, third = life(desk), life(desk), life(desk)
    merge(desk, first, second)
    with pytest.raises(Conflict) as refused:
        merge(desk, second, third)
    assert refused.value.code == "has_duplicates"
    with pytest.raises(Conflict) as refused:
        merge(desk, third, first)
    assert refused.value.code == "original_not_open"
    do(desk, "unmerge", first, OFFICER)
    merge(desk, second, third)
    merge(desk, first, third)
    assert duplicates(desk, third) == [second, first]
    assert duplicates(desk, third, limit=1) == [second]


def test_a_secret_original_is_told_to_nobody(desk: Desk) -> None:
    original, report = life(desk, by=BUDI), life(desk)
    merge(desk, report, original)
    number = desk.get(original)["number"]
    assert number in str(found(desk, report)["notes"]) and desk.get(report)["duplicate_of"]
    do(desk, "hide", original, SUPERVISOR)
    for by in (GUEST, ANNA, FOREIGN):
        assert desk.get(report, by)["duplicate_of"] is None
        with pytest.raises(NotFound):
            duplicates(desk, original, by)
    assert desk.get(report, OFFICER)["duplicate_of"]["id"] == original
    assert number not in str(found(desk, report)) and original not in str(timeline(desk, report))
    for name, version, told in events(desk, report):
        assert number not in str(told), (name, version)


def test_a_secret_duplicate_is_told_to_nobody(desk: Desk) -> None:
    original, report = life(desk, by=BUDI), life(desk)
    merge(desk, report, original)
    support(desk, report, ANNA)
    assert (desk.get(original)["duplicates"], desk.get(original)["supports"]) == (1, 1)
    do(desk, "hide", report, SUPERVISOR)
    for by in (GUEST, BUDI, FOREIGN):
        shown = desk.get(original, by)
        assert (shown["duplicates"], shown["supports"]) == (0, 0)
        assert duplicates(desk, original, by) == []
    assert desk.get(original, OFFICER)["duplicates"] == 1
    assert duplicates(desk, original, OFFICER) == duplicates(desk, original, ANNA) == [report]


def test_secret_reports_are_merged_with_secret_ones(desk: Desk) -> None:
    original, report = secret(desk), secret(desk, by=ANNA)
    assert merge(desk, report, original)["duplicate_of"]["id"] == original
    assert desk.get(report, ANNA)["duplicate_of"] is None
    with pytest.raises(NotFound):
        desk.get(original, ANNA)
    assert desk.get(original, BUDI)["duplicates"] == 0
    with pytest.raises(Invalid):
        merge(desk, secret(desk), life(desk))


def found(desk: Desk, report: str) -> dict[str, Any]:
    answer = desk.caller.ask(
        contract.FIND_REPORTS,
        lambda w, b: requests.find_reports(w, b, desk.city),
        {"numbers": [desk.get(report, OFFICER)["number"]]},
    )
    (item,) = answer["items"]
    assert item["is_open"] is False and "Lubang yang sama" in item["notes"]
    return dict(item)


def test_everybody_counts_once(desk: Desk) -> None:
    original, one, two = life(desk), life(desk), life(desk)
    people = [Principal(f"person-{n}", ANNA.role) for n in range(4)]
    for person in people[:3]:
        support(desk, one, person)
    support(desk, original, people[0])
    support(desk, two, people[1])
    merge(desk, one, original)
    merge(desk, two, original)
    assert desk.get(original)["supports"] == 3
    assert support(desk, original, people[2]) == 3
    assert support(desk, two, people[3]) == 2 and desk.get(original)["supports"] == 4
    do(desk, "unmerge", one, OFFICER)
    assert [desk.get(each)["supports"] for each in (original, one, two)] == [4, 3, 2]
    do(desk, "unmerge", two, OFFICER)
    assert [desk.get(each)["supports"] for each in (original, one, two)] == [2, 3, 2]


def test_what_is_told(desk: Desk) -> None:
    original, report = life(desk, by=BUDI), life(desk)
    merge(desk, report, original)
    name, version, told = events(desk, report)[-1]
    assert (name, version, told["duplicate_of"]) == ("report.merged.v1", 2, original)
    do(desk, "assign", original, OFFICER)
    do(desk, "note", original, OFFICER)
    do(desk, "unmerge", report, OFFICER)
    do(desk, "start", original, OFFICER)
    assert [(name, version) for name, version, _ in events(desk, original)] == [
        ("report.submitted.v1", 1), ("report.linked.v1", 2),
        ("report.assigned.v1", 3), ("original.changed.v1", 3), ("report.noted.v1", 4),
        ("report.unlinked.v1", 5), ("report.started.v1", 6),
    ]  # fmt: skip
    linked = events(desk, original)[1][2]
    assert linked["duplicate"]["report_id"] == report and linked["duplicate_version"] == 2
    assert events(desk, original)[3][2]["happened"] == "report.assigned"


def test_merged_both_ways_at_once(desk: Desk) -> None:
    one, two = life(desk), life(desk)
    outcomes = at_once(
        desk, one, lambda: merge(desk, one, two), lambda: merge(desk, two, one, COLLEAGUE)
    )
    # the later one finds a duplicate that is to be an original, or the other way round
    assert outcomes[0] == "done" and outcomes[1] in ("illegal_action", "original_not_open")
    check(desk)


def test_many_officers_merge_what_they_like(desk: Desk) -> None:
    reports = [life(desk) for _ in range(6)]
    pairs = [(a, b) for a in reports for b in reports if a != b]

    def attempt(pair: tuple[str, str]) -> str:
        try:
            merge(desk, *pair)
            if reports.index(pair[0]) % 2:
                do(desk, "unmerge", pair[0], OFFICER)
        except DomainError as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        outcomes = set(pool.map(attempt, pairs))
    expected = {"illegal_action", "has_duplicates", "original_not_open", "stale_version"}
    assert "done" in outcomes and outcomes <= {"done"} | expected
    check(desk)


def check(desk: Desk) -> None:
    """No chains, and every original knows its duplicates."""
    rows = desk.caller.rows("SELECT id::text, state, duplicate_of::text, duplicates FROM report")
    originals = {row["id"]: row["duplicate_of"] for row in rows}
    for row in rows:
        assert (row["state"] == "duplicate") == (row["duplicate_of"] is not None)
        assert row["duplicate_of"] is None or originals[row["duplicate_of"]] is None
        assert row["duplicates"] == list(originals.values()).count(row["id"])
