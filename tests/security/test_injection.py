"""Whatever stands in a filter, a path or a cursor is taken by its letters, or refused."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from gateway.routes import ROUTES, By, Route
from infra.local.stack import Stack
from services.chassis.ids import new_id
from services.chassis.principal import Role
from tests.cities import City
from tests.client import Answer, Client
from tests.reliability.databases import change, connected
from tests.security.making import BODIES, REPORT, soon
from tests.waiting import eventually

# names no row, and is of every form that a filter may have
NONSENSE = "tidakada"
PAYLOADS = (
    "' OR '1'='1", "sampah' --", "'; SELECT pg_sleep(9); --", "\\' OR 1=1 --", '" OR ""="',
    "$$ OR true $$", "1) OR (1=1", "%", "sampah%", "sampa_", "%s %(me)s %", "{0.__class__}",
    "{{7*7}}${7*7}", "$.x ? (@ == 1)", '{"$ne": null}', "null", "9" * 40, "-1", "1e309", "1_0",
    "sampah\0", "\0", "\r\nSet-Cookie: kenari=1", "sampah\N{ZERO WIDTH SPACE}",
    "\N{FULLWIDTH APOSTROPHE} OR 1=1", "\N{RIGHT-TO-LEFT OVERRIDE}", "e\u0301" * 90, "x" * 3_000,
    "../../etc/passwd", "<script>alert(1)</script>",
)  # fmt: skip
# streams do not end, and fixed documents ask nobody
ASKED = [
    route for route in ROUTES if route.method == "GET" and route.by not in (By.STREAM, By.DOCUMENT)
]
# the forms of the public list take the cursors of the list itself
LISTS = [
    route for route in ASKED
    if "cursor" in route.operation.request._declared_fields and route.gives == "application/json"
]  # fmt: skip


@pytest.fixture(scope="module")
def ids(stack: Stack, citizen: Client, officer: Client, supervisor: Client) -> dict[str, str]:
    """Right values of what stands in paths; there is more than one row in every list."""
    report = citizen.post("/v1/reports", REPORT).json
    into = {"duplicate_of": report["id"], "reason": "x"}
    for _ in range(2):
        same = citizen.post("/v1/reports", REPORT).json
        assert officer.post(f"/v1/reports/{same['id']}/merge", into).status == 200
    assert citizen.post(f"/v1/reports/{report['id']}/comment", {"text": "x"}).status == 200
    eventually(lambda: len(citizen.get("/v1/notifications?limit=2").json["items"]) == 2)
    for n in (1, 2):
        _block_a_phone(supervisor, f"phone-{n}-{report['id']}")
        with connected(stack, "reports") as reports:
            change(reports, _HELD, new_id(), report["id"], n)
    for more in (REPORT, REPORT | {"lat": -6.3323}):
        assert citizen.post("/v1/reports", more).status == 201
    site = eventually(lambda: _two_on_one_of_two(citizen, report["id"]), what="sites")
    return {
        "id": report["id"], "site": site, "number": report["number"], "n": "1", "code": "pbg",
        "token": "x", "service_request_id": report["number"], "service_code": "sampah",
        "format": "json",
    }  # fmt: skip


_HELD = """
INSERT INTO report_suspected (id, report_id, version, since, reasons)
VALUES (%s, %s, %s, now(), ARRAY['repeated_text'])"""


def _block_a_phone(supervisor: Client, device: str) -> None:
    sent = Client(supervisor.base_url).post("/v1/reports", REPORT, Device_Id=device).json
    block = BODIES["block_sender"] | {"report": sent["id"], "until": soon()}
    assert supervisor.post("/v1/blocks", block).status == 201


def _two_on_one_of_two(client: Client, report: str) -> str:
    found = client.get(f"/v1/sites?report={report}").json["items"]
    more = client.get("/v1/sites?limit=1").json["next"]
    return next((one["id"] for one in found if more and one["reports"] > 1), "")


def ids_of(route: Route, ids: dict[str, str]) -> dict[str, str]:
    return ids | ({"id": ids["site"]} if route.path.startswith("/v1/sites/") else {})


@pytest.fixture(scope="module")
def people(city: City, citizen: Client, officer: Client) -> dict[Role, Client]:
    """Who sees most comes first."""
    supervisor = city.log_in("supervisor")
    return {
        Role.OFFICER: officer, Role.SUPERVISOR: supervisor, Role.CITIZEN: citizen,
        Role.GUEST: Client(citizen.base_url),
    }  # fmt: skip


def whoever_may(people: dict[Role, Client], route: Route) -> Client:
    return next(people[role] for role in people if role in route.operation.access)


def ask(client: Client, route: Route, ids: dict[str, str], name: str, value: str) -> Answer:
    """The route with one of its parameters set."""
    path = route.path
    for parameter in route.parameters:
        given = value if parameter == name else ids_of(route, ids).get(parameter, "1")
        path = path.replace(f"{{{parameter}}}", quote(given, safe=""))
    query = {} if name in route.parameters else {name: value}
    if route.operation.name == "track_report" and name != "code":
        query["code"] = "AAAAAAAAAAAAAAAA"
    return client.get(path + "?" + "&".join(f"{n}={quote(v, safe='')}" for n, v in query.items()))


def parameters(route: Route) -> Iterator[str]:
    yield from route.operation.request._declared_fields


@pytest.mark.parametrize("route", ASKED, ids=lambda route: route.path)
def test_a_parameter_means_its_letters(
    people: dict[Role, Client], ids: dict[str, str], route: Route
) -> None:
    """An answer to it is the answer to a value that names nothing: no rows, no error of ours."""
    client = whoever_may(people, route)
    for name in parameters(route):
        nothing = ask(client, route, ids, name, NONSENSE)
        for payload in PAYLOADS:
            if name == "callback" and payload.isidentifier():
                continue  # a function may be called so
            answer = ask(client, route, ids, name, payload)
            assert answer.status < 500, (name, payload, answer.text)
            assert "kenari" not in str(answer.headers), (name, payload)
            # words that are searched for may be found, and a feed names what it was asked for
            if answer.status == 200 and name != "q":
                assert answer.content == nothing.content, (name, payload, answer.text[:500])


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CITIZEN, Role.GUEST])
def test_a_filter_finds_what_is_there(
    people: dict[Role, Client], ids: dict[str, str], role: Role
) -> None:
    """The test above is worth something only if a right value is answered otherwise."""
    found = people[role].get("/v1/reports?category=sampah&agency=DLH&limit=100").json["items"]
    assert ids["id"] in [item["id"] for item in found]
    refused = people[role].get(f"/v1/reports?category={NONSENSE}")
    assert refused.status == 422 and refused.json["errors"][0]["field"] == "category"
    assert people[role].get(f"/v1/reports?q={NONSENSE}").json["items"] == []


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.path)
def test_a_cursor_comes_back_as_it_left_or_not_at_all(
    people: dict[Role, Client], ids: dict[str, str], route: Route
) -> None:
    client = people[Role.CITIZEN] if "notifications" in route.path else whoever_may(people, route)
    path = route.path.replace("{id}", ids_of(route, ids)["id"])
    right = client.get(f"{path}?limit=1").json["next"]
    assert right and client.get(f"{path}?limit=1&cursor={quote(right)}").status == 200
    foreign = {
        other.path: client.get(f"{other.path}?limit=1").json["next"]
        for other in LISTS
        if other is not route and not other.parameters and Role.OFFICER in other.operation.access
        and people[Role.OFFICER] is client
    }  # fmt: skip
    for forged in (*changed(right), *filter(None, foreign.values())):
        answer = client.get(f"{path}?limit=1&cursor={quote(forged, safe='')}")
        assert answer.status in (400, 422), (forged, right, answer.text)


def changed(cursor: str) -> Iterator[str]:
    """Every way to change a cursor that we can think of."""
    inner, _, signature = cursor.rpartition(".")
    for at in range(0, len(cursor) - 1, 3):
        letter = "A" if cursor[at] != "A" else "B"
        yield cursor[:at] + letter + cursor[at + 1 :]
    other = base64.urlsafe_b64encode(b"\0" * 16).decode()
    yield from (inner, f"{inner}.", f".{signature}", f"{other}.{signature}", cursor + "A")
    yield from (f"{inner}.{inner}", cursor[::-1], f" {cursor}x", cursor + "\0")
    yield from PAYLOADS


def test_what_people_write_comes_back_as_they_wrote_it(citizen: Client, officer: Client) -> None:
    written = "\n".join(one for one in PAYLOADS if "\0" not in one and len(one) < 300)
    expected = unicodedata.normalize("NFC", written)
    report = citizen.post("/v1/reports", REPORT | {"description": written}).json
    assert report["description"] == expected
    assert citizen.get(f"/v1/reports/{report['id']}").json["description"] == expected
    assert officer.post(f"/v1/reports/{report['id']}/note", {"text": written}).status == 200
    lines = officer.get(f"/v1/reports/{report['id']}/timeline").json["items"]
    assert lines[-1]["text"] == expected


def test_what_is_written_names_nothing_that_is_not_there(citizen: Client) -> None:
    """In the body as in the path: ids, codes and choices."""
    wrong: list[dict[str, Any]] = [REPORT | {"category": one} for one in PAYLOADS]
    wrong += [REPORT | {"visibility": one} for one in PAYLOADS]
    wrong += [REPORT | {"photos": [one]} for one in PAYLOADS]
    wrong += [REPORT | {"attributes": {one: "x"}} for one in PAYLOADS]
    for body in wrong:
        assert citizen.post("/v1/reports", body).status in (400, 422), body
    for one in PAYLOADS:
        path = f"/v1/reports/{quote(one, safe='')}/follow"
        assert citizen.post(path, {}).status in (400, 404, 422), one
    assert citizen.post(f"/v1/reports/{new_id()}/follow", {}).status == 404


def test_nothing_but_the_citys_topics_is_followed(citizen: Client) -> None:
    """And an address is one line without a second recipient or header."""
    sampah = {"category": "sampah", "rhythm": "daily"}
    wrong: list[dict[str, Any]] = [sampah | {"area": one} for one in PAYLOADS]
    wrong += [sampah | {"category": one} for one in PAYLOADS]
    wrong += [sampah | {"rhythm": one} for one in PAYLOADS]
    wrong += [{kind: one} for kind in ("incident", "site", "collections") for one in PAYLOADS]
    for body in wrong:
        assert citizen.post("/v1/subscriptions", body).status in (400, 422), body
    hostile = ("a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org",
               "<a@example.org>", "a@example.org\0", "a b@example.org", "a@")  # fmt: skip
    for email in (*PAYLOADS, *hostile):
        answer = citizen.post("/v1/subscriptions/email", sampah | {"email": email})
        assert answer.status in (400, 422), email
