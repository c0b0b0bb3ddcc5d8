"""Reports of a tiny invented city."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.chassis.call import Call
from services.chassis.capabilities import Capabilities
from services.chassis.contract import Operation
from services.chassis.database import Database
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, SYSTEM, Principal
from services.chassis.unit_of_work import UnitOfWork
from services.reports import alarms, bulk, commands, contract, part_alarms, repository
from services.reports.catalogue import Catalogue
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.unit.city.tiny import change, write_pack

SECRET = bytes(range(32))
INSIDE = {"lat": -3.1, "long": 120.1}
OUTSIDE = {"lat": 5.0, "long": 100.0}
# open to places outside the city, and anonymous unless told otherwise
NOISE = """\
categories:
  - code: noise
    group: holes
    name: {id: Bising, en: Noise}
    description: {id: Bising, en: Noise}
    kind: case
    agency: HALL
    duplicate_radius_m: 30
    priority: normal
    service_level: {verify_working_days: 3, answer_working_days: 5, decision: true}
    anonymous_default: true
    must_be_inside: false
    decision: true
    attributes:
      - {code: since, type: datetime, required: true, label: {id: Sejak, en: Since}}
"""


def report(**more: Any) -> dict[str, Any]:
    """A report that can be taken in."""
    return {"category": "pothole", "description": "Lubang", **INSIDE} | more


class Desk:
    """Everything that can be asked of reports."""

    def __init__(self, caller: Caller, city: Catalogue, url: str = "") -> None:
        self.url = url
        self.caller = caller
        self.city = city
        self.capabilities = Capabilities(SECRET, caller.clock)

    def submit(self, by: Principal = GUEST, key: str | None = None, **more: Any) -> Any:
        """Take a report in."""
        return self.caller.ask(
            contract.SUBMIT_REPORT,
            lambda work, asked: commands.submit_report(work, asked, self.city, self.capabilities),
            report(**more),
            by=by,
            key=key,
        )

    def get(self, report_id: str, by: Principal = GUEST) -> Any:
        """Read one."""
        return self.ask(contract.GET_REPORT, commands.get_report, {"id": report_id}, by)

    def page(self, by: Principal = GUEST, **asked: Any) -> Any:
        """Read a page."""
        return self.ask(contract.LIST_REPORTS, commands.list_reports, asked, by)

    def ids(self, by: Principal = GUEST, **asked: Any) -> list[str]:
        """The ids on a page."""
        return [item["id"] for item in self.page(by, **asked)["items"]]

    def photo(self, report_id: str, n: int, by: Principal = GUEST, **asked: Any) -> Any:
        """Find one photo."""
        return self.caller.ask(
            contract.GET_PHOTO, commands.get_photo, {"id": report_id, "n": n} | asked, by=by
        )

    def track(self, number: str, code: str, by: Principal = GUEST) -> Any:
        """Follow one by its tracking code."""
        body = {"number": number, "code": code}
        return self.caller.ask(
            contract.TRACK_REPORT,
            lambda work, asked: commands.track_report(work, asked, self.city, SECRET),
            body,
            by=by,
        )

    def account(self, role: str, agency: str | None = None) -> str:
        """An account that registry told of."""
        made = {"account_id": new_id(), "role": role, "agency": agency}
        with self.caller.database.session() as session:
            work = UnitOfWork(session, call=Call(SYSTEM))
            repository.keep_account(work, made, 1)
            work.commit()
        return str(made["account_id"])

    def ring(self) -> list[str]:
        """Ring all alarms that are due; the actions that this added, in order."""
        since = self._lines()
        for bell in (alarms, part_alarms):
            while due := self._due(bell):
                for one in due:
                    with self.caller.database.session() as session:
                        work = UnitOfWork(session, call=Call(SYSTEM), clock=self.caller.clock)
                        bell.ring(work, one, self.city)
                        work.commit()
        return self._lines()[len(since) :]

    def do_jobs(self) -> int:
        """Do what there is of bulk jobs; how many reports that were."""
        count = 0
        while self._do_item():
            count += 1
        return count

    def _do_item(self) -> bool:
        with self.caller.database.session() as session:
            work = UnitOfWork(session, clock=self.caller.clock)
            return bulk.do_next(work, self.city, self.capabilities)

    def _due(self, bell: Any) -> list[Any]:
        with self.caller.database.session() as session:
            work = UnitOfWork(session, clock=self.caller.clock, transaction=False)
            return list(bell.due(work))

    def _lines(self) -> list[str]:
        sql = "SELECT action FROM report_history ORDER BY at, report_id, version"
        return [row["action"] for row in self.caller.rows(sql)]

    def ask(self, operation: Operation, command: Any, body: Any, by: Principal = GUEST) -> Any:
        """Whatever needs the city alone."""
        return self.caller.ask(
            operation, lambda work, asked: command(work, asked, self.city), body, by=by
        )


@pytest.fixture
def urls(make_database: Callable[[str], Urls]) -> Urls:
    """An empty database."""
    return make_database("reports")


@pytest.fixture
def desk(urls: Urls, tmp_path: Path) -> Iterator[Desk]:
    """A service with an empty database."""
    pack = write_pack(tmp_path / "tiny")
    change(pack, "categories.yaml", "categories:\n", NOISE)
    database = Database(urls[0], size=4)
    # tests say the same again and again
    yield Desk(Caller(database), Catalogue.load(pack).trusting, urls[0])
    database.close()
