"""A tiny city whose jams are incidents, and how they are spoken of."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.chassis.call import Call
from services.chassis.database import Database
from services.chassis.ids import new_id
from services.chassis.principal import GUEST, SYSTEM, Principal
from services.chassis.sender import Sender
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.incidents import casework, cifs, history, history_repository, reading, votes
from services.reports.incidents import commands as incidents
from services.reports.incidents.cifs_contract import CIFS_INCIDENTS
from services.reports.incidents.contract import (
    GET_INCIDENT,
    LIST_INCIDENTS,
    MERGE_INCIDENT,
    SPLIT_INCIDENT,
    VOTE_INCIDENT,
)
from services.reports.incidents.history_contract import CORRIDORS, LIST_HISTORY
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.reports.conftest import INSIDE, Desk
from tests.unit.city.jam import write_pack_with_jams

# a metre of latitude in degrees
METRE = 1 / 111_195


class Streets(Desk):
    """Everything that can be asked of incidents."""

    def jam(self, north: float = 0.0, by: Principal = GUEST, **more: Any) -> Any:
        """Report one, so many metres north of a place; the answer. client: from which address."""
        client = more.pop("client", "address-1")
        place = {"lat": INSIDE["lat"] + north * METRE, "long": INSIDE["long"]}
        answers = {name: more.pop(name) for name in ("towards", "how", "why") if name in more}
        # who says the same again and again is suspected, and held
        words = {"description": f"Macet {new_id()}"}
        body = {"category": "jam", "attributes": answers} | words | place | more
        with self.caller.sent_by(at_address(client)):
            return self.submit(by, **body)

    def listed(self, **asked: Any) -> list[dict[str, Any]]:
        """Those that live."""
        page = self.ask(LIST_INCIDENTS, reading.list_incidents, asked, GUEST)
        return list(page["features"])

    def incident(self, incident_id: str) -> dict[str, Any]:
        """One of them."""
        found: dict[str, Any] = self.ask(
            GET_INCIDENT, reading.get_incident, {"id": incident_id}, GUEST
        )
        return found

    def vote(
        self,
        incident_id: str,
        answer: str,
        by: Principal = GUEST,
        client: str = "address-1",
        **more: Any,
    ) -> dict[str, Any]:
        """Say something of one."""
        body = {"id": incident_id, "answer": answer} | more
        with self.caller.sent_by(at_address(client)):
            found: dict[str, Any] = self.ask(VOTE_INCIDENT, votes.vote_incident, body, by)
        return found

    def merge(self, incident_id: str, into: str, by: Principal, **more: Any) -> dict[str, Any]:
        """Make one of two."""
        body = {"id": incident_id, "into": into} | more
        found: dict[str, Any] = self.ask(MERGE_INCIDENT, casework.merge_incident, body, by)
        return found

    def split(self, incident_id: str, reports: list[str], by: Principal) -> dict[str, Any]:
        """Take some reports out."""
        body = {"id": incident_id, "reports": reports}
        found: dict[str, Any] = self.ask(SPLIT_INCIDENT, casework.split_incident, body, by)
        return found

    def history(self, **asked: Any) -> list[dict[str, Any]]:
        """Those that are over."""
        page = self.ask(LIST_HISTORY, history.list_incident_history, asked, GUEST)
        return list(page["features"])

    def corridors(self, **asked: Any) -> list[dict[str, Any]]:
        """The worst corridors, after everything was summed up."""
        with self.caller.database.session() as session:
            work = UnitOfWork(session)
            while history_repository.fold(work, batch=1):
                continue
            work.commit()
        return list(self.ask(CORRIDORS, history.worst_corridors, asked, GUEST)["items"])

    def cifs(self) -> list[dict[str, Any]]:
        """The feed for partners."""
        return list(self.ask(CIFS_INCIDENTS, cifs.cifs_incidents, {}, GUEST)["items"])

    def pass_by(self) -> int:
        """End what is over; how many that were."""
        ended = 0
        while due := self._due(incidents):
            for one in due:
                with self.caller.database.session() as session:
                    work = UnitOfWork(session, call=Call(SYSTEM), clock=self.caller.clock)
                    incidents.ring(work, one, self.city)
                    work.commit()
                ended += 1
        return ended

    def told(self) -> list[tuple[str, str]]:
        """(what happened, incident) of every event of an incident, in order."""
        sql = """SELECT type, subject FROM chassis.outbox WHERE type LIKE '%%incident%%'
                 ORDER BY id"""
        return [(row["type"].split(".")[-2], row["subject"]) for row in self.caller.rows(sql, {})]


def at_address(name: str) -> Sender:
    """Whoever sends from there."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:16]).decode()
    return Sender(networks=(digest.rstrip("="),))


@pytest.fixture
def streets(make_database: Callable[[str], Urls], tmp_path: Path) -> Iterator[Streets]:
    """A service with an empty database."""
    pack = write_pack_with_jams(tmp_path / "tiny")
    url = make_database("reports")[0]
    database = Database(url, size=8)
    yield Streets(Caller(database), Catalogue.load(pack), url)
    database.close()
