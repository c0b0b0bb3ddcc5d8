"""Sites on the real database: linked, counted, cleaned, come back; what of it everybody sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis.call import Call
from services.chassis.contract import Operation
from services.chassis.database import Database
from services.chassis.errors import Conflict, Invalid, NotFound, StaleVersion
from services.chassis.principal import GUEST, SYSTEM, Principal
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.sites import alarms, contract, keeping
from services.reports.sites.commands import SITE_COMMANDS
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import ANNA, FOREIGN, OFFICER, SUPERVISOR, do, life
from tests.unit.city.test_sites import written

# a tenth of a kilometre farther north
ELSEWHERE: dict[str, Any] = {"lat": -3.099, "long": 120.1}
DAY = timedelta(days=1)


class Sites:
    """What can be asked and done at sites."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def ask(self, operation: Operation, by: Principal = GUEST, **body: Any) -> Any:
        command, city, if_match = (
            SITE_COMMANDS[operation],
            self.desk.city,
            body.pop("if_match", None),
        )
        return self.desk.caller.ask(
            operation, lambda work, asked: command(work, asked, city), body, by=by,
            if_match=if_match,
        )  # fmt: skip

    def take_in(self, batch: int = 500) -> None:
        more = True
        while more:
            with self.work() as work:
                more = keeping.take_in(work, self.desk.city, batch)
                work.commit()

    def work(self) -> Any:
        caller = self.desk.caller

        class Opened:
            def __enter__(self) -> UnitOfWork:
                self.session = caller.database.session()
                opened = self.session.__enter__()
                return UnitOfWork(opened, call=Call(SYSTEM), clock=caller.clock)

            def __exit__(self, *told: Any) -> None:
                self.session.__exit__(*told)

        return Opened()

    def all(self, **asked: Any) -> list[dict[str, Any]]:
        self.take_in()
        return list(self.ask(contract.LIST_SITES, **asked)["items"])

    def one(self) -> dict[str, Any]:
        (found,) = self.all()
        return found

    def reports(self, site: str) -> list[str]:
        return [one["id"] for one in self.ask(contract.SITE_REPORTS, id=site)["items"]]

    def told(self, site: str) -> list[str]:
        rows = self.desk.caller.rows("SELECT body::json AS body FROM chassis.outbox ORDER BY id")
        return [
            row["body"]["type"].split(".")[-2]
            for row in rows
            if row["body"]["subject"] == site
        ]  # fmt: skip

    def check(self) -> None:
        """Each site's count is that of its linked reports, told in every way there is."""
        self.take_in()
        shown = {one["id"]: one for one in self.ask(contract.LIST_SITES, limit=100)["items"]}
        linked: dict[str, list[str]] = {}
        for row in self.desk.caller.rows(
            "SELECT site_id::text, report_id::text AS id FROM site_report ORDER BY report_id DESC"
        ):
            report = self.desk.caller.rows("SELECT * FROM report WHERE id = %(id)s", row)[0]
            if report["visibility"] != "secret" and report["state"] not in (
                "rejected", "duplicate", "not_authority",
            ):  # fmt: skip
                linked.setdefault(row["site_id"], []).append(row["id"])
        assert linked.keys() == shown.keys()
        for site, reports in linked.items():
            assert shown[site]["reports"] == len(reports)
            assert sum(spell["reports"] for spell in shown[site]["spells"]) == len(reports)
            assert self.reports(site) == reports
            assert len(shown[site]["spells"]) == shown[site]["recurrences"] + 1
        public = set(self.desk.ids(limit=100, category="pothole"))
        assert {one for reports in linked.values() for one in reports} <= public


@pytest.fixture
def sites(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[Sites]:
    """A service with an empty database, in a city whose potholes come back."""
    pack = written(tmp_path / "tiny")
    database = Database(make_database("reports")[0], size=4)
    found = Sites(Desk(Caller(database), Catalogue.load(pack).trusting))
    with found.work() as work:
        keeping.note_categories(work, found.desk.city)
        work.commit()
    yield found
    database.close()


def test_near_reports_lie_on_one_site_and_others_on_another(sites: Sites) -> None:
    first = sites.desk.submit(ANNA, attributes={"size": "large"})["id"]
    second = sites.desk.submit(ANNA, lat=-3.1002)["id"]
    far = sites.desk.submit(ANNA, **ELSEWHERE)["id"]
    other, site = sites.all()
    assert sites.reports(site["id"]) == [second, first] and sites.reports(other["id"]) == [far]
    assert (site["lat"], site["state"], site["reports"]) == (-3.1001, "open", 2)
    assert (site["volume"], site["score"], site["agency"]) == ("large", 12, "ROADS")
    assert [part["duty"] for part in site["parts"]] == ["clean"]
    assert site["parts"][0]["due_at"] is not None and "officer" not in site["parts"][0]
    assert sites.told(site["id"]) == ["opened"]
    third = sites.desk.submit(ANNA)["id"]
    assert sites.all(report=third) == sites.all(bbox="120.0,-3.1002,120.2,-3.1")
    assert sites.told(site["id"]) == ["opened", "reported"]
    sites.check()


def test_it_comes_back_by_itself_and_the_other_agency_is_asked(sites: Sites) -> None:
    life(sites.desk, ("assign", OFFICER), ("start", OFFICER), ("resolve", OFFICER))
    closed = sites.one()
    assert (closed["state"], closed["open_reports"]) == ("closed", 0)
    sites.desk.caller.clock.move(DAY)
    sites.desk.submit(ANNA)
    site = sites.one()
    assert (site["state"], site["recurrences"], site["reports"]) == ("open", 1, 2)
    assert {p["duty"]: p["agency"] for p in site["parts"]} == {"clean": "ROADS", "enforce": "HALL"}
    assert [spell["cleaned_at"] is None for spell in site["spells"]] == [False, True]
    assert sites.told(site["id"])[-1] == "recurred"
    sites.ask(contract.BEGIN_SITE, FOREIGN, id=site["id"], duty="enforce")
    cleaned = sites.ask(contract.CLEAN_SITE, OFFICER, id=site["id"], note="Bersih")
    assert (cleaned["state"], cleaned["parts"][0]["answer"]) == ("cleaned", "Bersih")
    with pytest.raises(Conflict) as refused:
        sites.ask(contract.CLEAN_SITE, OFFICER, id=site["id"], note="Lagi")
    assert refused.value.code == "illegal_action" and "close" in str(refused.value.detail)
    done = sites.ask(contract.ENFORCE_SITE, FOREIGN, id=site["id"], note="Ditegur")
    assert done["state"] == "closed" and done["version"] == cleaned["version"] + 1
    assert sites.told(site["id"])[-3:] == ["begun", "cleaned", "enforced"]
    assert sites.desk.caller.audited()[-1] == ("foreign", "site.enforced", site["id"])
    sites.check()


def test_who_may_do_what_at_a_site(sites: Sites) -> None:
    sites.desk.submit(ANNA)
    site = sites.one()
    deeds = (contract.CLEAN_SITE, contract.ENFORCE_SITE)
    for operation, body in (
        *((deed, {"note": "x"}) for deed in deeds),
        (contract.CLOSE_SITE, {"reason": "x"}),
    ):
        with pytest.raises(NotFound):
            sites.ask(operation, FOREIGN, id=site["id"], **body)
    with pytest.raises(StaleVersion):
        sites.ask(
            contract.CLOSE_SITE, OFFICER, id=site["id"], reason="x", if_match=site["version"] + 1
        )
    closed = sites.ask(contract.CLOSE_SITE, OFFICER, id=site["id"], reason="x")
    assert (closed["state"], closed["parts"][0]["state"]) == ("closed", "withdrawn")
    assert "officer" in closed["parts"][0]
    with pytest.raises(Conflict):
        sites.ask(contract.CLOSE_SITE, OFFICER, id=site["id"], reason="x")


def test_a_secret_report_is_on_no_site_and_a_hidden_one_no_more(sites: Sites) -> None:
    sites.desk.submit(ANNA, visibility="secret")
    assert sites.all() == []
    report = life(sites.desk)
    site = sites.one()
    do(sites.desk, "hide", report, SUPERVISOR)
    assert sites.all() == [] == sites.all(report=report)
    for operation in (contract.GET_SITE, contract.SITE_REPORTS, contract.SITE_PHOTOS):
        with pytest.raises(NotFound):
            sites.ask(operation, OFFICER, id=site["id"])
    far = sites.desk.submit(ANNA, lat=-3.1003)["id"]
    assert (sites.one()["id"], sites.one()["lat"]) == (site["id"], -3.1003)
    do(sites.desk, "restore", report, SUPERVISOR, what="report")
    assert sites.reports(sites.one()["id"]) == [far, report]
    shown = sites.ask(contract.SITE_REPORTS, id=site["id"])["items"]
    assert all("reporter" not in one for one in shown)
    sites.check()


def test_two_sites_are_one_and_a_report_lies_elsewhere(sites: Sites) -> None:
    first, second = life(sites.desk), sites.desk.submit(ANNA, **ELSEWHERE)["id"]
    there, here = sites.all()
    merge = {"id": there["id"], "into": here["id"], "reason": "x"}
    with pytest.raises(NotFound):
        sites.ask(contract.MERGE_SITE, FOREIGN, **merge)
    with pytest.raises(Invalid):
        sites.ask(contract.MERGE_SITE, OFFICER, **merge | {"into": there["id"]})
    merged = sites.ask(contract.MERGE_SITE, OFFICER, **merge)
    assert (merged["id"], merged["reports"]) == (here["id"], 2)
    assert sites.ask(contract.GET_SITE, id=there["id"])["id"] == here["id"]
    assert sites.told(there["id"])[-1] == "merged"
    third = sites.desk.submit(ANNA, **ELSEWHERE)["id"]
    assert sites.one()["reports"] == 3 and sites.reports(here["id"]) == [third, second, first]
    sites.check()
    moved = sites.ask(contract.MOVE_SITE_REPORT, OFFICER, id=here["id"], report=second, reason="x")
    assert moved["id"] != here["id"] and sites.reports(moved["id"]) == [second]
    with pytest.raises(Invalid) as refused:
        sites.ask(contract.MOVE_SITE_REPORT, OFFICER, id=here["id"], report=second, reason="x")
    assert refused.value.errors[0].code == "not_here"
    back = {"id": moved["id"], "report": second, "to": here["id"], "reason": "x"}
    assert sites.ask(contract.MOVE_SITE_REPORT, OFFICER, **back)["reports"] == 3
    sites.check()


def test_the_worst_come_first_page_by_page(sites: Sites) -> None:
    for n in range(5):
        for _ in range(n % 3 + 1):
            sites.desk.submit(ANNA, lat=-3.1 - n / 1_000)
    scores = [one["score"] for one in sites.all(sort="worst")]
    assert scores == [3, 2, 2, 1, 1]
    seen: list[int] = []
    asked: dict[str, Any] = {"sort": "worst", "limit": 2}
    while True:
        page = sites.ask(contract.LIST_SITES, **asked)
        seen += [one["score"] for one in page["items"]]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]
    assert seen == scores
    for wrong in ({"kind": "nothing"}, {"category": "nothing"}, {"area": "0"}, {"agency": "X"}):
        with pytest.raises(Invalid):
            sites.all(**wrong)


def test_before_and_after(sites: Sites) -> None:
    life(sites.desk, ("assign", OFFICER), ("start", OFFICER), ("resolve", OFFICER))
    site = sites.one()
    (photo,) = sites.ask(contract.SITE_PHOTOS, id=site["id"])["items"]
    assert photo["moment"] == "after" and photo["n"] == 1


def test_a_duty_that_is_not_done_in_time_is_told_of_and_passed_up(sites: Sites) -> None:
    sites.desk.submit(ANNA)
    site = sites.one()
    sites.desk.caller.clock.move(timedelta(days=30))
    rung = 0
    while True:
        with sites.work() as work:
            due = alarms.due(work)
            for one in due:
                alarms.ring(work, one, sites.desk.city)
            work.commit()
        rung += len(due)
        if not due:
            break
    assert sites.told(site["id"]) == ["opened", "due_soon", "overdue", "escalated", "escalated"]
    (part,) = sites.ask(contract.GET_SITE, OFFICER, id=site["id"])["parts"]
    assert rung == 4 and (part["escalation"], part["due_at"]) == (2, site["parts"][0]["due_at"])


def test_what_was_missed_before_anybody_knew_of_the_site_is_no_news(sites: Sites) -> None:
    sites.desk.submit(ANNA)
    sites.desk.caller.clock.move(timedelta(days=30))
    site = sites.one()
    with sites.work() as work:
        assert alarms.due(work) == []
    (part,) = sites.ask(contract.GET_SITE, OFFICER, id=site["id"])["parts"]
    assert (part["escalation"], sites.told(site["id"])) == (2, [])


def test_what_was_there_before_is_walked_through(sites: Sites) -> None:
    for n in range(7):
        sites.desk.submit(ANNA, lat=-3.1 - n / 1_000)
    sites.desk.caller.rows("DELETE FROM site_change RETURNING id")
    sites.desk.caller.rows(
        "UPDATE site_category SET is_walked = false, walked = DEFAULT RETURNING 1"
    )
    sites.take_in(batch=3)
    assert len(sites.all()) == 7
    sites.check()


def test_what_a_lost_process_had_taken_is_still_there(sites: Sites) -> None:
    report = sites.desk.submit(ANNA)["id"]
    with sites.work() as lost, sites.work() as other:
        assert keeping.take_in(lost, sites.desk.city)
        assert not keeping.take_in(other, sites.desk.city), "one at a time"
        # neither commits
    assert sites.desk.caller.rows("SELECT 1 FROM site") == []
    assert sites.reports(sites.one()["id"]) == [report]
    assert sites.desk.caller.rows("SELECT 1 FROM site_change") == []
    sites.check()


def test_nothing_is_told_of_what_is_long_ago(sites: Sites) -> None:
    sites.desk.submit(ANNA)
    sites.desk.caller.clock.move(timedelta(days=2))
    assert sites.told(sites.one()["id"]) == []


def test_a_place_with_many_reports_is_reckoned_more_seldom(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MANY", 2)
    monkeypatch.setattr(keeping, "REST", timedelta(seconds=10))
    for _ in range(2):
        sites.desk.submit(ANNA)
    assert sites.one()["reports"] == 2
    sites.desk.submit(ANNA)
    assert sites.one()["reports"] == 2
    sites.desk.caller.clock.move(timedelta(seconds=21))
    assert sites.one()["reports"] == 3
    sites.check()
