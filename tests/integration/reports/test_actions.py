"""Every action on a real database: state, history, event, photos and audit are one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from services.chassis.capabilities import UploadedPhoto, hour_of
from services.chassis.errors import (
    Conflict,
    DomainError,
    Invalid,
    Malformed,
    NotFound,
    StaleVersion,
)
from services.chassis.principal import GUEST, Principal, Role
from services.reports import actions, contract
from services.reports import timeline as lines
from services.reports.lifecycle import folded
from tests.integration.reports.conftest import Desk

ANNA = Principal("anna", Role.CITIZEN)
BUDI = Principal("budi", Role.CITIZEN)
OFFICER = Principal("officer", Role.OFFICER, "ROADS")
COLLEAGUE = Principal("colleague", Role.OFFICER, "ROADS")
SUPERVISOR = Principal("supervisor", Role.SUPERVISOR, "ROADS")
FOREIGN = Principal("foreign", Role.OFFICER, "HALL")
ADMIN = Principal("admin", Role.ADMIN)
BODIES: dict[str, dict[str, Any]] = {
    "assign": {"agency": "ROADS"},
    "hold": {"reason": "x"},
    "resolve": {"note": "selesai"},
    "reject": {"reason": "x"},
    "forward": {"agency": "HALL", "reason": "x"},
    "refer": {"authority": "PLN", "reason": "x"},
    "merge": {"reason": "x"},
    "unmerge": {"reason": "x"},
    "reopen": {"reason": "x"},
    "rate": {"score": 4},
    "comment": {"text": "x"},
    "hide": {"reason": "x"},
    "note": {"text": "x"},
    "moderate": {"what": "description", "reason": "x"},
    "restore": {"what": "description", "reason": "x"},
    "invite": {"agency": "HALL", "reason": "x"},
    "withdraw": {"agency": "HALL", "reason": "x"},
    "finish": {"note": "x"},
    "decline": {"reason": "x"},
}


def do(desk: Desk, name: str, report: str, by: Principal, **more: Any) -> Any:
    body = {"id": report} | BODIES.get(name, {}) | more
    if name == "resolve":
        body.setdefault("photos", [photo(desk, by)])
    if name == "merge" and "duplicate_of" not in body:
        body["duplicate_of"] = str(desk.submit(ANNA)["id"])
    version = body.pop("if_match", None)
    return desk.caller.ask(
        contract.ACTIONS[name].operation,
        lambda work, asked: actions.act(work, name, asked, desk.city, desk.capabilities),
        body,
        by=by,
        if_match=version,
    )


_NUMBERS = count(100)


def photo(desk: Desk, by: Principal, n: int | None = None) -> str:
    n = next(_NUMBERS) if n is None else n
    made = UploadedPhoto(hour_of(desk.caller.clock.now()), f"{n:064x}", 640, 480, 1_000)
    return desk.capabilities.issue(made, by.subject)[0]


def life(desk: Desk, *steps: tuple[str, Principal], by: Principal = ANNA) -> str:
    report = str(desk.submit(by)["id"])
    for name, principal in steps:
        do(desk, name, report, principal)
    return report


def timeline(
    desk: Desk, report: str, by: Principal = GUEST, limit: int = 3
) -> list[dict[str, Any]]:
    """All pages."""
    asked, items = {"id": report, "limit": limit}, []
    while True:
        page = desk.caller.ask(contract.TIMELINE, lines.timeline, asked, by=by)
        items += page["items"]
        if page["next"] is None:
            return items
        asked |= {"cursor": page["next"]}


RESOLVED = (("verify", OFFICER), ("assign", OFFICER), ("start", OFFICER), ("resolve", OFFICER))


def test_from_the_photo_to_the_proof(desk: Desk) -> None:
    report = str(desk.submit(ANNA, photos=[photo(desk, ANNA, 1)])["id"])
    for name, by in RESOLVED:
        do(desk, name, report, by)
    do(desk, "rate", report, ANNA, score=5, text="Terima kasih")
    closed = do(desk, "close", report, ANNA)
    assert (closed["state"], closed["version"], closed["rating"]) == ("closed", 7, 5)
    assert [(p["n"], p["version"]) for p in closed["photos"]] == [(1, 1), (2, 5)]
    assert desk.get(report, ANNA) == closed
    rows = desk.caller.rows("SELECT body::json AS body FROM chassis.outbox ORDER BY id")
    names = [row["body"]["type"].split(".", 3)[3] for row in rows]
    assert names == [f"report.{past}.v1" for past in (
        "submitted", "verified", "assigned", "started", "resolved", "rated", "closed")]  # fmt: skip
    assert [row["body"]["aggregateversion"] for row in rows] == list(range(1, 8))
    history = desk.caller.rows("SELECT version, action, data FROM report_history ORDER BY version")
    assert [line["version"] for line in history] == list(range(1, 8))
    assert folded([(line["action"], line["data"]) for line in history]) == "closed"
    assert ("officer", "report.resolve", report) in desk.caller.audited()


def test_what_is_not_possible_says_what_is(desk: Desk) -> None:
    report = life(desk)
    with pytest.raises(Conflict) as refused:
        do(desk, "resolve", report, OFFICER)
    assert refused.value.code == "illegal_action"
    assert "verify, assign, reject, forward, refer, merge, comment, moderate" in str(
        refused.value.detail
    )
    assert desk.get(report)["version"] == 1


@pytest.mark.parametrize(
    ("name", "by"),
    [("verify", ANNA), ("verify", FOREIGN), ("assign", ADMIN), ("resolve", BUDI), ("rate", BUDI),
     ("rate", OFFICER), ("close", OFFICER), ("close", BUDI), ("reopen", BUDI), ("reopen", OFFICER),
     ("hide", OFFICER), ("hide", ANNA), ("comment", GUEST)],
)  # fmt: skip
def test_not_yours_does_not_exist(desk: Desk, name: str, by: Principal) -> None:
    report = life(desk, *RESOLVED)
    with pytest.raises(NotFound):
        do(desk, name, report, by)
    assert desk.get(report)["version"] == 5


def test_a_secret_report_does_not_exist_for_others(desk: Desk) -> None:
    secret = str(desk.submit(ANNA, visibility="secret")["id"])
    for by in (BUDI, FOREIGN):
        with pytest.raises(NotFound):
            do(desk, "comment", secret, by)
        with pytest.raises(NotFound):
            timeline(desk, secret, by)


def test_a_version_that_is_not_the_latest(desk: Desk) -> None:
    report = life(desk)
    assert do(desk, "verify", report, OFFICER, if_match=1)["version"] == 2
    with pytest.raises(StaleVersion):
        do(desk, "assign", report, OFFICER, if_match=1)


def test_two_officers_at_once(desk: Desk) -> None:
    report = life(desk)

    def verify(by: Principal) -> str:
        try:
            return str(do(desk, "verify", report, by)["state"])
        except DomainError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(verify, (OFFICER, COLLEAGUE))) == ["illegal_action", "verified"]
    assert len(timeline(desk, report)) == 2


def test_no_answer_without_a_photo(desk: Desk) -> None:
    report = life(desk, *RESOLVED[:3])
    for given, code in (([], "photos"), ([photo(desk, ANNA)], "photos.0")):
        with pytest.raises(Invalid) as refused:
            do(desk, "resolve", report, OFFICER, photos=given)
        assert refused.value.errors[0].field == code
    assert desk.get(report)["state"] == "in_progress"


def test_the_photo_of_the_garbage_proves_nothing(desk: Desk) -> None:
    report = str(desk.submit(OFFICER, photos=[photo(desk, OFFICER, 1)])["id"])
    for name in ("assign", "resolve"):
        if name == "resolve":
            with pytest.raises(Invalid) as refused:
                do(desk, "resolve", report, OFFICER, photos=[photo(desk, OFFICER, 1)])
            assert refused.value.errors[0].code == "photo_present"
        do(desk, name, report, OFFICER)
    assert desk.get(report)["state"] == "resolved"


def test_whoever_claimed_it_goes_on(desk: Desk) -> None:
    report = life(desk, ("claim", OFFICER), ("assign", COLLEAGUE))
    assert desk.get(report, OFFICER)["officer"] == "officer"
    assert do(desk, "forward", report, OFFICER)["agency"] == "HALL"
    assert desk.get(report, FOREIGN)["officer"] is None


def test_forwarding_changes_who_answers(desk: Desk) -> None:
    report = life(desk)
    with pytest.raises(Invalid):
        do(desk, "forward", report, OFFICER, agency="NOWHERE")
    with pytest.raises(Invalid):
        do(desk, "forward", report, OFFICER, agency="ROADS")
    assert do(desk, "forward", report, OFFICER)["agency"] == "HALL"
    with pytest.raises(NotFound):
        do(desk, "assign", report, OFFICER)
    account = desk.account("officer", "HALL")
    assigned = do(desk, "assign", report, FOREIGN, agency="HALL", officer=account)
    assert assigned["state"] == "assigned"
    assert desk.get(report, FOREIGN)["officer"] == account
    assert "officer" not in desk.get(report, ANNA)


def test_what_is_not_for_the_city_goes_to_whose_it_is(desk: Desk) -> None:
    report = life(desk, ("assign", OFFICER))
    for wrong in ({"authority": ""}, {"authority": "<b>PLN</b>"}, {"reason": ""}):
        with pytest.raises(Invalid):
            do(desk, "refer", report, OFFICER, **wrong)
    referred = do(desk, "refer", report, OFFICER, reason="Tiang milik PLN")
    assert (referred["state"], referred["due_at"]) == ("not_authority", None)
    last = timeline(desk, report)[-1]
    assert (last["authority"], last["text"]) == ("PLN", "Tiang milik PLN")
    assert last["agency"] is None
    with pytest.raises(Conflict):
        do(desk, "forward", report, OFFICER)
    assert do(desk, "reopen", report, ANNA)["state"] == "reopened"
    assert desk.get(report)["due_at"] is not None


def test_reopening_has_its_time(desk: Desk) -> None:
    report = life(desk, *RESOLVED)
    desk.caller.clock.move(timedelta(days=14))
    assert do(desk, "reopen", report, ANNA)["state"] == "reopened"
    late = life(desk, *RESOLVED)
    desk.caller.clock.move(timedelta(days=14, seconds=1))
    with pytest.raises(Conflict) as refused:
        do(desk, "reopen", late, ANNA)
    assert refused.value.code == "too_late"
    with pytest.raises(Conflict):
        do(desk, "rate", late, ANNA, score=1)
    assert do(desk, "rate", late, ANNA, score=3)["state"] == "resolved"
    assert do(desk, "reopen", late, SUPERVISOR)["state"] == "reopened"


def test_a_low_rating_reopens_and_may_be_given_anew(desk: Desk) -> None:
    report = life(desk, *RESOLVED)
    assert do(desk, "rate", report, ANNA, score=2)["state"] == "reopened"
    assert desk.get(report)["rating"] == 2
    for name in ("assign", "resolve"):
        do(desk, name, report, OFFICER)
    assert desk.get(report)["rating"] is None
    assert do(desk, "rate", report, ANNA, score=4)["rating"] == 4
    with pytest.raises(Conflict) as refused:
        do(desk, "rate", report, ANNA, score=5)
    assert refused.value.code == "already_rated"


def test_hiding_takes_it_from_the_public_only(desk: Desk) -> None:
    report = life(desk)
    do(desk, "hide", report, SUPERVISOR)
    for by in (GUEST, BUDI):
        with pytest.raises(NotFound):
            desk.get(report, by)
    assert desk.get(report, ANNA)["visibility"] == "secret"


def test_the_timeline_names_nobody_to_the_public(desk: Desk) -> None:
    report = life(desk, ("verify", OFFICER), ("comment", BUDI), ("comment", OFFICER))
    public, internal = timeline(desk, report), timeline(desk, report, OFFICER)
    assert [line["action"] for line in public] == ["submitted", "verify", "comment", "comment"]
    assert [line["by"] for line in public] == ["reporter", "staff", "citizen", "staff"]
    assert [line["state"] for line in public] == ["submitted"] + ["verified"] * 3
    assert not [line for line in public if "actor" in line]
    assert [line["actor"] for line in internal] == ["anna", "officer", "budi", "officer"]


def test_a_long_life_is_read_in_pages(desk: Desk) -> None:
    report = life(
        desk, *RESOLVED, *[("note", OFFICER)] * 3, ("rate", ANNA), *[("note", OFFICER)] * 4
    )
    do(desk, "reopen", report, ANNA)
    for by, lines_ in ((OFFICER, 14), (GUEST, 7)):
        whole = timeline(desk, report, by, 100)
        assert len(whole) == lines_ and whole[-1]["state"] == "reopened"
        for limit in (1, 2, 3, 7):
            assert timeline(desk, report, by, limit) == whole
    for nonsense in ("x", "AAAA", "~~~~"):
        with pytest.raises(Malformed):
            desk.caller.ask(contract.TIMELINE, lines.timeline, {"id": report, "cursor": nonsense})


def test_repeating_with_the_key_is_done_once(desk: Desk) -> None:
    report = life(desk)
    body = {"id": report, "text": "halo"}
    answers = [
        desk.caller.ask(
            contract.ACTIONS["comment"].operation,
            lambda work, asked: actions.act(work, "comment", asked, desk.city, desk.capabilities),
            body, by=BUDI, key="one",
        )
        for _ in range(2)
    ]  # fmt: skip
    assert answers[0] == answers[1] and len(timeline(desk, report)) == 2
