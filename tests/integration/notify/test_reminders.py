"""Who wants to be reminded of collections is, at once, and not when it is too late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.chassis import envelope, jsontext
from services.chassis.database import Database
from services.chassis.errors import Invalid
from services.chassis.inbox import Delivery
from services.notify import contract
from services.reports.contract import COLLECTION_COMING
from tests.integration.calling import Caller
from tests.integration.conftest import Urls
from tests.integration.notify.town import KECAMATAN, KELURAHAN, TANGSEL, Town

TITLE = "Tuesday, 2026-06-02: Household garbage (06:00\u201311:00) in Ciater"


@pytest.fixture
def town(make_database: Callable[[str], Urls]) -> Iterator[Town]:
    database = Database(make_database("notify")[0], size=4)
    yield Town(Caller(database))
    database.close()


def evening(town: Town, area: str = KELURAHAN) -> Delivery:
    """What comes tomorrow, told twelve hours before."""
    begins = town.caller.clock.now() + timedelta(hours=12)
    data: dict[str, Any] = {
        "area": area, "day": "2026-06-02", "begins_at": jsontext.rfc3339(begins),
        "rounds": [{
            "code": "home", "waste": {"id": "Sampah rumah tangga", "en": "Household garbage"},
            "start": "06:00", "end": "11:00",
        }],
    }  # fmt: skip
    sealed = envelope.seal(COLLECTION_COMING, area, 1, data, at=town.caller.clock.now())
    text = jsontext.dumps(sealed)
    event = envelope.open_envelope(text, {COLLECTION_COMING.type: COLLECTION_COMING})
    return Delivery(event, contract.REMIND_OF_COLLECTIONS, text)


def test_who_asked_for_it_is_reminded_once_and_nobody_else(town: Town) -> None:
    followed = town.follow("me", collections=KELURAHAN)
    assert followed["collections"] == KELURAHAN
    assert followed["name"] == "Pengangkutan sampah di Ciater"
    town.follow("area", area=KELURAHAN)
    coming = evening(town)
    town.hear_of_things(coming, coming)
    town.spread()
    (told,) = town.told("me")
    assert told.splitlines()[0] == TITLE and town.told("area") == []
    (row,) = town.caller.rows("SELECT path, report_id FROM notification")
    assert row == {"path": f"/v1/collections?area={KELURAHAN}", "report_id": None}


def test_however_much_was_told_that_day(town: Town) -> None:
    town.follow("me", area=KELURAHAN)
    town.follow("me", collections=KELURAHAN)
    town.hear(*[town.report() for _ in range(TANGSEL.rules.most_a_day + 1)])
    town.spread()
    town.hear_of_things(evening(town))
    town.spread()
    assert town.told("me")[-1].splitlines()[0] == TITLE


def test_what_has_begun_is_told_nobody(town: Town) -> None:
    town.follow("me", collections=KELURAHAN)
    late = evening(town)
    town.caller.clock.move(timedelta(hours=12))
    town.hear_of_things(late)
    town.spread()
    assert town.told("me") == []


def test_by_mail_with_a_link_to_the_schedule(town: Town) -> None:
    asked = town.ask_by_mail("ya@example.org", collections=KELURAHAN)
    assert asked["name"] == "Garbage collection in Ciater"
    town.confirm_all()
    town.hear_of_things(evening(town))
    town.spread()
    (mail,) = town.caller.rows("SELECT path FROM mail WHERE kind = 'topic'")
    assert mail["path"] == f"/v1/collections?area={KELURAHAN}"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"collections": KECAMATAN}, "no_collections"),
        ({"collections": "36"}, "no_collections"),
        ({"collections": KELURAHAN, "rhythm": "daily"}, "only_at_once"),
        ({"collections": KELURAHAN, "area": KELURAHAN}, "no_topic"),
    ],
)
def test_what_cannot_be_reminded_of(town: Town, asked: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        town.follow("me", **asked)
    assert [error.code for error in refused.value.errors] == [code]
