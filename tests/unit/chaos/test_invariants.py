"""Each invariant holds for a history in which all went well, and sees each way of spoiling it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reliability.chaos.history import History, paired, read
from tests.reliability.chaos.invariants import Evidence, violations
from tests.reliability.chaos.observed import Mail, Step, Told
from tests.unit.chaos.histories import (
    GUESTS,
    REPORT,
    REPORTER,
    evidence,
    killed,
    with_attempt,
    with_mail,
    with_steps,
)

Spoil = Callable[[Evidence], Evidence]
ME = f"person:{REPORTER}"
TORN = {"type": "info", "status": None, "answer": {"error": "ConnectionResetError()"}}
ASSIGNED = (Step(1, "submitted"), Step(2, "assign"))


def unreadable(found: Evidence) -> Evidence:
    found.observed.unreadable.append("report-1 in version 3")
    return found


def told(*change: tuple[Told, int]) -> Spoil:
    def spoil(found: Evidence) -> Evidence:
        for one, by in change:
            found.observed.notifications[one] += by
        return found

    return spoil


def forgotten_mail(found: Evidence) -> Evidence:
    found.observed.mails.pop()
    return found


def mail_for_nobody(found: Evidence) -> Evidence:
    one = Told(GUESTS, 1, "person:somebody")
    found.observed.mails.append(Mail(one, "sent", 1, ("accepted",)))
    return found


def unsettled(found: Evidence) -> Evidence:
    found.observed.unsettled.append("1 parked in notify")
    return found


def two_rows(found: Evidence) -> Evidence:
    kept = found.observed.reports[GUESTS]
    found.observed.reports["report-3"] = kept
    for recipient in ("agency:DLH",):
        found.observed.notifications[Told("report-3", 1, recipient)] += 1
    letter = Told("report-3", 1, "guest:report-3")
    found.observed.mails.append(Mail(letter, "sent", 1, ("accepted",)))
    return found


def heard(*versions: int, by: str = "keep_followers") -> Spoil:
    def spoil(found: Evidence) -> Evidence:
        found.observed.heard["notify", by, REPORT] = list(versions)
        return found

    return spoil


def edited(found: Evidence) -> Evidence:
    found.observed.audit.append("reports: seal 3 is missing")
    return found


def miscounted(found: Evidence) -> Evidence:
    found.observed.sites |= {"site-1": (2, 2), "site-2": (3, 2)}
    return found


def nowhere(found: Evidence) -> Evidence:
    found.observed.nowhere.append(REPORT)
    return found


SPOILT: list[tuple[str, set[str], Spoil]] = [
    ("unreadable", {"I1"}, unreadable),
    ("another deed was kept", {"I1", "I2", "I5"},
     lambda e: with_steps(e, *ASSIGNED, Step(3, "hold"))),
    ("lost", {"I1", "I2"}, lambda e: with_steps(e, *ASSIGNED, version=2, state="assigned")),
    ("resolved with an open part", {"I1", "I2", "I5"},
     lambda e: with_steps(e, *ASSIGNED, Step(3, "invite", {"agency": "DISHUB"}),
                          Step(4, "resolve"), version=4)),
    ("a part that its history does not lead to", {"I5"},
     lambda e: with_steps(e, *ASSIGNED, Step(3, "resolve"), parts={"DISHUB": "asked"})),
    ("never told", {"I2"}, told((Told(REPORT, 2, ME), -1))),
    ("told twice", {"I2"}, told((Told(REPORT, 2, ME), 1))),
    ("told the wrong one", {"I2"}, told((Told(REPORT, 3, "person:x"), 1))),
    ("told of its own deed", {"I2"}, told((Told(REPORT, 3, "agency:DLH"), 1))),
    ("no e-mail queued", {"I2"}, forgotten_mail),
    ("an e-mail for nobody", {"I2"}, mail_for_nobody),
    ("an e-mail that waits", {"I2"}, lambda e: with_mail(e, 0, state="waiting", copies=0)),
    ("an e-mail sent and not there", {"I2"}, lambda e: with_mail(e, 0, copies=0)),
    ("two copies of one attempt", {"I2"}, lambda e: with_mail(killed(e, "notify", 2), 0, copies=2)),
    ("two copies without a crash", {"I2"},
     lambda e: with_mail(e, 0, copies=2, outcomes=("lost", "accepted"))),
    ("two e-mails twice for one crash", {"I2"},
     lambda e: with_mail(with_mail(killed(e, "notify", 2), 0, copies=2,
                                   outcomes=("lost", "accepted")),
                         1, copies=2, outcomes=("lost", "accepted"))),
    ("parked", {"I3"}, unsettled),
    ("500", {"I4"}, lambda e: with_attempt(e, 4, type="info", status=500)),
    ("409", {"I4"}, lambda e: with_attempt(e, 4, type="fail", status=409)),
    ("503 without Retry-After", {"I4"}, lambda e: with_attempt(e, 4, type="info", status=503,
                                                               answer={})),
    ("a late answer", {"I4"}, lambda e: with_attempt(e, 4, seconds=5.2)),
    ("no answer", {"I4"}, lambda e: with_attempt(e, 4, **TORN)),
    ("refused although another listens", {"I4"},
     lambda e: with_attempt(killed(e, "gateway", 5.05), 4, type="info", status=None,
                            answer={"error": "ConnectionRefusedError()"})),
    ("two rows for one key", {"I4"}, two_rows),
    ("done twice", {"I2", "I4", "I5"},
     lambda e: with_steps(e, *ASSIGNED, Step(3, "resolve"), Step(4, "assign"), version=4)),
    ("a gap", {"I1", "I2", "I5"}, lambda e: with_steps(e, *ASSIGNED, Step(4, "resolve"))),
    ("an illegal step", {"I1", "I2", "I5"},
     lambda e: with_steps(e, Step(1, "submitted"), Step(2, "resolve"), Step(3, "assign"))),
    ("a state that is not the history's", {"I5"},
     lambda e: with_steps(e, *ASSIGNED, Step(3, "resolve"), state="closed")),
    ("heard in another order", {"I5"}, heard(1, 3, 2)),
    ("heard twice", {"I5"}, heard(1, 2, 2, 3)),
    ("a reader went back", {"I5"}, lambda e: with_attempt(e, 4, answer={"version": 2})),
    ("the trace was edited", {"I6"}, edited),
    ("a site counts what is not there", {"I7"}, miscounted),
    ("a report that no site knows", {"I7"}, nowhere),
]  # fmt: skip


def test_all_hold_when_all_went_well() -> None:
    assert violations(evidence()) == {}


@pytest.mark.parametrize(("red", "spoil"), [one[1:] for one in SPOILT], ids=[s[0] for s in SPOILT])
def test_a_spoilt_history_is_seen(red: set[str], spoil: Spoil) -> None:
    assert set(violations(spoil(evidence()))) == red


@pytest.mark.parametrize(
    "allowed",
    [
        lambda e: with_attempt(killed(e, "gateway", 5.05), 4, **TORN),
        lambda e: with_attempt(e, 4, type="info", status=503, answer={"retry_after": 1}),
        lambda e: with_mail(killed(e, "notify", 2), 0, copies=2, outcomes=("lost", "accepted")),
        lambda e: replace(with_attempt(e, 4, seconds=5.2), slowness=1.5),
        lambda e: with_attempt(e, 4, type="fail", status=429, answer={"retry_after": 1}),
        heard(1, 3, 2, by="tell_people"),
    ],
    ids=["torn by a kill", "503", "one more per crash", "a slow machine", "429", "no order"],
)
def test_what_is_promised_no_better(allowed: Spoil) -> None:
    assert violations(allowed(evidence())) == {}


def test_a_history_is_written_and_read(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    history = History(file)
    history.note(1, "invoke", "submit", {"key": "a"})
    history.note(2, "invoke", "read", {"key": "b"})
    history.note(1, "ok", "submit", {"id": "x"}, status=201, seconds=0.2)
    history.close()
    assert read(file) == history.lines()
    first, second = paired(read(file))
    assert (first.key, first.type, first.answer) == ("a", "ok", {"id": "x"})
    assert (second.key, second.type, second.status) == ("b", "info", None)
