"""`make demo`: one report's journey, with what each service did and which events flowed."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
from kombu import Connection, Queue, binding
from rich.console import Console

from infra.local.stack import Stack
from infra.local.state import ROOT, SERVICES
from services.chassis.topology import exchange

_STATE = Path(os.environ.get("KOTA_STATE", ROOT / ".local"))
_WAIT_SECONDS = 20.0
_REPORT = {
    "category": "sampah",
    "description": "Data contoh: tumpukan sampah di tepi jalan, sudah tiga hari",
    "lat": -6.3223,
    "long": 106.6943,
    "visibility": "public",
}


class Demo:
    """Plays a citizen and an officer through HTTP, and listens on the bus meanwhile."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._console = Console(highlight=False, soft_wrap=True)
        self._logins = json.loads(stack.state.logins.read_text())

    def run(self) -> int:
        """Tell the story; 0 when everything happened as promised."""
        with Connection(self._stack.rabbitmq.url()) as broker:
            heard = self._listen(broker)
            self._step("A citizen logs in", "registry")
            citizen = self._log_in("citizen-1")
            self._step("and reports a pile of garbage", "gateway, reports")
            key = str(uuid.uuid4())
            report = self._post("/v1/reports", _REPORT, citizen, key)
            self._tell(f"{report['number']} in {report['area_name']}, for {report['agency_name']}")
            self._step("The slow phone sends it again", "reports")
            again = self._post("/v1/reports", _REPORT, citizen, key)
            same = "the same" if again["id"] == report["id"] else "ANOTHER"
            self._tell(f"{same} report {again['number']}: the key was known")
            self._step("The event flows", "relay, RabbitMQ")
            event = heard(report["id"])
            self._tell(f"{event['type']} {event['id']} version {event['aggregateversion']}")
        self._step("The citizen is told, in their language", "notify")
        mine = self._notification(citizen, report["id"])
        self._tell(f"{mine['title']}: {mine['text']}")
        self._step("So is the agency's officer", "notify")
        theirs = self._notification(self._log_in("officer-dlh"), report["id"])
        self._tell(f"{theirs['title']}: {theirs['text']}")
        self._step("What each service wrote down", "PostgreSQL")
        self._accounts()
        return 0 if again["id"] == report["id"] else 1

    def _listen(self, broker: Connection) -> Callable[[str], dict[str, Any]]:
        events: list[dict[str, Any]] = []
        channel = broker.channel()
        queue = Queue(
            f"demo.{uuid.uuid4()}",
            bindings=[binding(exchange(f"{name}.events"), routing_key="#") for name in SERVICES],
            exclusive=True,
            auto_delete=True,
        )
        consumer = broker.Consumer(
            [queue], callbacks=[lambda body, message: events.append(body)], no_ack=True
        )
        consumer.consume()

        def heard(subject: str) -> dict[str, Any]:
            until = time.monotonic() + _WAIT_SECONDS
            while time.monotonic() < until:
                found = [event for event in events if event["subject"] == subject]
                if found:
                    return found[0]
                try:
                    broker.drain_events(timeout=1)
                except TimeoutError:
                    continue
            raise SystemExit("the event did not come; see: make status")

        self._channel = channel
        return heard

    def _log_in(self, login: str) -> str:
        password = next(e["password"] for e in self._logins if e["login"] == login)
        answer = self._post("/v1/auth/token", {"login": login, "password": password})
        return str(answer["access_token"])

    def _notification(self, token: str, report_id: str) -> dict[str, Any]:
        until = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < until:
            items = self._call("GET", "/v1/notifications?limit=50", None, token, None)["items"]
            found: list[dict[str, Any]] = [i for i in items if i["report_id"] == report_id]
            if found:
                return found[0]
            time.sleep(0.1)
        raise SystemExit("the notification did not come; see: make status")

    def _post(
        self, path: str, body: dict[str, Any], token: str | None = None, key: str | None = None
    ) -> dict[str, Any]:
        return self._call("POST", path, body, token, key)

    def _call(
        self, method: str, path: str, body: Any, token: str | None, key: str | None
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            f"{self._stack.base_url}{path}", data, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                found: dict[str, Any] = json.load(answer)
        except urllib.error.URLError as error:
            raise SystemExit(f"{method} {path}: {error}; is the stack up? make up") from None
        return found

    def _accounts(self) -> None:
        for service in SERVICES:
            connection = psycopg2.connect(self._stack.postgres.urls(service)[0])
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT (SELECT count(*) FROM chassis.outbox),"
                    " (SELECT count(*) FROM chassis.inbox WHERE state = 'done'),"
                    " (SELECT count(*) FROM chassis.audit), (SELECT count(*) FROM"
                    " chassis.audit_seal)"
                )
                waiting, handled, audited, seals = cursor.fetchone() or (0, 0, 0, 0)
            connection.close()
            self._tell(
                f"{service:9} {handled} events handled, {waiting} waiting to leave,"
                f" {audited} audit rows in {seals} seals"
            )

    def _step(self, words: str, who: str) -> None:
        self._console.print(f"\n[bold]{words}[/bold]  [dim]{who}[/dim]")

    def _tell(self, words: str) -> None:
        self._console.print(f"   {words}")


def main() -> int:
    """Run the demo on the stack that `make up` started."""
    port = _STATE / "port"
    if not port.exists():
        print("start the native stack first: make up", file=sys.stderr)
        return 1
    return Demo(Stack(_STATE, int(port.read_text()))).run()


if __name__ == "__main__":
    sys.exit(main())
