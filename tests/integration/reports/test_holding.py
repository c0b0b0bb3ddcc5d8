"""What looks like abuse is taken in and kept from the public until a person has looked at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from services.chassis.capabilities import UploadedPhoto, hour_of
from services.chassis.errors import NotFound
from services.chassis.principal import GUEST, Principal
from services.chassis.sender import Digests, Sender
from services.reports import work
from services.reports.abuse.contract import LIST_SUSPECTED
from services.reports.catalogue import Catalogue
from services.reports.moderation_contract import HIDDEN
from tests.integration.reports.conftest import SECRET, Desk
from tests.integration.reports.test_actions import (
    ADMIN,
    ANNA,
    BUDI,
    FOREIGN,
    OFFICER,
    SUPERVISOR,
    do,
    timeline,
)
from tests.integration.reports.test_alarms import events
from tests.integration.reports.test_moderation import moderations, restore

ADVERT = "Jual obat murah, hubungi kami sekarang juga"
DIGESTS = Digests(SECRET)
CARRIER = Sender(None, DIGESTS.networks("203.0.113.7"))
_NUMBERS = count(1)


@pytest.fixture
def desk(desk: Desk, tmp_path: Path) -> Desk:
    """One that suspects whom the rules suspect."""
    desk.city = Catalogue.load(tmp_path / "tiny")
    return desk


def held(desk: Desk, by: Principal = OFFICER) -> list[Any]:
    return list(desk.ask(LIST_SUSPECTED, work.list_suspected, {}, by)["items"])


def photo(desk: Desk, by: Principal, likeness: str) -> str:
    digest = f"{next(_NUMBERS):064x}"
    made = UploadedPhoto(hour_of(desk.caller.clock.now()), digest, 640, 480, 1_000, likeness)
    return desk.capabilities.issue(made, by.subject)[0]


def repeated(desk: Desk, by: Principal = ANNA, **more: Any) -> Any:
    for _ in range(2):
        assert "suspected" not in desk.submit(by, description=ADVERT, **more)
        desk.caller.clock.move(timedelta(minutes=1))
    return desk.submit(by, description=f"  {ADVERT.upper()}!! ", **more)


def test_the_third_time_is_held_and_released_by_who_leads(desk: Desk) -> None:
    made = repeated(desk)
    report = made["id"]
    assert (made["visibility"], made["suspected"]) == ("secret", ["repeated_text"])
    for by in (GUEST, BUDI, FOREIGN):
        with pytest.raises(NotFound):
            desk.get(report, by)
    assert report not in desk.ids() and len(desk.ids()) == 2
    for by in (ANNA, OFFICER, ADMIN):
        assert desk.get(report, by)["suspected"] == ["repeated_text"]
    told = events(desk, report)[0]["data"]
    assert told["visibility"] == "secret", "nobody else hears of it"
    (one,) = held(desk)
    assert (one["report"]["id"], one["version"], one["text"]) == (report, 1, None)
    assert held(desk, FOREIGN) == [] and len(held(desk, ADMIN)) == 1
    (moderated,) = moderations(desk, report)
    assert (moderated["actor"], moderated["original"]) == ("system", "public")
    assert "repeated_text" in moderated["reason"]
    with pytest.raises(NotFound):
        restore(desk, report, "report", OFFICER)
    shown = restore(desk, report, "report", SUPERVISOR)
    assert shown["visibility"] == "public" and "suspected" not in shown
    assert held(desk) == [] and report in desk.ids()
    assert ("anna", "report.suspected", report) in desk.caller.audited()


def test_the_agency_works_on_it_meanwhile_and_may_keep_it_hidden(desk: Desk) -> None:
    first, second = repeated(desk)["id"], desk.submit(ANNA, description=ADVERT)["id"]
    do(desk, "verify", first, OFFICER)
    assert [one["report"]["state"] for one in held(desk)] == ["verified", "submitted"]
    do(desk, "reject", second, OFFICER, reason="Iklan")
    assert [one["report"]["id"] for one in held(desk)] == [first]
    do(desk, "hide", first, SUPERVISOR)
    assert held(desk) == [] and "suspected" not in desk.get(first, OFFICER)
    with pytest.raises(NotFound):
        desk.get(first)


def test_comments_are_held_in_place(desk: Desk) -> None:
    reports = [str(desk.submit(ANNA, description=f"Lubang {n}")["id"]) for n in range(3)]
    for report in reports:
        do(desk, "comment", report, BUDI, text=ADVERT)
    assert [timeline(desk, one)[1]["text"] for one in reports] == [ADVERT, ADVERT, HIDDEN]
    (one,) = held(desk)
    assert (one["report"]["id"], one["version"], one["text"]) == (reports[2], 2, ADVERT)
    assert "suspected" not in desk.get(reports[2], OFFICER), "the report itself is not"
    restore(desk, reports[2], "timeline.2", OFFICER)
    assert timeline(desk, reports[2])[1]["text"] == ADVERT and held(desk) == []


def test_photos_that_look_the_same(desk: Desk) -> None:
    phone = Sender(DIGESTS.device("a-phone-of-nobody-1"), ())
    with desk.caller.sent_by(phone):
        desk.submit(photos=[photo(desk, GUEST, "00ff00ff00ff00ff")])
        alike = desk.submit(description="Lagi", photos=[photo(desk, GUEST, "00ff00ff00ff00fc")])
        other = desk.submit(description="Lain", photos=[photo(desk, GUEST, "0f0f0f0f0f0f0f0f")])
    assert alike["suspected"] == ["repeated_photo"] and "suspected" not in other
    elsewhere = desk.submit(ANNA, lat=-3.12, photos=[photo(desk, ANNA, "00ff00ff00ff00ff")])
    assert "suspected" not in elsewhere, "somebody else's"


def test_a_street_under_water_is_not_suspected(desk: Desk) -> None:
    with desk.caller.sent_by(CARRIER):
        made = [desk.submit(description="Banjir") for _ in range(20)]
    assert not [one for one in made if "suspected" in one]
    # nor what staff sends for many, nor anybody where the operator suspects nobody
    for _ in range(5):
        assert "suspected" not in desk.submit(FOREIGN, description=ADVERT)
    desk.city = desk.city.trusting
    for _ in range(5):
        assert "suspected" not in desk.submit(ANNA, description=ADVERT)


def test_more_guests_of_an_address_than_there_can_be(desk: Desk) -> None:
    holding = desk.city.abuse.holding
    assert holding is not None
    few = replace(desk.city.abuse, holding=replace(holding, guests_of_address=3))
    desk.city = replace(desk.city, abuse=few)
    with desk.caller.sent_by(CARRIER):
        made = [desk.submit(description=f"Lubang {n}").get("suspected") for n in range(4)]
        assert made == [None, None, None, ["crowded_address"]]
        assert "suspected" not in desk.submit(ANNA)
