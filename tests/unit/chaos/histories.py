"""A small city in which all went well, to be spoilt in one way or another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from tests.reliability.chaos.history import Attempt
from tests.reliability.chaos.invariants import Evidence
from tests.reliability.chaos.observed import Kept, Mail, Observed, Step, Told
from tests.reliability.chaos.world import Kill

SECOND = 1_000_000_000
REPORTER, ADDRESS = "warga-1", "warga@example.org"
REPORT, GUESTS = "report-1", "report-2"


def attempt(f: str, at: float, asked: dict[str, Any], **answer: Any) -> Attempt:
    """One that was answered with 2xx a tenth of a second later."""
    began = int(at * SECOND)
    return Attempt(f, 1, asked, began, began + SECOND // 10, "ok", 201, 0.1, answer)


def evidence() -> Evidence:
    """A citizen's report that was assigned and resolved, and a guest's; each told of by e-mail."""
    submitted = {"key": "k1", "reporter": REPORTER, "address": ADDRESS}
    of_guest = {"key": "k2", "reporter": None, "address": "tamu@example.org"}
    attempts = [
        attempt("submit", 1, submitted, id=REPORT, version=1, state="submitted"),
        attempt("submit", 2, of_guest, id=GUESTS, version=1, state="submitted"),
        attempt("assign", 3, {"key": "k3", "report": REPORT}, id=REPORT, version=2),
        attempt("resolve", 4, {"key": "k4", "report": REPORT}, id=REPORT, version=3),
        attempt("read", 5, {"key": "k5", "report": REPORT}, id=REPORT, version=3),
    ]
    steps = (Step(1, "submitted"), Step(2, "assign"), Step(3, "resolve"))
    told = [Told(REPORT, version, f"person:{REPORTER}") for version in (1, 2, 3)]
    guest = Told(GUESTS, 1, f"guest:{GUESTS}")
    agency = [Told(REPORT, 1, "agency:DLH"), Told(REPORT, 2, "agency:DLH")]
    observed = Observed(
        reports={
            REPORT: Kept(3, "resolved", "k1", steps),
            GUESTS: Kept(1, "submitted", "k2", (Step(1, "submitted"),)),
        },
        notifications=Counter([*told, *agency, Told(GUESTS, 1, "agency:DLH")]),
        mails=[Mail(one, "sent", 1, ("accepted",)) for one in (*told, guest)],
        heard={("notify", "keep_followers", REPORT): [1, 2, 3]},
    )
    return Evidence(attempts, observed)


def with_attempt(found: Evidence, number: int, **changes: Any) -> Evidence:
    """One of its attempts went differently."""
    attempts = list(found.attempts)
    attempts[number] = replace(attempts[number], **changes)
    return replace(found, attempts=attempts)


def with_steps(found: Evidence, *steps: Step, **changes: Any) -> Evidence:
    """The citizen's report has another history."""
    kept = replace(found.observed.reports[REPORT], steps=steps, **changes)
    found.observed.reports[REPORT] = kept
    return found


def with_mail(found: Evidence, number: int, **changes: Any) -> Evidence:
    """One of its e-mails went differently."""
    found.observed.mails[number] = replace(found.observed.mails[number], **changes)
    return found


def killed(found: Evidence, process: str, at: float) -> Evidence:
    """A process was killed meanwhile."""
    return replace(found, kills=[*found.kills, Kill(process, int(at * SECOND))])
