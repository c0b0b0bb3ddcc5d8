"""Personal data stay where they belong: a canary that is planted everywhere sings nowhere else."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection, Exchange, Queue, binding

from infra.local.stack import Stack
from infra.local.state import PROCESSES, SERVICES
from services.chassis.contract import dead_letter_exchange
from services.chassis.topology import exchange
from tests.cities import native
from tests.client import Answer, Client
from tests.e2e.test_journey import REPORT, act, upload
from tests.mailbox import Mailbox, code_in, link_in
from tests.reliability.databases import change, column, connected
from tests.waiting import eventually

# where it may be: what people wrote, what they are reached by, and answers kept for repeats
HOMES = {
    "reports": {
        "report",
        "report_history",
        "report_contact",
        "report_words",
        "chassis.idempotency",
    },
    "registry": {"identity.email", "identity.email_verification"},
    "notify": {"contact"},
    "permits": set(),
}
TABLES = """
SELECT CASE table_schema WHEN 'public' THEN table_name ELSE table_schema || '.' || table_name END
FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"""


class Canary:
    """A name, an address and a number that exist nowhere else."""

    def __init__(self) -> None:
        mark = uuid4().hex[:12]
        self.name = f"Kenari{mark}"
        self.email = f"kenari.{mark}@example.org"
        self.guest_email = f"tamu.{mark}@example.org"
        self.phone = f"0812{int(mark, 16) % 10**8:08}"

    @property
    def songs(self) -> tuple[str, ...]:
        return (self.name, self.email, self.guest_email, self.phone)

    @property
    def words(self) -> str:
        return f"Saya {self.name}, telepon {self.phone}, surel {self.email}"

    def heard_in(self, text: str) -> list[str]:
        return [song for song in self.songs if song in text]


@contextmanager
def tapped(stack: Stack) -> Iterator[list[str]]:
    """Everything that is published to any event exchange or dead-lettered meanwhile."""
    heard: list[str] = []
    events = [binding(exchange(f"{name}.events"), routing_key="#") for name in (*SERVICES, "audit")]
    graves = Exchange(dead_letter_exchange(), "direct", durable=True)
    letters = [binding(graves, routing_key=name) for name in SERVICES]
    with Connection(stack.rabbitmq.url()) as broker:
        queue = Queue(
            f"canary.{uuid4()}", bindings=[*events, *letters], exclusive=True, auto_delete=True
        )

        def take(body: Any, message: Any) -> None:
            heard.append(f"{message.headers} {message.properties} {message.body!r} {body}")

        with broker.Consumer([queue], callbacks=[take], no_ack=True):
            yield heard
            while True:
                try:
                    broker.drain_events(timeout=0.5)
                except TimeoutError:
                    return


@pytest.fixture
def canary() -> Canary:
    return Canary()


def test_a_canary_sings_at_home_only(
    stack: Stack, canary: Canary, newcomer: Client, officer: Client, guest: Client
) -> None:
    with tapped(stack) as heard:
        refusals = live(stack, canary, newcomer, officer, guest)
    assert len(heard) > 12
    assert canary.heard_in("".join(heard)) == []
    for refused in refusals:
        assert refused.status >= 400
        assert canary.heard_in(f"{refused.headers} {refused.text}") == [], refused.text
    for file in stack.state.logs.rglob("*"):
        if file.is_file():
            assert canary.heard_in(file.read_text(errors="replace")) == [], file.name
    for process in PROCESSES:
        assert canary.heard_in(metrics(stack, process)) == [], process
    for service in SERVICES:
        assert tables_with(stack, service, canary) <= HOMES[service], service


def live(
    stack: Stack, canary: Canary, citizen: Client, officer: Client, guest: Client
) -> list[Answer]:
    """A life full of personal data; the answers to what was wrong with it."""
    post = Mailbox(native(stack))
    citizen.post("/v1/auth/me/email", {"email": canary.email})
    code = code_in(post.wait(canary.email)[-1])
    wrong = citizen.post("/v1/auth/me/email/verify", {"code": canary.name[:6]})
    citizen.post("/v1/auth/me/email/verify", {"code": code})

    said = {"description": canary.words}
    report = citizen.post("/v1/reports", REPORT | said | {"photos": [upload(citizen)]}).json["id"]
    act(citizen, report, "comment", {"text": canary.words})
    act(officer, report, "note", {"text": canary.words})
    act(officer, report, "assign", {"agency": "DLH"})
    act(officer, report, "hold", {"reason": canary.words})
    act(officer, report, "start")
    act(officer, report, "resolve", {"note": canary.words, "photos": [upload(officer)]})
    act(citizen, report, "rate", {"score": 1, "text": canary.words})
    post.wait(canary.email, 3)

    left = {"contact_email": canary.guest_email}
    made = guest.post("/v1/reports", REPORT | said | left).json
    guest.send("POST", link_in(post.wait(canary.guest_email)[0], "confirm"), None, {})
    act(officer, made["id"], "reject", {"reason": canary.words})
    post.wait(canary.guest_email, 2)
    park(stack, officer, made["id"])
    return [wrong, *refused(canary, citizen, guest)]


def refused(canary: Canary, citizen: Client, guest: Client) -> list[Answer]:
    return [
        guest.post("/v1/reports", {"contact_email": f"{canary.email} {canary.name}"}),
        guest.post("/v1/reports", REPORT | {"category": canary.name}),
        guest.post("/v1/reports", REPORT | {"description": "x", "nama": canary.name}),
        guest.post("/v1/auth/token", {"login": canary.email, "password": canary.phone}),
        citizen.post("/v1/auth/me/email", {"email": f"{canary.name} <{canary.email}"}),
        guest.get(f"/v1/reports/track/{canary.name}?code={canary.phone}"),
        guest.get(f"/v1/mail/{canary.name}"),
    ]


def park(stack: Stack, officer: Client, report: str) -> None:
    """Let an event about the guest's report fail for good."""
    with connected(stack, "notify", owner=True) as notify:
        change(notify, "ALTER TABLE mail RENAME TO mail_away")
        try:
            act(officer, report, "comment", {"text": "x"})
            parked = "SELECT subject FROM chassis.inbox WHERE state = 'parked'"
            eventually(lambda: report in column(notify, parked), 60, "a parked event")
        finally:
            change(notify, "ALTER TABLE mail_away RENAME TO mail")
        change(
            notify,
            "UPDATE chassis.inbox SET state = 'waiting', tries = 0, next_at = now()"
            " WHERE state = 'parked' AND subject = %s",
            report,
        )
        eventually(lambda: report not in column(notify, parked))


def metrics(stack: Stack, process: str) -> str:
    url = f"http://127.0.0.1:{stack.state.admin_port(process)}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def tables_with(stack: Stack, service: str, canary: Canary) -> set[str]:
    """The tables that hold any of it."""
    with connected(stack, service, owner=True) as connection:
        return {
            table
            for table in column(connection, TABLES)
            if any(
                column(connection, f"SELECT 1 FROM {table} t WHERE t::text LIKE %s LIMIT 1",
                       f"%{song}%")
                for song in canary.songs
            )
        }  # fmt: skip


def test_the_tap_hears(stack: Stack, citizen: Client) -> None:
    with tapped(stack) as heard:
        report = citizen.post("/v1/reports", REPORT).json["id"]
    assert report in "".join(heard)


def test_what_is_forgotten_is_gone(
    stack: Stack, canary: Canary, newcomer: Client, guest: Client
) -> None:
    post = Mailbox(native(stack))
    newcomer.post("/v1/auth/me/email", {"email": canary.email})
    code = code_in(post.wait(canary.email)[-1])
    newcomer.post("/v1/auth/me/email/verify", {"code": code})
    newcomer.post("/v1/reports", REPORT)
    post.wait(canary.email, 2)
    made = guest.post("/v1/reports", REPORT | {"contact_email": canary.guest_email}).json
    post.wait(canary.guest_email)
    assert tables_with(stack, "notify", canary) == {"contact"}
    newcomer.post("/v1/auth/me/email/forget")
    guest.post(f"/v1/reports/track/{made['number']}/forget", {"code": made["tracking_code"]})
    eventually(lambda: not any(tables_with(stack, name, canary) for name in SERVICES))
