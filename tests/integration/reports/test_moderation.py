"""What is moderated is read so by everybody, wherever it stands; undoing restores it exactly."""

from __future__ import annotations

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

from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.principal import GUEST, Principal
from services.reports import contract, moderation, requests
from services.reports.moderation_contract import HIDDEN
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import (
    ADMIN,
    ANNA,
    BUDI,
    FOREIGN,
    OFFICER,
    RESOLVED,
    SUPERVISOR,
    do,
    life,
    photo,
    timeline,
)
from tests.integration.reports.test_alarms import events

WHY = {"reason": "Memuat nomor telepon"}


def moderations(desk: Desk, report: str, by: Principal = OFFICER) -> list[dict[str, Any]]:
    found = desk.caller.ask(
        contract.LIST_MODERATION, moderation.list_moderation, {"id": report}, by=by
    )
    return list(found["items"])


def open311(desk: Desk, report: str) -> dict[str, Any]:
    number = desk.get(report)["number"]
    found = desk.caller.ask(
        contract.FIND_REPORTS,
        lambda work, body: requests.find_reports(work, body, desk.city),
        {"numbers": [number]},
    )
    return dict(found["items"][0])


def moderate(desk: Desk, report: str, what: str, by: Principal = OFFICER, **more: Any) -> Any:
    return do(desk, "moderate", report, by, what=what, **WHY, **more)


def restore(desk: Desk, report: str, what: str, by: Principal = OFFICER) -> Any:
    return do(desk, "restore", report, by, what=what, reason="Boleh dibaca")


def test_words_are_read_so_everywhere_and_come_back(desk: Desk) -> None:
    report = life(desk)
    assert desk.ids(q="lubang") == [report]
    moderate(desk, report, "description", text="Lubang di jalan")
    moderate(desk, report, "description")
    for by in (GUEST, BUDI, OFFICER):
        assert desk.get(report, by)["description"] == HIDDEN
        assert [item["description"] for item in desk.page(by)["items"]] == [HIDDEN]
    assert open311(desk, report)["description"] == HIDDEN
    assert desk.ids(q="lubang") == [], "what is hidden is not found by its words"
    (first, second) = moderations(desk, report)
    assert (first["original"], first["shown"]) == ("Lubang", "Lubang di jalan")
    assert (second["original"], second["shown"]) == ("Lubang di jalan", HIDDEN)
    assert (second["reason"], second["actor"]) == ("Memuat nomor telepon", "officer")
    assert restore(desk, report, "description")["description"] == "Lubang di jalan"
    assert restore(desk, report, "description")["description"] == "Lubang"
    assert desk.ids(q="lubang") == [report]
    assert [one["undone_in"] for one in moderations(desk, report)] == [5, 4]
    with pytest.raises(Conflict) as refused:
        restore(desk, report, "description")
    assert refused.value.code == "not_moderated"
    lines = timeline(desk, report)[1:]
    assert [line["action"] for line in lines] == ["moderate", "moderate", "restore", "restore"]
    assert {line["what"] for line in lines} == {"description"}
    audited = [action for _, action, _ in desk.caller.audited()]
    assert audited.count("report.moderate") == audited.count("report.restore") == 2
    assert "report.moderation_read" in audited


def test_what_was_said_is_laid_over(desk: Desk) -> None:
    report = life(desk, *RESOLVED)
    do(desk, "comment", report, BUDI, text="Telepon saya 0812")
    for version, said in ((6, "Telepon saya 0812"), (5, "selesai")):
        moderate(desk, report, f"timeline.{version}", text="Telepon saya …")
        for by in (GUEST, OFFICER):
            assert timeline(desk, report, by)[version - 1]["text"] == "Telepon saya …"
        assert moderations(desk, report)[-1]["original"] == said
    assert open311(desk, report)["notes"].endswith("Telepon saya …")
    restore(desk, report, "timeline.5")
    assert timeline(desk, report)[4]["text"] == "selesai"
    assert open311(desk, report)["notes"].endswith("selesai")
    assert "0812" not in str(timeline(desk, report))


def test_a_photo_is_withheld_from_those_who_may_not_see_it(desk: Desk) -> None:
    report = str(desk.submit(ANNA, photos=[photo(desk, ANNA, 1), photo(desk, ANNA, 2)])["id"])
    before = desk.get(report)["photos"]
    moderate(desk, report, "photos.1")
    for by in (GUEST, BUDI, FOREIGN, ANNA):
        assert [one["n"] for one in desk.get(report, by)["photos"]] == [2]
        with pytest.raises(NotFound):
            desk.photo(report, 1, by)
        assert desk.photo(report, 2, by)["is_public"]
    assert open311(desk, report)["photos"] == 1
    seen = desk.photo(report, 1, OFFICER)
    assert (
        not seen["is_public"] and ("officer", "report.photo_read", report) in desk.caller.audited()
    )
    do(desk, "assign", report, OFFICER)
    with pytest.raises(Invalid) as refused:
        do(desk, "resolve", report, OFFICER, photos=[photo(desk, OFFICER, 1)])
    assert refused.value.errors[0].code == "photo_present"
    resolved = do(desk, "resolve", report, OFFICER)
    assert [one["n"] for one in resolved["photos"]] == [2, 3]
    assert restore(desk, report, "photos.1")["photos"][:2] == before
    assert desk.get(report)["photos"][:2] == before and desk.photo(report, 1)["is_public"]


def test_answers_and_addresses(desk: Desk) -> None:
    report = str(desk.submit(ANNA, attributes={"size": "small"})["id"])
    assert moderate(desk, report, "attributes.size")["attributes"] == {}
    assert desk.get(report)["attributes"] == {}
    assert restore(desk, report, "attributes.size")["attributes"] == {"size": "small"}
    for what in ("address", "attributes.depth", "photos.1", "timeline.1", "timeline.77"):
        with pytest.raises(Invalid) as refused:
            moderate(desk, report, what)
        assert refused.value.errors[0].code == "nothing_there"
    for what in ("photos.0", "title", "timeline.x", "report", "attributes.A", "description "):
        with pytest.raises(Invalid) as refused:
            moderate(desk, report, what + "!")
        assert refused.value.errors[0].field == "what"
    with pytest.raises(Invalid) as refused:
        moderate(desk, report, "attributes.size", text="large")
    assert refused.value.errors[0].code == "only_hidden"


def test_a_report_that_was_hidden_is_shown_again_by_who_may_hide_it(desk: Desk) -> None:
    report = life(desk)
    do(desk, "hide", report, SUPERVISOR)
    with pytest.raises(NotFound):
        desk.get(report)
    with pytest.raises(NotFound):
        restore(desk, report, "report", OFFICER)
    assert restore(desk, report, "report", ADMIN)["visibility"] == "public"
    assert desk.get(report)["visibility"] == "public"


def test_who_may_moderate_and_who_reads_what_was_there(desk: Desk) -> None:
    report = life(desk)
    for by in (ANNA, BUDI, FOREIGN):
        with pytest.raises(NotFound):
            moderate(desk, report, "description", by)
        with pytest.raises(NotFound):
            moderations(desk, report, by)
    moderate(desk, report, "description", ADMIN)
    assert len(moderations(desk, report, ADMIN)) == 1
    told = events(desk, report)[-1]
    assert told["type"].endswith("report.moderated.v1")
    assert "telepon" not in str(told), "why stands in the report alone"


class Moderating(RuleBasedStateMachine):
    """Anything moderated and restored in any order, against stacks of what was there."""

    desk: Desk

    @initialize()
    def submit(self) -> None:
        given = [photo(self.desk, ANNA), photo(self.desk, ANNA)]
        made = self.desk.submit(ANNA, photos=given, attributes={"size": "small"})
        self.report = str(made["id"])
        do(self.desk, "comment", self.report, BUDI, text="Benar")
        self.before: dict[str, list[Any]] = {}
        self.seen = self._look()

    @rule(
        what=st.sampled_from(
            ["description", "attributes.size", "photos.1", "photos.2", "timeline.2"]
        ),
        text=st.sampled_from([None, "a", "b"]),
    )
    def moderate(self, what: str, text: str | None) -> None:
        more: dict[str, Any] = {} if text is None or what[0] in "ap" else {"text": text}
        try:
            moderate(self.desk, self.report, what, **more)
        except Invalid:
            assert what[0] in "ap" and self.before.get(what), "hidden already"
            return
        self.before.setdefault(what, []).append(self.seen[what])
        self.seen = self._look()
        shown = None if what[0] in "ap" else more.get("text", HIDDEN)
        assert self.seen[what] == shown

    @rule(what=st.sampled_from(["description", "attributes.size", "photos.1", "timeline.2"]))
    def restore(self, what: str) -> None:
        if not self.before.get(what):
            with pytest.raises(Conflict):
                restore(self.desk, self.report, what)
            return
        restore(self.desk, self.report, what)
        self.seen |= {what: self.before[what].pop()}

    @invariant()
    def it_is_read_so(self) -> None:
        """By the public, and nothing else changed."""
        assert self._look() == self.seen

    def _look(self) -> dict[str, Any]:
        report = self.desk.get(self.report)
        photos = {one["n"]: one for one in report["photos"]}
        return {
            "description": report["description"],
            "attributes.size": report["attributes"].get("size"),
            "photos.1": photos.get(1),
            "photos.2": photos.get(2),
            "timeline.2": timeline(self.desk, self.report)[1]["text"],
        }


def test_undoing_restores_exactly(desk: Desk) -> None:
    class OnThisDesk(Moderating):
        pass

    OnThisDesk.desk = desk
    run_state_machine_as_test(
        OnThisDesk,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
