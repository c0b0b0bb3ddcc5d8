"""What exists and what does not is answered alike, wherever somebody might want to find out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from gateway.routes import ROUTES, Route
from infra.local.stack import Stack
from services.chassis.ids import new_id
from services.chassis.principal import Role
from tests.cities import native
from tests.client import Answer, Client
from tests.kota import kota
from tests.mailbox import Mailbox, code_in
from tests.security.making import BODIES, REPORT, soon, upload
from tests.waiting import eventually

# what differs between any two answers: when, which request, how much is left of a rate
_VOLATILE = {"date", "x-request-id", "ratelimit"}
WRONG = "AAAAAAAAAAAAAAAA"
T = TypeVar("T")
Ask = Callable[[], Answer]


@dataclass(frozen=True)
class Seen:
    """An answer without what differs anyway."""

    status: int
    headers: dict[str, str]
    body: Any


def seen(answer: Answer) -> Seen:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for name in _VOLATILE & set(headers):
        headers[name] = ""
    body: Any = answer.text
    # Open311's errors are a list, and have no id of the request
    if "json" in headers.get("content-type", "") and isinstance(answer.json, dict):
        body = {name: value for name, value in answer.json.items() if name != "request_id"}
    return Seen(answer.status, headers, body)


@dataclass
class World:
    """What is there: others' things, and those who try to find them."""

    foreign: dict[str, str]
    people: dict[Role, Client]
    citizen: Client
    citizen_login: str


@pytest.fixture(scope="module")
def world(
    stack: Stack, citizen: Client, officer: Client, other_citizen: Client, other_officer: Client
) -> World:
    """`citizen` has a secret report with a photo, and a job of `officer`'s works on it."""
    report = citizen.post(
        "/v1/reports", REPORT | {"visibility": "secret", "photos": [upload(citizen)]}
    ).json
    job = officer.post("/v1/work/assignments", {"reports": [report["id"]], "agency": "DLH"})
    assert job.status == 202, job.text
    note = eventually(lambda: _about(citizen, report["id"]))
    followed = citizen.post("/v1/subscriptions", {"category": "sampah", "rhythm": "daily"}).json
    people = {
        Role.GUEST: Client(stack.base_url),
        Role.CITIZEN: other_citizen,
        Role.OFFICER: other_officer,
    }
    foreign = {
        "report": report["id"], "number": report["number"], "job": job.json["id"], "note": note,
        "subscription": followed["id"],
    }  # fmt: skip
    return World(foreign, people, citizen, "citizen-1")


def _about(client: Client, report: str) -> str:
    items = client.get("/v1/notifications?limit=100").json["items"]
    return next((item["id"] for item in items if item["report_id"] == report), "")


# by the beginning of the path: which thing an id in it names
_THINGS = {
    "/v1/reports/{id}": "report",
    # the id of an incident is that of a report, and a secret one is of none
    "/v1/incidents/{id}": "report",
    "/v1/sites/{id}": "report",
    "/v1/work/assignments/{id}": "job",
    "/v1/notifications/{id}": "note",
    "/v1/blocks/{id}": "block",
    "/v1/subscriptions/{id}": "subscription",
}
# what tells apart by words of one's own choice, each with a test below
_TESTED_BY_NAME = {
    "issue_token", "refresh_token", "revoke_token", "set_email", "verify_email", "forget_email",
    "track_report", "forget_contact", "answer_follow_up", "open_link", "use_link",
    "submit_report", "open311_request", "open311_token", "block_sender",
    "follow_topic_by_mail",
}  # fmt: skip
# nothing in the request names what is somebody's; filters find only what their caller may see
_NOTHING_NAMED = {
    "who_am_i", "get_email", "jwks", "upload_photo", "list_reports", "list_work", "list_responses",
    "work_overview", "stream", "list_notifications", "unread_count", "mark_all_read",
    "get_preferences", "set_preferences", "list_permit_types", "get_permit_type", "ready",
    "list_subscriptions", "follow_topic", "document", "list_categories", "get_category",
    "open311_discovery", "open311_services",
    "open311_definition", "open311_requests", "open311_submit", "find_nearby",
    "reports_geojson", "reports_atom", "report_statistics", "report_clusters", "report_heat",
    "open_data", "open_data_csv", "open_data_geojson", "list_blocks", "list_incidents",
    "cifs_xml", "cifs_json", "list_incident_history", "worst_corridors", "list_suspected",
    "list_sites", "sites_geojson", "list_collections",
    "city_now",
}  # fmt: skip
# they are told what is there: an admin of accounts, staff of what it may see
_MAY_KNOW = {"create_account", "assign_many"}


def thing_of(route: Route) -> str | None:
    return next((thing for path, thing in _THINGS.items() if route.path.startswith(path)), None)


def test_every_route_is_thought_of() -> None:
    known = _TESTED_BY_NAME | _NOTHING_NAMED | _MAY_KNOW
    left = {r.operation.name for r in ROUTES if thing_of(r) is None} - known
    assert left == set(), "does the answer tell whether something exists? say where it is tested"


@pytest.mark.parametrize("role", [Role.GUEST, Role.CITIZEN, Role.OFFICER])
def test_foreign_things_are_answered_like_none(world: World, role: Role) -> None:
    client, tried = world.people[role], 0
    for route in ROUTES:
        thing = thing_of(route)
        if thing is None or role not in route.operation.access:
            continue
        foreign, none = (ask(client, route, id_) for id_ in (world.foreign[thing], new_id()))
        assert seen(foreign()) == seen(none()), route.path
        assert foreign().status in (404, 422), (route.path, foreign().text)
        tried += foreign().status == 404
    assert tried >= {Role.GUEST: 3, Role.CITIZEN: 6, Role.OFFICER: 10}[role]


def ask(client: Client, route: Route, id_: str) -> Ask:
    path = route.path.replace("{id}", id_).replace("{n}", "1")
    if route.method == "GET":
        return partial(client.get, path)
    return partial(client.post, path, BODIES.get(route.operation.name, {}))


def test_blocks_and_senders_of_another_agency_are_like_none(
    admin: Client, stack: Stack, supervisor: Client
) -> None:
    login = {"login": f"pimpinan-{uuid4().hex[:12]}", "password": uuid4().hex}
    made = admin.post("/v1/accounts", login | {"role": "head", "agency": "DISHUB"})
    assert made.status == 201, made.text
    token = Client(stack.base_url).post("/v1/auth/token", login).json["access_token"]
    foreign = Client(stack.base_url, token)
    sent = Client(stack.base_url).post("/v1/reports", REPORT, Device_Id=uuid4().hex).json["id"]
    block = BODIES["block_sender"] | {"until": soon()}
    assert_alike(lambda one: foreign.post("/v1/blocks", block | {"report": one}), (sent, new_id()))
    own = supervisor.post("/v1/blocks", block | {"report": sent})
    assert own.status == 201, own.text
    lift = BODIES["lift_block"]
    ids = (own.json["id"], new_id())
    assert_alike(lambda one: foreign.post(f"/v1/blocks/{one}/lift", lift), ids)
    assert foreign.get("/v1/blocks").json["items"] == []
    assert supervisor.post(f"/v1/blocks/{ids[0]}/lift", lift).status == 200


def test_reports_are_tracked_and_forgotten_alike(world: World) -> None:
    guest, numbers = world.people[Role.GUEST], (world.foreign["number"], "LP-2026-9999999-2")
    assert_alike(lambda n: guest.get(f"/v1/reports/track/{n}?code={WRONG}"), numbers)
    assert_alike(lambda n: guest.post(f"/v1/reports/track/{n}/forget", {"code": WRONG}), numbers)
    answer = {"code": WRONG, "still_well": True}
    assert_alike(lambda n: guest.post(f"/v1/reports/track/{n}/follow-up", answer), numbers)


def test_open311_does_not_know_them_either(world: World) -> None:
    guest, numbers = world.people[Role.GUEST], (world.foreign["number"], "LP-2026-9999999-2")
    assert_alike(lambda n: guest.get(f"/open311/v2/requests/{n}.json"), numbers)
    ids = (world.foreign["report"], new_id())
    assert_alike(lambda one: guest.get(f"/open311/v2/tokens/{one}.json"), ids)


def test_logins_are_refused_alike(
    stack: Stack, world: World, newcomers: list[dict[str, str]]
) -> None:
    """Wrong password, no such login, disabled with the right password, and locked with it."""
    guest, (disabled, locked) = world.people[Role.GUEST], newcomers
    assert kota(stack.state.folder, "users", "disable", disabled["login"]).code == 0
    for _ in range(6):
        guest.post("/v1/auth/token", locked | {"password": "x" * 12})
    tries = [
        {"login": world.citizen_login, "password": "x" * 12},
        {"login": f"warga-{uuid4().hex}", "password": "x" * 12},
        disabled,
        locked,
    ]
    assert assert_alike(lambda one: guest.post("/v1/auth/token", one), tries).status == 401


@pytest.fixture
def newcomers(admin: Client) -> list[dict[str, str]]:
    """Two accounts of one's own."""
    made = [{"login": f"warga-{uuid4().hex[:12]}", "password": uuid4().hex} for _ in range(2)]
    for login in made:
        assert admin.post("/v1/accounts", login | {"role": "citizen"}).status == 201
    return made


def test_refresh_tokens_are_refused_alike(world: World, newcomers: list[dict[str, str]]) -> None:
    """Unknown, used up, of a revoked family, and logged out."""
    guest = world.people[Role.GUEST]
    used, out = (guest.post("/v1/auth/token", one).json["refresh_token"] for one in newcomers)
    newer = guest.post("/v1/auth/refresh", {"refresh_token": used}).json["refresh_token"]
    known = guest.post("/v1/auth/revoke", {"refresh_token": out})
    unknown = guest.post("/v1/auth/revoke", {"refresh_token": "x" * 43})
    assert seen(known) == seen(unknown) and known.status == 200
    refused = assert_alike(
        lambda token: guest.post("/v1/auth/refresh", {"refresh_token": token}),
        (used, newer, out, "x" * 43),
    )
    assert refused.status == 401


def test_an_address_of_somebody_else_is_an_address(
    stack: Stack, newcomer: Client, other_citizen: Client
) -> None:
    """Codes are sent to whoever asks; that another account has the address is told to nobody."""
    taken = f"tetap.{uuid4().hex[:12]}@example.org"
    newcomer.post("/v1/auth/me/email", {"email": taken})
    code = code_in(Mailbox(native(stack)).wait(taken)[-1])
    assert newcomer.post("/v1/auth/me/email/verify", {"code": code}).status == 200
    free = f"bebas.{uuid4().hex[:12]}@example.org"
    answers = [other_citizen.post("/v1/auth/me/email", {"email": one}) for one in (taken, free)]
    one, other = (
        json.loads(json.dumps(seen(answer).body).replace(address, "x"))
        for answer, address in zip(answers, (taken, free), strict=True)
    )
    assert one == other and {answer.status for answer in answers} == {200}
    other_citizen.post("/v1/auth/me/email/forget")


def test_an_address_that_follows_something_is_an_address(world: World) -> None:
    """Asked once, so often that nobody is asked any more, and unknown."""
    guest, asked = world.people[Role.GUEST], f"ikut.{uuid4().hex[:12]}@example.org"
    tries = [*[asked] * 5, f"ikut.{uuid4().hex[:12]}@example.org"]
    answers = [
        guest.post("/v1/subscriptions/email", {"email": one, "category": "sampah"}) for one in tries
    ]
    assert len({str(seen(answer)) for answer in answers}) == 1
    assert answers[0].status == 202 and answers[0].json["rhythm"] == "at_once"


def test_codes_are_refused_alike(newcomer: Client, other_citizen: Client) -> None:
    """Without a verification under way, and with a wrong code for one."""
    newcomer.post("/v1/auth/me/email", {"email": f"kode.{uuid4().hex[:12]}@example.org"})
    other_citizen.post("/v1/auth/me/email/forget")
    refused = assert_alike(
        lambda client: client.post("/v1/auth/me/email/verify", {"code": "000000"}),
        (newcomer, other_citizen),
    )
    assert refused.status == 422


def test_forgetting_nothing_is_forgetting(newcomer: Client, other_citizen: Client) -> None:
    newcomer.post("/v1/auth/me/email", {"email": f"lupa.{uuid4().hex[:12]}@example.org"})
    assert seen(newcomer.post("/v1/auth/me/email/forget")) == seen(
        other_citizen.post("/v1/auth/me/email/forget")
    )


def test_links_are_refused_alike(world: World) -> None:
    """Nonsense, a link of another's making, and one whose person is changed."""
    guest = world.people[Role.GUEST]
    tokens = ("x", f"unsubscribe~person:{new_id()}.{'A' * 27}", "a.b.c")
    assert_alike(lambda token: guest.get(f"/v1/mail/{token}"), tokens)
    assert_alike(lambda token: guest.send("POST", f"/v1/mail/{token}", None, {}), tokens)


def test_staff_learns_nothing_of_accounts(officer: Client, world: World) -> None:
    """Acting for an account that is unknown, or for one that is staff."""
    staff = officer.get("/v1/auth/me").json["id"]
    refused = assert_alike(
        lambda account: officer.post(
            "/v1/reports", REPORT | {"on_behalf_of": {"channel": "counter", "account": account}}
        ),
        (new_id(), staff),
    )
    assert refused.status == 422


def test_merging_tells_nothing_of_what_one_may_not_see(citizen: Client, officer: Client) -> None:
    """Into another agency's secret report, and into none."""
    mine = citizen.post("/v1/reports", REPORT).json["id"]
    secret = REPORT | {"category": "parkir_liar", "visibility": "secret"}
    foreign = citizen.post("/v1/reports", secret).json["id"]
    refused = assert_alike(
        lambda original: officer.post(
            f"/v1/reports/{mine}/merge", {"duplicate_of": original, "reason": "x"}
        ),
        (foreign, new_id()),
    )
    assert refused.status == 422


def assert_alike(ask: Callable[[T], Answer], cases: Iterable[T]) -> Answer:
    """Ask all of it; the answers are the same, and none is a success."""
    answers = [ask(one) for one in cases]
    for number, answer in enumerate(answers):
        assert seen(answer) == seen(answers[0]), number
    assert answers[0].status >= 400
    return answers[0]
