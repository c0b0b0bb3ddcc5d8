"""Open311 on the database: what apps send in, what is found, and when the categories changed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.chassis.call import Call
from services.chassis.errors import Invalid
from services.chassis.ids import tracking_code
from services.chassis.principal import GUEST, SYSTEM, Principal, Role, app_subject
from services.chassis.unit_of_work import UnitOfWork
from services.reports import categories, contacts, contract, requests
from services.reports.catalogue import Catalogue
from services.reports.contact_contract import CONTACT_OF_REPORT, FORGET_CONTACT
from tests.integration.reports.conftest import SECRET, Desk
from tests.unit.city.tiny import change, write_pack

APP = Principal(app_subject("jalan.1"), Role.APP)
OFFICER = Principal("officer", Role.OFFICER, "ROADS")
FOREIGN = Principal("foreign", Role.OFFICER, "HALL")
NOISE: dict[str, Any] = {"category": "noise", "attributes": {"since": "2026-05-30T08:00:00+08:00"}}


def send(desk: Desk, key: str | None = None, **more: Any) -> Any:
    body = {"category": "pothole", "description": "Lubang", "lat": -3.1, "long": 120.1} | more
    return desk.caller.ask(
        contract.SUBMIT_REQUEST,
        lambda work, asked: requests.submit_request(work, asked, desk.city, desk.capabilities),
        {name: value for name, value in body.items() if value is not None},
        by=APP,
        key=key,
    )


def find(desk: Desk, **asked: Any) -> list[dict[str, Any]]:
    found = desk.caller.ask(
        contract.FIND_REPORTS,
        lambda work, body: requests.find_reports(work, body, desk.city),
        asked,
    )
    items: list[dict[str, Any]] = found["items"]
    return items


def numbers(desk: Desk, **asked: Any) -> list[str]:
    return [item["number"] for item in find(desk, **asked)]


def test_it_is_known_through_which_app_it_came(desk: Desk) -> None:
    made = send(desk)
    (row,) = desk.caller.rows("SELECT app, reporter, approximate FROM report")
    assert row == {"app": "jalan.1", "reporter": None, "approximate": False}
    assert desk.get(made["id"], OFFICER)["app"] == "jalan.1"
    for other in (GUEST, FOREIGN, APP):
        assert "app" not in desk.get(made["id"], other)
    assert desk.caller.audited()[0] == ("app:jalan.1", "report.submitted", made["id"])


def test_an_app_may_do_nothing_else() -> None:
    for operation in contract.CONTRACT.operations:
        assert operation.admits(APP) == (operation is contract.SUBMIT_REQUEST)
    assert not contract.SUBMIT_REQUEST.admits(GUEST)


def test_a_place_in_words(desk: Desk) -> None:
    made = send(desk, lat=None, long=None, address="Jalan Contoh 1, Dua, Utara")
    assert made["approximate"] is True and made["area_name"] == "Dua"
    (found,) = find(desk)
    assert (found["lat"], found["long"], found["area"]) == (-3.12, 120.10, "99.01.01.1002")
    assert found["address"] == "Jalan Contoh 1, Dua, Utara" and found["agency_name"] == "Balai kota"
    send(desk, lat=None, long=None, area="99.01.02.1001")
    for wrong in ({"address": "Jalan Contoh 1"}, {"area": "99"}, {"address": "Satu atau Dua"}):
        with pytest.raises(Invalid) as caught:
            send(desk, lat=None, long=None, **wrong)
        assert caught.value.errors[0].field == next(iter(wrong))
    with pytest.raises(Invalid):
        send(desk, lat=None, long=None)
    with pytest.raises(Invalid):
        send(desk, long=None)


def test_answers_come_as_text(desk: Desk) -> None:
    send(desk, attributes={"size": ["large"], "depth": "20"})
    (row,) = desk.caller.rows("SELECT attributes FROM report")
    assert row["attributes"] == {"size": "large", "depth": 20}
    with pytest.raises(Invalid) as caught:
        send(desk, category="noise")
    assert [(e.field, e.code) for e in caught.value.errors] == [("attributes.since", "required")]
    assert len(desk.caller.rows("SELECT 1 FROM report")) == 1


def test_a_contact_is_for_those_who_work_on_it(desk: Desk) -> None:
    made = send(desk, contact_name="Contoh", contact_phone="021 555")
    assert desk.get(made["id"], OFFICER)["contact"] == {"name": "Contoh", "phone": "021 555"}
    assert ("officer", "contact.read", made["id"]) in desk.caller.audited()
    for other in (GUEST, FOREIGN, APP, Principal("a", Role.AUDITOR)):
        assert "contact" not in desk.get(made["id"], other)
    assert "021 555" not in str(find(desk))
    asked = desk.caller.ask(
        CONTACT_OF_REPORT,
        lambda work, body: contacts.contact_of_report(work, body, SECRET),
        {"report_id": made["id"], "purpose": "notification"},
    )
    assert asked["email"] is None
    code = tracking_code(SECRET, made["number"])
    forget = partial(contacts.forget_contact, secret=SECRET)
    desk.caller.ask(FORGET_CONTACT, forget, {"number": made["number"], "code": code})
    assert "contact" not in desk.get(made["id"], OFFICER)


def test_the_same_key_is_the_same_request_of_one_app(desk: Desk) -> None:
    assert send(desk, key="k") == send(desk, key="k")
    assert len(desk.caller.rows("SELECT 1 FROM report")) == 1


def test_what_is_found(desk: Desk) -> None:
    clock, start = desk.caller.clock, desk.caller.clock.at
    made, nothing = [], dict[str, Any]()
    for days, more in ((0, nothing), (50, NOISE), (100, nothing)):
        clock.at = start + timedelta(days=days)
        made.append(desk.submit(**more)["number"])
    secret = desk.submit(visibility="secret")["number"]
    first, noise, last = made
    assert numbers(desk) == [last, noise]
    assert numbers(desk, since=start.isoformat()) == [noise, first]
    assert numbers(desk, until=start.isoformat()) == [first]
    assert numbers(desk, categories=["noise", "nope"]) == [noise]
    assert numbers(desk, numbers=[first.lower(), secret, "x"]) == [first]
    assert numbers(desk, limit=1, offset=1) == [noise]
    assert numbers(desk, statuses=["closed"]) == []
    assert numbers(desk, statuses=["open", "closed"]) == numbers(desk, statuses=["open"])
    for wrong in ({"since": start.isoformat(), "until": clock.at.isoformat()},
                  {"since": clock.at.isoformat(), "until": start.isoformat()}):  # fmt: skip
        with pytest.raises(Invalid):
            find(desk, **wrong)


def test_many_are_found_by_an_index(desk: Desk) -> None:
    desk.submit()
    plan = "EXPLAIN SELECT id FROM report WHERE created_at BETWEEN now() - interval '90 days' AND now() ORDER BY created_at DESC, id DESC LIMIT 1000"  # noqa: E501
    rows = desk.caller.rows(f"SET enable_seqscan = off; SET enable_sort = off; {plan}")
    assert "report_created" in str(rows)


def remember(desk: Desk, city: Catalogue) -> None:
    with desk.caller.database.session() as session:
        work = UnitOfWork(session, call=Call(SYSTEM), clock=desk.caller.clock)
        categories.remember_changes(work, city)
        work.commit()


def changed_at(desk: Desk, city: Catalogue) -> Any:
    return desk.caller.ask(
        contract.LIST_CATEGORIES, lambda work, body: categories.list_categories(work, city), {}
    )["changed_at"]


def test_the_changeset_advances_when_definitions_change(desk: Desk, tmp_path: Path) -> None:
    changed = write_pack(tmp_path / "changed")
    change(changed, "categories.yaml", "{id: Besar, en: Large}", "{id: Luas, en: Large}")
    other = Catalogue.load(changed)
    seen = []
    for city in (desk.city, desk.city, other, desk.city):
        desk.caller.clock.at += timedelta(hours=1)
        remember(desk, city)
        seen.append(changed_at(desk, city))
    assert seen[0] == seen[1] < seen[2] < seen[3]


def test_categories_say_what_they_ask(desk: Desk) -> None:
    listed = desk.caller.ask(
        contract.LIST_CATEGORIES,
        lambda work, body: categories.list_categories(work, desk.city),
        {},
        language="en",
    )
    (pothole,) = [one for one in listed["items"] if one["code"] == "pothole"]
    assert pothole["groups"] == ["Holes", "Streets"] and pothole["names"] == ["Lubang", "Pothole"]
    assert pothole["agency_name"] == "Road Agency"
    assert [one["type"] for one in pothole["attributes"]] == ["singlevaluelist", "number"]
    assert pothole["service_level"]["legal_basis"]["valid_from"] == "2020-01-01"
