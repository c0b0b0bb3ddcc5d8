"""Agencies hear of their sites, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.chassis import envelope, jsontext
from services.chassis.contract import EventType
from services.chassis.database import Database
from services.chassis.ids import new_id
from services.chassis.unit_of_work import UnitOfWork
from services.notify.sites import tell_of_sites
from services.reports.contract import SITE_ALARMS, SITE_EVENTS
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.notify.town import TANGSEL

SITE = {
    "site_id": new_id(), "category": "pothole", "area": None, "agency": "ROADS", "state": "open",
    "reports": 2, "recurrences": 1, "merged_into": None,
}  # fmt: skip
DUE = SITE | {
    "duty": "enforce", "duty_agency": "HALL", "due_at": "2026-06-01T03:00:00+00:00",
    "escalation": 1, "tell": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data", "audience"),
    [
        (SITE_EVENTS["recurred"], SITE, "agency:ROADS"),
        (SITE_ALARMS["miss"], DUE, "agency:HALL"),
        (SITE_ALARMS["escalate"], DUE | {"tell": "head"}, "head:HALL"),
        (SITE_ALARMS["escalate"], DUE | {"tell": "overseers"}, "overseers"),
    ],
)
def test_who_hears_of_it(
    make_database: Callable[[str], Urls], kind: EventType, data: dict[str, Any], audience: str
) -> None:
    database = Database(make_database("notify")[0], size=2)
    caller = Caller(database)
    sealed = envelope.seal(kind, data["site_id"], 2, data, at=caller.clock.now())
    event = envelope.open_envelope(jsontext.dumps(sealed), {kind.type: kind})
    with database.session() as session:
        work = UnitOfWork(session, clock=caller.clock)
        tell_of_sites(work, event, TANGSEL)
        work.commit()
    (entry,) = caller.rows("SELECT audience, type, data FROM feed_incoming")
    assert (entry["audience"], entry["type"]) == (audience, kind.name)
    assert entry["data"]["site_id"] == data["site_id"]
    database.close()
