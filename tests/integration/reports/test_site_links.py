"""What belongs to a site, and what does not: by category, by place, and by what officers said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services.chassis.database import Database
from services.reports.catalogue import Catalogue
from services.reports.sites import contract, keeping
from services.reports.sites.pack import FILE
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.reports.conftest import Desk
from tests.integration.reports.test_actions import ANNA, OFFICER, do
from tests.integration.reports.test_sites import Sites, sites
from tests.unit.city.test_sites import SITES, written
from tests.unit.city.tiny import change

__all__ = ["sites"]

DUMP = """\
categories:
  - code: dump
    group: holes
    name: {id: Timbunan, en: Dump}
    description: {id: Timbunan, en: Dump}
    kind: site
    agency: ROADS
    duplicate_radius_m: 30
    priority: normal
    service_level: {verify_working_days: 3, answer_working_days: 5, decision: true}
    anonymous_default: false
    must_be_inside: false
    decision: true
"""
DUMPS = """\
  - category: dump
    radius_m: 50
    duties:
      - {duty: clean, service_level: {verify_working_days: 1, answer_working_days: 3,
         decision: true}}
    ranking: {report: 1, recurrence: 5}
    decision: true
"""


def test_what_an_officer_moved_stays_where_it_was_put(sites: Sites) -> None:
    """Whatever happens to it afterwards, and though it lies nearer to the other one."""
    first, second = (sites.desk.submit(ANNA)["id"] for _ in range(2))
    site = sites.one()
    moved = sites.ask(
        contract.MOVE_SITE_REPORT, OFFICER, id=site["id"], report=second, reason="x"
    )  # fmt: skip
    do(sites.desk, "verify", second, OFFICER)
    sites.take_in()
    assert sites.reports(moved["id"]) == [second] and sites.reports(site["id"]) == [first]
    sites.check()


def test_reports_of_two_categories_at_one_place_lie_on_two_sites(
    make_database: Callable[[str], Urls], tmp_path: Path
) -> None:
    pack = written(tmp_path / "tiny")
    change(pack, "categories.yaml", "categories:\n", DUMP)
    (pack / FILE).write_text(SITES + DUMPS)
    database = Database(make_database("reports")[0], size=4)
    sites = Sites(Desk(Caller(database), Catalogue.load(pack).trusting))
    with sites.work() as work:
        keeping.note_categories(work, sites.desk.city)
        work.commit()
    for category in ("pothole", "dump", "pothole"):
        sites.desk.submit(ANNA, category=category)
        sites.take_in()
    assert {one["category"]: one["reports"] for one in sites.all()} == {"pothole": 2, "dump": 1}
    database.close()


def test_a_report_whose_place_is_a_guess_lies_on_no_site(sites: Sites) -> None:
    """The middle of a kelurahan is no pile."""
    sites.desk.submit(ANNA)
    vague = sites.desk.submit(ANNA)["id"]
    with sites.desk.caller.database.session() as session:
        session.execute(
            session.render("UPDATE report SET approximate = true WHERE id = %(id)s", {"id": vague})
        )
    assert sites.one()["reports"] == 1
