"""Who is told what, and who finds it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.state import ROOT
from services.chassis.principal import GUEST, Principal, Role
from services.notify import domain
from services.notify.contract import recipients_of
from services.notify.domain import Message


def submitted(reporter: str | None) -> list[domain.Message]:
    return domain.messages_for(
        "report.submitted",
        {"report_id": "7", "reporter": reporter, "agency": "DLH", "visibility": "public"},
    )


def test_a_citizens_report_is_told_to_both_sides() -> None:
    assert submitted("me") == [
        Message("person:me", "report.submitted"),
        Message("agency:DLH", "report.submitted.agency"),
    ]


def test_a_guests_report_is_told_to_the_guest_by_its_own_name() -> None:
    assert submitted(None) == [
        Message("guest:7", "report.submitted"),
        Message("agency:DLH", "report.submitted.agency"),
    ]
    assert domain.is_guest("guest:7") and not domain.is_guest("person:guest")
    assert [domain.has_mail(message.recipient) for message in submitted(None)] == [True, False]


@pytest.mark.parametrize(
    ("principal", "found"),
    [
        (Principal("me", Role.CITIZEN), ["person:me"]),
        (Principal("o", Role.OFFICER, "DLH"), ["person:o", "agency:DLH"]),
        (
            Principal("s", Role.SUPERVISOR, "DPU"),
            ["person:s", "agency:DPU", "supervisors:DPU"],
        ),
        (Principal("h", Role.HEAD, "DPU"), ["person:h", "agency:DPU", "head:DPU"]),
        (Principal("x", Role.ADMIN), ["person:x", "overseers"]),
        (Principal("a", Role.AUDITOR), ["person:a", "overseers"]),
        (GUEST, []),
    ],
)
def test_where_people_look(principal: Principal, found: list[str]) -> None:
    assert recipients_of(principal) == found


def test_whoever_is_told_finds_it() -> None:
    told = {message.recipient for message in submitted("me")}
    reporter = recipients_of(Principal("me", Role.CITIZEN))
    officer = recipients_of(Principal("o", Role.OFFICER, "DLH"))
    assert told == (told & set(reporter)) | (told & set(officer))
    assert not told & set(recipients_of(Principal("you", Role.OFFICER, "DPU")))


def test_a_person_is_never_an_agency() -> None:
    assert domain.person("DLH") != domain.agency("DLH")


def test_the_city_pack_has_the_words_of_every_message() -> None:
    keys = {message.key for message in submitted("me")}
    file = ROOT / "infra/city/tangsel/texts/notifications.yaml"
    assert keys <= {line.strip().rstrip(":") for line in file.read_text().splitlines()}


def changed(happened: str, **more: Any) -> list[tuple[str, str]]:
    followers = more.pop("followers", ())
    report = {"reporter": "me", "agency": "DLH", "actor": "officer", "by_staff": True,
              "visibility": "public"} | more  # fmt: skip
    told = domain.messages_for(happened, report, followers)
    return [(message.recipient, message.key) for message in told]


def test_what_happens_to_a_report_is_told_to_its_reporter() -> None:
    for past in ("verified", "started", "held", "resolved", "rejected", "closed", "hidden"):
        assert changed(f"report.{past}") == [("person:me", f"report.{past}")]


def test_who_answers_now_is_told() -> None:
    assert changed("report.forwarded", agency="DISHUB") == [
        ("person:me", "report.forwarded"),
        ("agency:DISHUB", "report.forwarded.agency"),
    ]


def test_nobody_is_told_what_they_did_themselves() -> None:
    mine = {"actor": "me", "by_staff": False}
    assert changed("report.reopened", **mine) == [("agency:DLH", "report.reopened.agency")]
    assert changed("report.commented", **mine) == [("agency:DLH", "report.commented.agency")]
    assert changed("report.closed", **mine) == []
    assert changed("report.commented") == [("person:me", "report.commented")]


def test_what_the_city_hears() -> None:
    assert domain.is_for_the_city("report.resolved", "public")
    assert domain.is_for_the_city("report.resolved", "anonymous")
    for past in ("commented", "rated", "held", "hidden"):
        assert not domain.is_for_the_city(f"report.{past}", "public")
    assert not domain.is_for_the_city("report.resolved", "secret")


def test_a_low_rating_is_told_as_what_it_leads_to() -> None:
    assert domain.meant("report.rated", {"state": "reopened"}) == "report.reopened"
    assert domain.meant("report.rated", {"state": "closed"}) == "report.rated"
    assert domain.meant("report.submitted", {}) == "report.submitted"


def test_the_question_after_four_weeks_goes_to_the_reporter_alone() -> None:
    by_itself = {"actor": "system", "by_staff": False, "followers": ["you"]}
    assert changed("report.follow_up_asked", **by_itself) == [
        ("person:me", "report.follow_up_asked")
    ]
    guests = changed("report.follow_up_asked", reporter=None, report_id="7", **by_itself)
    assert guests == [("guest:7", "report.follow_up_asked")]
    assert domain.meant("report.followed_up", {"state": "reopened"}) == "report.reopened"
    assert changed("report.followed_up", actor="me", by_staff=False) == []
    assert not domain.is_for_the_city("report.follow_up_asked", "public")


def test_agencies_hear_of_their_parts() -> None:
    part = {"reporter": None, "report_id": "7", "part_agency": "DISHUB"}
    assert changed("report.part_asked", **part) == [("agency:DISHUB", "report.part_asked.agency")]
    assert changed("report.part_overdue", tell=None, **part) == [
        ("agency:DISHUB", "report.part_overdue.agency")
    ]
    assert changed("report.part_escalated", tell="head", **part) == [
        ("head:DISHUB", "report.part_escalated.agency")
    ]
    assert changed("report.part_declined", **part) == [
        ("agency:DLH", "report.part_declined.agency")
    ]
    assert ("agency:DISHUB", "report.part_withdrawn.agency") in changed(
        "report.resolved", parts_ended=["DISHUB"]
    )
    assert changed("report.part_begun", **part) == []


def test_followers_are_told_once_as_long_as_the_public_may_know() -> None:
    followed = {"followers": ["you", "me", "officer", "you"]}
    assert changed("report.resolved", **followed) == [
        ("person:me", "report.resolved"),
        ("person:you", "report.resolved"),
    ]
    assert changed("report.hidden", visibility="secret", **followed) == [
        ("person:me", "report.hidden")
    ]
    assert changed("report.rated", **followed) == [("agency:DLH", "report.rated.agency")]


def test_the_officer_who_is_to_work_on_it_is_told() -> None:
    assert changed("report.assigned", officer="budi") == [
        ("person:me", "report.assigned"),
        ("agency:DLH", "report.assigned.agency"),
        ("person:budi", "report.assigned.officer"),
    ]
    assert ("person:officer", "report.assigned.officer") not in changed(
        "report.assigned", officer="officer"
    )


def test_a_term_concerns_who_has_to_act_and_those_above() -> None:
    time = {"actor": "system", "by_staff": False}
    assert changed("report.due_soon", **time) == [("agency:DLH", "report.due_soon.agency")]
    assert changed("report.due_soon", officer="budi", **time) == [
        ("person:budi", "report.due_soon.agency")
    ]
    assert changed("report.overdue", **time) == [("agency:DLH", "report.overdue.agency")]
    for tell, recipient in (
        ("supervisors", "supervisors:DLH"), ("head", "head:DLH"), ("overseers", "overseers")
    ):  # fmt: skip
        told = changed("report.escalated", tell=tell, **time)
        assert told == [(recipient, "report.escalated.agency")]


def test_what_staff_does_among_themselves_is_told_to_nobody() -> None:
    for past in ("claimed", "released", "noted"):
        assert changed(f"report.{past}", followers=["you"]) == []
        assert not domain.is_for_the_city(f"report.{past}", "public")


def moved(**more: Any) -> dict[str, Any]:
    return {
        "report_id": "o", "reporter": "first", "agency": "DLH", "actor": "officer",
        "visibility": "public", "state": "resolved", "happened": "report.resolved",
    } | more  # fmt: skip


def duplicate(report_id: str, reporter: str | None, visibility: str = "public") -> dict[str, Any]:
    return {"report_id": report_id, "reporter": reporter, "visibility": visibility}


def told_of(
    original: dict[str, Any],
    duplicates: list[dict[str, Any]],
    followers: dict[str, list[str]],
    known: tuple[str, ...] = ("first",),
) -> list[tuple[str, str]]:
    found = domain.messages_for_duplicates(original, duplicates, followers, known)
    return [(report["report_id"], message.recipient) for report, message in found]


def test_duplicates_hear_of_the_original_by_their_own_report() -> None:
    duplicates = [duplicate("a", "anna"), duplicate("b", None), duplicate("c", "anna")]
    followers = {"a": ["budi", "first"], "c": ["budi", "anna", "officer", "citra"]}
    assert told_of(moved(), duplicates, followers) == [
        ("a", "person:anna"), ("a", "person:budi"), ("b", "guest:b"), ("c", "person:citra"),
    ]  # fmt: skip


def test_followers_hear_nothing_of_what_is_secret() -> None:
    followers = {"a": ["budi"], "b": ["citra"]}
    public, hidden = duplicate("a", "anna"), duplicate("b", "dewi", "secret")
    assert told_of(moved(visibility="secret"), [public], followers) == [("a", "person:anna")]
    assert told_of(moved(), [hidden], followers) == [("b", "person:dewi")]


def test_what_is_said_of_an_original_is_not_told_of_its_duplicates() -> None:
    for past in ("commented", "hidden", "rated", "noted"):
        original = moved(happened=f"report.{past}")
        assert told_of(original, [duplicate("a", "anna")], {}) == []
    reopened = moved(happened="report.rated", state="reopened")
    found = domain.messages_for_duplicates(reopened, [duplicate("a", "anna")], {}, ())
    assert [message.key for _, message in found] == ["report.reopened"]


people = st.sampled_from(["anna", "budi", "citra", "dewi", "first", "officer"])


@given(
    duplicates=st.lists(
        st.builds(
            duplicate,
            st.sampled_from("abcde"),
            st.none() | people,
            st.sampled_from(["public", "secret"]),
        ),
        unique_by=lambda report: report["report_id"],
    ),
    followers=st.dictionaries(st.sampled_from("abcde"), st.lists(people)),
    known=st.sets(people).map(tuple),
    visibility=st.sampled_from(["public", "secret"]),
)
def test_everybody_is_told_once_and_nobody_is_left_out(
    duplicates: list[dict[str, Any]],
    followers: dict[str, list[str]],
    known: tuple[str, ...],
    visibility: str,
) -> None:
    found = told_of(moved(visibility=visibility), duplicates, followers, known)
    recipients = [recipient for _, recipient in found]
    assert len(recipients) == len(set(recipients))
    wanted = {f"guest:{one['report_id']}" for one in duplicates if one["reporter"] is None}
    for one in duplicates:
        listening = {one["reporter"]} - {None}
        if visibility == one["visibility"] == "public":
            listening |= set(followers.get(one["report_id"], ()))
        wanted |= {f"person:{name}" for name in listening - {*known, "officer"}}
    assert set(recipients) == wanted
