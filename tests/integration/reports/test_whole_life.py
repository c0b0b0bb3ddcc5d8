"""Any life at all, on the real database: people, clocks and colleagues in any order.

A model that is written down here by itself (which state, what is legal) is compared with what the
service did, after every step. It knows nothing of `lifecycle.RULES`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.chassis.errors import Conflict, DomainError, Invalid, NotFound, StaleVersion
from services.chassis.principal import GUEST, Principal, Role
from services.reports import contract, following
from services.reports.lifecycle import folded
from services.reports.parts import folded_parts
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import ANNA, BUDI, do, timeline

STAFF = {
    agency: (
        Principal(f"officer-{agency}", Role.OFFICER, agency),
        Principal(f"colleague-{agency}", Role.OFFICER, agency),
        Principal(f"leader-{agency}", Role.SUPERVISOR, agency),
    )
    for agency in ("ROADS", "HALL")
}
# who tries something, as the report's agency sees them: mostly those who may
SEATS = ("officer", "officer", "officer", "colleague", "leader", "reporter", "reporter",
         "citizen", "guest", "stranger")  # fmt: skip
BEGUN = ("submitted", "verified", "reopened")
WORKING = ("assigned", "in_progress")
OPEN = (*BEGUN, *WORKING, "on_hold")
ALL = (*OPEN, "resolved", "closed", "rejected", "not_authority", "duplicate")
# action: from where, to where (None: stays)
LEGAL: dict[str, tuple[tuple[str, ...], str | None]] = {
    "verify": (("submitted", "reopened"), "verified"),
    "assign": (BEGUN, "assigned"),
    "start": (("assigned", "on_hold"), "in_progress"),
    "hold": (WORKING, "on_hold"),
    "resolve": (WORKING, "resolved"),
    "reject": (BEGUN, "rejected"),
    "forward": (OPEN, "verified"),
    "refer": (OPEN, "not_authority"),
    "merge": (OPEN, "duplicate"),
    "unmerge": (("duplicate",), "verified"),
    "reopen": (("resolved", "closed", "rejected", "not_authority"), "reopened"),
    "close": (("resolved",), "closed"),
    "rate": (("resolved", "closed"), None),
    "comment": (ALL, None),
    "hide": (ALL, None),
    "moderate": (ALL, None),
    "restore": (ALL, None),
    "claim": (OPEN, None),
    "release": (OPEN, None),
    "note": (ALL, None),
    "invite": (OPEN, None),
    "withdraw": (OPEN, None),
}
# whether the agency has a part decides, too: test_parts
PARTS = {"invite", "withdraw"}
# and what was moderated: test_moderation
BESIDES = PARTS | {"restore"}
# how the one who leads the agency brings a report there
WAYS: dict[str, tuple[str, ...]] = {
    "submitted": (),
    "verified": ("verify",),
    "assigned": ("assign",),
    "in_progress": ("assign", "start"),
    "on_hold": ("assign", "hold"),
    "resolved": ("assign", "resolve"),
    "closed": ("assign", "resolve", "close"),
    "rejected": ("reject",),
    "not_authority": ("refer",),
    "duplicate": ("merge",),
    "reopened": ("assign", "resolve", "reopen"),
}
TERM = ("warn", "miss", "escalate")
ALARMS = (*TERM, *(f"part_{one}" for one in TERM), "close", "ask")


class Life(RuleBasedStateMachine):
    """One report, whatever happens to it."""

    desk: Desk

    @initialize()
    def submit(self) -> None:
        self.desk.caller.clock.at = datetime.fromisoformat("2026-06-01T10:00:00+07:00")
        self.report = str(self.desk.submit(ANNA)["id"])
        self.row = self._read()

    @rule(
        name=st.sampled_from(sorted(LEGAL)),
        seat=st.sampled_from(SEATS),
        score=st.integers(1, 5),
        match=st.sampled_from([None, None, 0, -1]),
        behalf=st.booleans(),
    )
    def act(self, name: str, seat: str, score: int, match: int | None, *, behalf: bool) -> None:
        """Somebody tries something, perhaps for the reporter, perhaps on an older version."""
        by = self._on(seat)
        body: dict[str, Any] = (
            {"agency": self._agency(name)} if name in ("assign", "forward") else {}
        )
        body |= {"score": score} if name == "rate" else {}
        body |= {"duplicate_of": self._another()} if name == "merge" else {}
        if behalf and name in ("reopen", "close", "rate", "comment"):
            body |= {"on_behalf_of": {"channel": "counter"}}
        if match is not None:
            body |= {"if_match": max(1, self.row["version"] + match)}
        before = self.row
        try:
            do(self.desk, name, self.report, by, **body)
        except DomainError as refused:
            self.row = self._read()
            assert self.row == before, "what is refused changes nothing"
            self._check_refusal(refused, name, by, body)
            return
        self.row = self._read()
        self._check_done(before, name, score)

    @rule(name=st.sampled_from(sorted(set(LEGAL) - {"rate"} - BESIDES)))
    def lead(self, name: str) -> None:
        """Whoever leads the agency may do all but rate: done where it is legal, and only there."""
        before, leader = self.row, STAFF[self.row["agency"]][2]
        body = {"agency": self._agency(name)} if name in ("assign", "forward") else {}
        body |= {"duplicate_of": self._another()} if name == "merge" else {}
        try:
            do(self.desk, name, self.report, leader, **body)
        except Conflict as refused:
            if refused.code == "parts_open":
                assert name == "resolve" and before["helpers"]
                return
            assert refused.code == "illegal_action"
            assert before["state"] not in LEGAL[name][0], f"{name} must be possible"
            return
        self.row = self._read()
        self._check_done(before, name, score=0)

    @rule(name=st.sampled_from(["support", "follow"]), by=st.sampled_from((ANNA, BUDI)))
    def care(self, name: str, by: Principal) -> None:
        """What citizens say beside the case leaves it alone."""
        operation = {"support": contract.SUPPORT, "follow": contract.FOLLOW}[name]
        command = getattr(following, name)
        before = self.row["version"]
        try:
            self.desk.caller.ask(
                operation, lambda w, b: command(w, b, self.desk.city), {"id": self.report}, by=by
            )
        except NotFound:
            assert self.row["visibility"] == "secret" and by is BUDI
        self.row = self._read()
        assert self.row["version"] == before and self.row["supports"] <= 2

    @rule(hours=st.sampled_from([1, 7, 24, 24 * 4, 24 * 9, 24 * 20]))
    def wait(self, hours: int) -> None:
        """Time goes by, and what is due happens by itself."""
        self.desk.caller.clock.move(timedelta(hours=hours))
        before = self.row
        self.desk.ring()
        self.row = self._read()
        rung = self._actions_since(before["version"])
        assert set(rung) <= set(ALARMS) and self.row["version"] == before["version"] + len(rung)
        expected = "closed" if "close" in rung else before["state"]
        assert self.row["state"] == expected
        assert "close" not in rung or before["state"] == "resolved"

    @invariant()
    def the_history_is_the_truth(self) -> None:
        lines = self.desk.caller.rows(
            "SELECT version, action, actor, at, data FROM report_history"
            " WHERE report_id = %(id)s ORDER BY version",
            {"id": self.report},
        )
        assert [line["version"] for line in lines] == list(range(1, self.row["version"] + 1))
        assert folded([(line["action"], line["data"]) for line in lines]) == self.row["state"]
        assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
        sql = "SELECT agency, state FROM report_part WHERE report_id = %(id)s"
        parts = self.desk.caller.rows(sql, {"id": self.report})
        found = {part["agency"]: part["state"] for part in parts}
        assert folded_parts([(line["action"], line["data"]) for line in lines]) == found
        sql = "SELECT body::json AS body FROM chassis.outbox ORDER BY id"
        events = [row["body"] for row in self.desk.caller.rows(sql)]
        told = [e["aggregateversion"] for e in events
                if e["subject"] == self.report and ".follower." not in e["type"]]  # fmt: skip
        assert told == list(range(1, self.row["version"] + 1))

    @invariant()
    def terms_fit_the_state(self) -> None:
        row, now = self.row, self.desk.caller.clock.now()
        if row["due_at"] is not None:
            assert row["due_at"] >= row["due_from"]
        is_paused = row["state"] == "on_hold" and row["days_left"] is not None
        assert (row["due_at"] is not None) == (row["state"] in OPEN and not is_paused)
        assert (row["alarm"] is None) == (row["alarm_at"] is None)
        assert row["alarm_at"] is None or row["alarm_at"] > now, "what should have rung has rung"
        if row["state"] == "resolved":
            assert row["alarm"] == "close"
        if row["state"] in ("rejected", "not_authority", "duplicate"):
            assert row["alarm"] is None
        if row["state"] == "closed":
            assert (row["alarm"] is None) == (row["asked_at"] is not None)

    @invariant()
    def everybody_reads_the_same_life(self) -> None:
        staff = timeline(self.desk, self.report, STAFF[self.row["agency"]][0], limit=100)
        mine = timeline(self.desk, self.report, ANNA, limit=7)
        internal = {"claim", "release", "note", *ALARMS} - {"close"}
        public = [line for line in staff if line["action"] not in internal]
        assert [line["version"] for line in mine] == [line["version"] for line in public]
        assert staff[-1]["state"] == self.row["state"]
        assert not any("actor" in line for line in mine)

    def _read(self) -> dict[str, Any]:
        return self.desk.caller.rows("SELECT * FROM report WHERE id = %(id)s", {"id": self.report})[
            0
        ]

    def _on(self, seat: str) -> Principal:
        officer, colleague, leader = STAFF[self.row["agency"]]
        stranger = next(staff[0] for agency, staff in STAFF.items() if agency != self.row["agency"])
        return {
            "officer": officer, "colleague": colleague, "leader": leader, "reporter": ANNA,
            "citizen": BUDI, "guest": GUEST, "stranger": stranger,
        }[seat]  # fmt: skip

    def _actions_since(self, version: int) -> list[str]:
        """Of this report; those of lives before it are there as well."""
        lines = self.desk.caller.rows(
            "SELECT action FROM report_history WHERE report_id = %(id)s AND version > %(version)s",
            {"id": self.report, "version": version},
        )
        return [line["action"] for line in lines]

    def _another(self) -> str:
        """An open report that this one may be merged into."""
        is_secret = self.row["visibility"] == "secret"
        more: dict[str, Any] = {"visibility": "secret" if is_secret else "public"}
        if self.row["agency"] == "HALL":
            more |= {"category": "noise", "attributes": {"since": "2026-05-30T08:00:00+08:00"}}
        return str(self.desk.submit(BUDI, **more)["id"])

    def _agency(self, name: str) -> str:
        mine = self.row["agency"]
        return next(agency for agency in STAFF if (agency == mine) == (name == "assign"))

    def _check_done(self, before: dict[str, Any], name: str, score: int) -> None:
        origins, state = LEGAL[name]
        assert before["state"] in origins
        if name == "rate" and score <= 2:
            state = "reopened"
        assert self.row["state"] == (state or before["state"])
        assert self.row["version"] == before["version"] + 1

    def _check_refusal(
        self, refused: DomainError, name: str, by: Principal, body: dict[str, Any]
    ) -> None:
        if isinstance(refused, (NotFound, Invalid)):
            return  # who may do what stands in test_lifecycle and test_work
        if isinstance(refused, StaleVersion):
            assert body["if_match"] != self.row["version"]
            return
        assert isinstance(refused, Conflict)
        if refused.code == "illegal_action":
            assert self.row["state"] not in LEGAL[name][0]
            offered = str(refused.detail).partition("now: ")[2].rstrip(".").split(", ")
            offered = [one for one in offered if one not in ("-", "forget", "follow_up")]
            assert all(self.row["state"] in LEGAL[one][0] for one in offered)
        else:
            assert refused.code in (
                "claimed", "already_rated", "too_late", "illegal_part", "parts_open",
                "not_moderated",
            )  # fmt: skip


@pytest.mark.parametrize("state", ALL)
def test_every_step_from_every_state(desk: Desk, state: str) -> None:
    leader = STAFF["ROADS"][2]
    for name in sorted(set(LEGAL) - {"rate"} - BESIDES):
        report = str(desk.submit(ANNA)["id"])
        for step in WAYS[state]:
            do(desk, step, report, leader)
        origins, leads = LEGAL[name]
        if state in origins:
            assert do(desk, name, report, leader)["state"] == (leads or state), name
            continue
        with pytest.raises(Conflict) as refused:
            do(desk, name, report, leader)
        assert refused.value.code == "illegal_action", name
        assert desk.get(report, leader)["state"] == state


def test_any_life(desk: Desk) -> None:
    class OnThisDesk(Life):
        pass

    OnThisDesk.desk = desk
    run_state_machine_as_test(
        OnThisDesk,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],  # to shrink a life takes minutes, and hides what broke
            suppress_health_check=list(HealthCheck),
        ),
    )
