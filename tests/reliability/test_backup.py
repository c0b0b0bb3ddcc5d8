"""Everything is wiped and restored, and then every promise made before is asked for.

Then reports alone is restored beside the others: its events come again and are known. Then notify
alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
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
    _citizen: Client | None = None

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

    @property
    def citizen(self) -> Client:
        """Somebody who reports; logged in once per run of the city."""
        if self._citizen is None:
            self._citizen = self.client("citizen-1")
        return self._citizen

    def restore(self, *more: str) -> Ran:
        """Restore the newest backup."""
        return self.kota("restore", "-i", str(self.key), *more)

    def restore_alone(self, service: str) -> str:
        """Restore one service, which is stopped, while the others run; what the operator is told.

        Its audit ends earlier than the others witnessed, so the command does not end well.
        """
        done = self.restore("--service", service, "--replace", "--confirm", self.backup_id)
        assert done.code == 1, done.out + done.err
        assert f"{service} alone" in done.out and "witnessed" in done.out
        return done.out

    def start(self, service: str) -> None:
        """Start a service again and wait until all is ready."""
        self.stack.supervisor.start_process(service)
        eventually(self.stack.is_ready, 60, f"{service} to be ready")

    @property
    def backup_id(self) -> str:
        """The only backup's."""
        (found,) = (one.name for one in self.folder.glob("[!.]*"))
        return found

    def asked(self, service: str, sql: str) -> int:
        """A number from a service's database, asked for as its owner."""
        connection = psycopg2.connect(self.stack.postgres.urls(service)[1])
        with connection.cursor() as cursor:
            cursor.execute(sql)
            found = cursor.fetchone()
        connection.close()
        assert found is not None
        return int(found[0])

    def tables(self) -> int:
        """How many tables the databases have altogether."""
        return sum(map(self._tables, SERVICES))

    def _tables(self, service: str) -> int:
        return self.asked(
            service, "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'chassis')"
        )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    tmp_path = tmp_path_factory.mktemp("backup")
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


@contextmanager
def spoiled(backup: Path, name: str, after: bytes = b"") -> Iterator[None]:
    """While one byte of a file is another one: that after some others, or one in the middle."""
    file = backup / name
    whole = file.read_bytes()
    at = whole.index(after) + len(after) if after else len(whole) // 2
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    yield
    file.write_bytes(whole)


def refused(city: City, why: str, *more: str) -> None:
    done = city.restore(*more)
    assert done.code == 1 and why in done.err, done.err


@pytest.fixture(scope="module")
def restored(city: City) -> City:
    """Everything was lost but the newest backup, the key, and who signs; and is there again."""
    live_a_little(city)
    first = city.kota("backup", "--json")
    assert first.code == 0 and first.json["on_their_way"] == [], first.err
    back_up_what_is_not_published(city)
    assert city.backup_id != first.json["id"]
    refused(city, "stop the services", "--replace", "--confirm", city.backup_id)
    signer = city.kota("backup", "signer").out.strip()

    wipe(city)
    backup = city.folder / city.backup_id
    refused(city, f"it is signed by {signer}, and not by")
    with spoiled(backup, "manifest.json", after=b'"finished_at": "'):
        refused(city, "not the one that was signed", "--signed-by", signer)
    with spoiled(backup, "notify.dump.age"):
        refused(city, "nothing was changed: notify.dump.age", "--signed-by", signer)
        unsigned = city.kota("backup", "verify", "-i", str(city.key), "--unsigned")
        assert unsigned.code == 1 and "notify.dump.age is broken" in unsigned.err
        assert "used all the same" in unsigned.err
    assert city.tables() == 0

    done = city.restore("--signed-by", signer)
    assert done.code == 0, done.out + done.err
    assert done.out.count("whole") == 4
    # the vault that signed is back
    refused(city, "is not empty")
    city.stack.up()
    return city


def test_every_promise_is_kept(restored: City) -> None:
    city, promised = restored, restored.promised
    ask_for_what_was_promised(city)
    eventually(lambda: told_of(city, promised["unpublished"]) == 1, what="the late event")


def told_of(city: City, report: Any) -> int:
    """How often the citizen was told of a report."""
    told = titles(city.citizen)
    return sum(count for (report_id, _), count in told.items() if report_id == report["id"])


def has_seen(city: City, witness: str, newest: str, sequence: int) -> bool:
    return city.asked(witness, newest) >= sequence


def live_on(city: City) -> Any:
    """One more report, of which the citizen is told, and all of it is witnessed."""
    report = city.citizen.post("/v1/reports", REPORT).json
    eventually(lambda: told_of(city, report) == 1, what="to be told of what came after the backup")
    for service, witness in (("reports", "notify"), ("notify", "reports")):
        newest = "SELECT coalesce(max(sequence), 0) FROM chassis.{}"
        made = city.asked(service, newest.format("audit_seal"))
        seen = newest.format(f"audit_witness WHERE service = '{service}'")
        eventually(partial(has_seen, city, witness, seen, made), 60, "a witness")
    return report


def test_reports_alone(restored: City) -> None:
    city, late = restored, restored.promised["unpublished"]
    eventually(lambda: told_of(city, late) == 1, 60, "the late event")
    since = live_on(city)

    city.stack.supervisor.stop_process("reports")
    city.restore_alone("reports")
    waiting = f"SELECT count(*) FROM chassis.outbox WHERE subject = '{late['id']}'"
    assert city.asked("reports", waiting) == 1
    city.start("reports")

    # published again, and known to those who heard of it
    eventually(lambda: city.asked("reports", waiting) == 0, what="an empty outbox")
    assert city.client().get(f"/v1/reports/{since['id']}").status == 404
    assert (told_of(city, late), told_of(city, since)) == (1, 1)


def test_notify_alone(restored: City) -> None:
    city = restored
    since = city.citizen.post("/v1/reports", REPORT).json
    eventually(lambda: told_of(city, since) == 1, what="to be told")

    city.stack.supervisor.stop_process("notify")
    done = city.restore("--service", "notify", "--replace", "--confirm", city.backup_id)
    assert "notify alone" in done.out, done.err
    city.start("notify")

    # what it was told since does not come again; what comes now does
    assert titles(city.citizen) == city.promised["titles"]
    assert city.client().get(f"/v1/reports/{since['id']}").status == 200
    fresh = city.citizen.post("/v1/reports", REPORT).json
    eventually(lambda: told_of(city, fresh) == 1, what="to be told of what comes now")


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
