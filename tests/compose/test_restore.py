"""Everything is forgotten and restored, and then what was promised before is asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.cities import City
from tests.client import Client
from tests.compose.containers import kota, running
from tests.compose.test_life import REPORT, is_told, submit
from tests.composed import docker, stack
from tests.e2e.test_journey import upload
from tests.kota import Ran
from tests.waiting import eventually


@dataclass
class Promised:
    """What people were told before the backup, and after it."""

    photographed: str
    picture: bytes
    tracked: dict[str, Any]
    accounts: str
    lost: dict[str, Any]


@pytest.fixture
def key() -> str:
    """A private key; backups are made for its public half from now on."""
    made = kota("backup", "keygen", "-")
    assert made.code == 0, made.err
    (public,) = [word for word in made.err.split() if word.startswith("age1")]
    os.environ["BACKUP_RECIPIENTS"] = public
    return made.out


def photo(client: Client, report: str) -> bytes:
    answer = client.get(f"/v1/reports/{report}/photos/1?size=full")
    assert answer.status == 200, answer.text
    return answer.content


def back_up(city: City, citizen: Client) -> tuple[str, Promised]:
    made = citizen.post("/v1/reports", REPORT | {"photos": [upload(citizen)]}).json
    address = f"warga.{uuid4().hex[:10]}@example.org"
    tracked = city.guest.post("/v1/reports", REPORT | {"contact_email": address}).json
    eventually(lambda: is_told(citizen, made), 60, "the notification")
    done = kota("backup", "--keep", "1", "--json")
    assert done.code == 0 and done.json["on_their_way"] == [], done.err
    return str(done.json["id"]), Promised(
        made["id"], photo(city.guest, made["id"]), tracked, city.logins.read_text(), submit(citizen)
    )


def restore(key: str, *more: str) -> Ran:
    return kota("restore", "-i", "-", *more, stdin=key)


def test_forgotten_and_restored(city: City, key: str) -> None:
    backup_id, promised = back_up(city, city.log_in("citizen-1"))
    verdict = kota("backup", "verify", "-i", "-", stdin=key)
    assert verdict.code == 0 and f"{backup_id} is whole" in verdict.out, verdict.err
    refused = restore(key, "--replace", "--confirm", backup_id)
    assert refused.code == 1 and "stop the services" in refused.err

    signer = kota("backup", "signer").out.strip()

    stack().clean()
    assert not city.logins.exists()
    stack().servers()
    assert set(running().values()) == {"broker"} | {
        f"database-{name}" for name in ("registry", "reports", "notify", "permits")
    }
    stranger = kota("backup", "keygen", "-").out
    assert restore(key).code == 1
    refused = restore(stranger, "--signed-by", signer)
    assert refused.code == 1 and "nothing was changed" in refused.err
    done = restore(key, "--signed-by", signer)
    assert done.code == 0 and done.out.count("whole") == 4, done.out + done.err
    stack().up()
    ask_for(promised, city)


def ask_for(promised: Promised, city: City) -> None:
    assert city.logins.read_text() == promised.accounts
    citizen, guest = city.log_in("citizen-1"), city.guest
    assert photo(guest, promised.photographed) == promised.picture
    number, code = promised.tracked["number"], promised.tracked["tracking_code"]
    assert guest.get(f"/v1/reports/track/{number}?code={code}").status == 200
    assert is_told(citizen, {"id": promised.photographed})

    assert guest.get(f"/v1/reports/{promised.lost['id']}").status == 404
    fresh = submit(citizen)
    assert serial(fresh) > serial(promised.lost)
    eventually(lambda: is_told(citizen, fresh), 60, "the notification")
    eventually(lambda: kota("audit", "verify").code == 0, 60, "a whole audit")


def serial(report: dict[str, Any]) -> int:
    return int(report["number"].split("-")[2])


@pytest.mark.parametrize("tool", ["pg_dump", "pg_restore", "psql"])
def test_the_client_is_the_servers(city: City, tool: str) -> None:
    server = docker("run", "--rm", "--entrypoint", "postgres", "postgres:17", "--version").stdout
    client = docker("run", "--rm", "--entrypoint", tool, "kota-cerdas-backup:test", "--version")
    assert client.stdout.split()[1:] == server.split()[1:]
