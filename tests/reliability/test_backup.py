"""Everything is wiped and restored, and then every promise made before is asked for."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from infra.local.stack import Stack
from infra.local.state import SERVICES, is_free
from tests.client import Client, log_in
from tests.e2e.test_journey import REPORT, act, upload
from tests.kota import Ran, kota
from tests.running import KNOBS, PORTS
from tests.waiting import eventually


@dataclass
class City:
    """A stack of its own, with backups beside it."""

    stack: Stack
    folder: Path
    key: Path
    recipient: str
    promised: dict[str, Any] = field(default_factory=dict)

    def kota(self, *arguments: str) -> Ran:
        """Run a command of the operator."""
        where = {"BACKUP_FOLDER": str(self.folder), "BACKUP_RECIPIENTS": self.recipient}
        return kota(self.stack.state.folder, *arguments, **where)

    def client(self, login: str | None = None) -> Client:
        """A guest, or somebody with a login."""
        stack = self.stack
        return (
            log_in(stack.base_url, stack.state.logins, login) if login else Client(stack.base_url)
        )

    def restore(self, *more: str) -> Ran:
        """Restore the newest backup."""
        return self.kota("restore", "-i", str(self.key), *more)

    def tables(self) -> int:
        """How many tables the databases have altogether."""
        return sum(map(self._tables, SERVICES))

    def _tables(self, service: str) -> int:
        connection = psycopg2.connect(self.stack.postgres.urls(service)[1])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'chassis')"
            )
            found = cursor.fetchone()
        connection.close()
        assert found is not None
        return int(found[0])


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    port = next(port for port in reversed(PORTS) if is_free(port))
    stack = Stack(tmp_path / "city", port, gateways=1, extra=KNOBS)
    key = tmp_path / "key"
    made = kota(tmp_path, "backup", "keygen", str(key))
    assert made.code == 0 and key.stat().st_mode & 0o077 == 0
    try:
        stack.up()
        yield City(stack, tmp_path / "backups", key, made.out.strip())
    finally:
        stack.down()
        stack.forget()


def titles(client: Client) -> Counter[tuple[str, str]]:
    items = client.get("/v1/notifications?limit=100").json["items"]
    return Counter((item["report_id"], item["title"]) for item in items)


def live_a_little(city: City) -> None:
    citizen, officer, guest = city.client("citizen-1"), city.client("officer-dlh"), city.client()
    with_photo = citizen.post("/v1/reports", REPORT | {"photos": [upload(citizen)]}).json
    act(officer, with_photo["id"], "verify")
    address = f"warga.{uuid4().hex[:10]}@example.org"
    tracked = guest.post("/v1/reports", REPORT | {"contact_email": address}).json
    eventually(lambda: len(titles(citizen)) == 2, what="two notifications")
    city.promised = {
        "photo": (with_photo["id"], photo(guest, with_photo["id"])),
        "tracked": tracked,
        "titles": titles(citizen),
    }


def photo(client: Client, report_id: str) -> bytes:
    answer = client.get(f"/v1/reports/{report_id}/photos/1?size=full")
    assert answer.status == 200, answer.text
    return answer.content


def back_up_what_is_not_published(city: City) -> None:
    """One report is accepted while the broker is away, so its event is in the outbox only."""
    citizen = city.client("citizen-1")
    city.stack.supervisor.stop_process("rabbitmq")
    made = eventually(lambda: accepted(citizen), 60, "an answer without broker")
    city.promised["unpublished"] = made
    done = city.kota("backup", "--keep", "1", "--json")
    assert done.code == 0, done.err
    assert done.json["on_their_way"] == ["unknown, the broker did not answer"]
    city.stack.supervisor.start_process("rabbitmq")
    city.promised["lost"] = eventually(lambda: accepted(citizen), 60, "an answer after the backup")


def accepted(client: Client) -> Any:
    answer = client.post("/v1/reports", REPORT, Idempotency_Key=str(uuid4()))
    return answer.json if answer.status == 201 else None


def wipe(city: City) -> None:
    city.stack.down()
    city.stack.forget()
    city.stack = Stack(city.stack.state.folder, city.stack.port, gateways=1, extra=KNOBS)
    city.stack.only_servers()


def spoil(backup: Path, name: str) -> None:
    file = backup / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_wiped_and_restored(city: City) -> None:
    live_a_little(city)
    first = city.kota("backup", "--json")
    assert first.code == 0 and first.json["on_their_way"] == [], first.err
    back_up_what_is_not_published(city)
    (listed,) = city.kota("backup", "list", "--json").json
    assert listed["id"] != first.json["id"]
    refused = city.restore("--replace", "--confirm", listed["id"])
    assert refused.code == 1 and "stop the services" in refused.err

    wipe(city)
    whole = city.folder / listed["id"]
    spoiled = city.folder / "99990101T000000Z"
    shutil.copytree(whole, spoiled)
    spoil(spoiled, "notify.dump.age")
    verdict = city.kota("backup", "verify", spoiled.name, "-i", str(city.key))
    assert verdict.code == 1 and "notify.dump.age is broken" in verdict.err
    refused = city.restore(spoiled.name)
    assert refused.code == 1 and "nothing was changed: notify.dump.age" in refused.err
    assert city.tables() == 0
    shutil.rmtree(spoiled)

    done = city.restore()
    assert done.code == 0, done.out + done.err
    assert done.out.count("whole") == 4
    again = city.restore()
    assert again.code == 1 and "is not empty" in again.err
    city.stack.up()
    ask_for_what_was_promised(city)


def ask_for_what_was_promised(city: City) -> None:
    citizen, guest, promised = city.client("citizen-1"), city.client(), city.promised
    report_id, picture = promised["photo"]
    assert photo(guest, report_id) == picture
    tracked = promised["tracked"]
    code = tracked["tracking_code"]
    found = guest.get(f"/v1/reports/track/{tracked['number']}?code={code}")
    assert found.status == 200 and found.json["id"] == tracked["id"]
    late = promised["unpublished"]["id"]
    assert guest.get(f"/v1/reports/{late}").status == 200
    eventually(lambda: late in {report for report, _ in titles(citizen)}, 60, "the late event")
    told = titles(citizen)
    assert set(told.values()) == {1} and told >= promised["titles"]
    assert len(told) == len(promised["titles"]) + 1

    lost = promised["lost"]
    assert guest.get(f"/v1/reports/{lost['id']}").status == 404
    fresh = citizen.post("/v1/reports", REPORT).json
    assert serial(fresh) > serial(lost)
    eventually(lambda: city.kota("audit", "verify").code == 0, what="a whole audit")
    restored = [line for line in city.kota("status", "--json").json["services"] if not line["well"]]
    assert restored == []


def serial(report: Any) -> int:
    return int(report["number"].split("-")[2])
