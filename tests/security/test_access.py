"""Who may do what: every documented route by everybody, and foreign things that do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.stack import Stack
from services.chassis.principal import Role
from tests.client import Answer, Client, log_in
from tests.security.making import BODIES, REPORT, picture, soon, upload
from tests.sse import listening
from tests.waiting import eventually

ROLES = {
    "guest": Role.GUEST,
    "citizen": Role.CITIZEN,
    "other_citizen": Role.CITIZEN,
    "officer": Role.OFFICER,
    "other_officer": Role.OFFICER,
    "supervisor": Role.SUPERVISOR,
    "head": Role.HEAD,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMIN,
}


@pytest.fixture(scope="session")
def head(stack: Stack) -> Client:
    return log_in(stack.base_url, stack.state.logins, "head")


@pytest.fixture(scope="session")
def auditor(stack: Stack) -> Client:
    return log_in(stack.base_url, stack.state.logins, "auditor")


@dataclass
class Things:
    """What belongs to `citizen`: a secret report with a photo, and a notification about it."""

    report: str
    number: str
    notification: str


@pytest.fixture(scope="session")
def things(citizen: Client) -> Things:
    secret = REPORT | {"visibility": "secret", "photos": [upload(citizen)]}
    report = citizen.post("/v1/reports", secret).json
    notification = eventually(lambda: _about(citizen, report["id"]), what="the notification")
    return Things(report["id"], report["number"], notification)


def _about(client: Client, report: str) -> str:
    items = client.get("/v1/notifications").json["items"]
    return next((item["id"] for item in items if item["report_id"] == report), "")


def operations(client: Client) -> list[tuple[str, str, dict[str, Any]]]:
    document = client.get("/openapi.json").json
    return [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def ask(client: Client, method: str, path: str, operation: dict[str, Any]) -> Answer:
    """The operation with something right to work on, as far as there is any."""
    id_ = "01a20cfc-cc25-74ef-9d87-6baafa01c839"
    for name, value in {
        "id": id_,
        "n": "1",
        "number": "LP-2026-0000001-2",
        "code": "pbg",
        "format": "json",
        "service_code": "sampah",
        "token": "x",
        "service_request_id": "LP-2026-0000001-2",
    }.items():
        path = path.replace(f"{{{name}}}", value)
    if method == "get":
        return client.get(path + ("?code=AAAAAAAAAAAAAAAA" if "track" in path else ""))
    if operation["operationId"] == "open311_submit":
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return client.send("POST", path, b"service_code=sampah", form)
    if operation["operationId"] == "upload_photo":
        return client.send("POST", path, picture(), {"Content-Type": "image/png"})
    return client.post(path, BODIES.get(operation["operationId"], {}))


@pytest.mark.parametrize("who", ROLES)
def test_every_route_by_everybody(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    asked = 0
    for method, path, operation in operations(client):
        if operation["operationId"] == "stream":
            continue
        allowed = operation["description"].rpartition("For: ")[2].rstrip(".").split(", ")
        answer = ask(client, method, path, operation)
        if operation["tags"] == ["open311"]:
            # whoever is logged in, only an app's key lets send
            assert (answer.status == 403) == (method == "post"), (path, who, answer.text)
            continue
        is_login = "security" not in operation
        if ROLES[who] in allowed:
            assert answer.status not in (403,) and (answer.status != 401 or is_login), (path, who)
        else:
            assert answer.status == (401 if who == "guest" else 403), (path, who, answer.text)
        asked += 1
    assert asked > 15


@pytest.mark.parametrize("who", ["guest", "other_citizen", "other_officer"])
def test_foreign_things_do_not_exist(
    who: str, things: Things, request: pytest.FixtureRequest
) -> None:
    client: Client = request.getfixturevalue(who)
    for path in ("", "/photos/1", "/photos/1?size=thumb"):
        assert client.get(f"/v1/reports/{things.report}{path}").status == 404, path
    wrong_code = f"/v1/reports/track/{things.number}?code=AAAAAAAAAAAAAAAA"
    assert client.get(wrong_code).status == 404
    newest = client.get("/v1/reports?limit=100").json["items"]
    assert things.report not in [item["id"] for item in newest]
    assert client.get(f"/v1/reports/{things.report}/timeline").status == 404
    if who != "guest":
        commented = client.post(f"/v1/reports/{things.report}/comment", {"text": "x"})
        assert commented.status == 404
        read = client.post(f"/v1/notifications/{things.notification}/read")
        assert read.status == 404


def test_who_takes_part_sees_the_report_and_not_who_reported(
    citizen: Client, officer: Client, other_officer: Client, guest: Client
) -> None:
    report = citizen.post("/v1/reports", REPORT | {"visibility": "secret"}).json["id"]
    path = f"/v1/reports/{report}"
    asked = {"agency": "DISHUB", "reason": "x"}
    assert other_officer.post(f"{path}/accept").status == 404
    assert officer.post(f"{path}/invite", asked).status == 200
    seen = other_officer.get(path)
    assert seen.status == 200 and not {"reporter", "contact"} & set(seen.json)
    queue = other_officer.get("/v1/work/reports?limit=100").json["items"]
    assert report in [item["id"] for item in queue if "part" in item]
    # what was moderated, and who reported, are the leading agency's
    moderation = {"what": "description", "reason": "x"}
    assert officer.post(f"{path}/moderate", moderation).status == 200
    assert officer.get(f"{path}/moderation").json["items"][0]["original"] == REPORT["description"]
    assert other_officer.get(f"{path}/moderation").status == 404
    for foreign in ("moderate", "restore"):
        assert other_officer.post(f"{path}/{foreign}", moderation).status == 404
    irrevocable = {"irrevocable": True, "reason": "x"}
    assert other_officer.post(f"{path}/forget", irrevocable).status == 404
    for client in (guest, other_officer):
        assert (client.get(f"{path}/parts").status == 200) == (client is other_officer)
    assert officer.post(f"{path}/withdraw", asked).status == 200
    assert other_officer.get(path).status == 404
    assert citizen.post(f"{path}/forget", {"irrevocable": True}).status == 200
    assert citizen.get(path).status == 404


def test_who_is_blocked_reads_on_and_sends_again_once_it_is_lifted(
    newcomer: Client, officer: Client, supervisor: Client, auditor: Client
) -> None:
    report = newcomer.post("/v1/reports", REPORT).json["id"]
    block = {"report": report, "which": ["account"], "reason": "Iklan berulang", "until": soon()}
    for client in (newcomer, officer, auditor):
        assert client.post("/v1/blocks", block).status == 403
    made = supervisor.post("/v1/blocks", block)
    assert made.status == 201 and "account:" not in made.text, made.text
    for path, body in (
        ("/v1/reports", REPORT),
        (f"/v1/reports/{report}/comment", {"text": "x"}),
        (f"/v1/reports/{report}/support", {}),
        (f"/v1/reports/{report}/follow", {}),
    ):
        refused = newcomer.post(path, body)
        assert (refused.status, refused.json["code"]) == (403, "blocked"), path
        assert "Iklan berulang" in refused.json["detail"] and made.json["id"] in refused.text
    assert newcomer.get(f"/v1/reports/{report}").status == 200
    assert newcomer.get("/v1/reports?mine=true").status == 200
    assert made.json["id"] in [one["id"] for one in auditor.get("/v1/blocks").json["items"]]
    lifted = supervisor.post(f"/v1/blocks/{made.json['id']}/lift", {"reason": "Selesai"})
    assert lifted.status == 200 and not lifted.json["active"]
    assert newcomer.post("/v1/reports", REPORT).status == 201


@pytest.mark.parametrize("who", ["citizen", "officer", "supervisor", "head", "auditor", "admin"])
def test_who_may_see_it_sees_it(who: str, things: Things, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    shown = client.get(f"/v1/reports/{things.report}")
    assert shown.status == 200 and [photo["n"] for photo in shown.json["photos"]] == [1]
    assert ("reporter" in shown.json) == (who != "citizen")
    photo = client.get(f"/v1/reports/{things.report}/photos/1")
    assert photo.status == 200 and photo.headers["Content-Type"] == "image/jpeg"
    assert photo.headers["Cache-Control"].startswith("private")
    assert photo.headers["X-Content-Type-Options"] == "nosniff"


def test_a_capability_works_for_its_uploader_only(
    citizen: Client, other_citizen: Client, guest: Client
) -> None:
    mine = upload(citizen)
    for other in (other_citizen, guest):
        refused = other.post("/v1/reports", REPORT | {"photos": [mine]})
        assert refused.status == 422
        assert refused.json["errors"][0]["code"] == "unknown_photo"
    assert citizen.post("/v1/reports", REPORT | {"photos": [mine]}).status == 201


def test_nobody_hears_what_is_not_theirs(
    citizen: Client, other_citizen: Client, other_officer: Client, guest: Client
) -> None:
    with listening(other_citizen) as a, listening(other_officer) as b, listening(guest) as c:
        secret = citizen.post("/v1/reports", REPORT | {"visibility": "secret"}).json["id"]
        public = citizen.post("/v1/reports", REPORT).json["id"]
        for stream in (a, b, c):
            heard = stream.until(public)
            assert secret not in [said.data["report_id"] for said in heard]
            assert {said.kind for said in heard} == {"report.submitted"}
