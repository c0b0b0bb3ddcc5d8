"""What a client was promised, and whether the promise was kept."""

from __future__ import annotations

import http.client
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from psycopg2.extras import RealDictCursor

from infra.local.stack import Stack
from infra.local.state import SERVICES
from tests.client import Answer, Client
from tests.reliability.databases import connected
from tests.waiting import eventually

PLACE = {"category": "sampah", "lat": -6.3223, "long": 106.6943}
TRANSPORT_ERRORS = (OSError, http.client.HTTPException)


@dataclass
class Journal:
    """Reports that one citizen posted; `accepted` holds the ids that were answered with 201."""

    stack: Stack
    client: Client
    accepted: list[str] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)

    def post(self) -> str:
        """Post a report, again and again with the same key until it is accepted; its id."""
        key, body = str(uuid4()), PLACE | {"description": "uji keandalan"}
        until = time.monotonic() + 90
        while time.monotonic() < until:
            answer = self.attempt(body, key)
            if answer is not None and answer.status == 201:
                report_id: str = answer.json["id"]
                self.accepted.append(report_id)
                return report_id
            time.sleep(0.2)
        raise AssertionError("not accepted for 90 s")

    def attempt(self, body: dict[str, Any], key: str) -> Answer | None:
        """One try; None if the gateway itself was away. Anything but 201 and 503 is a failure."""
        try:
            answer = self.client.post("/v1/reports", body, Idempotency_Key=key)
        except TRANSPORT_ERRORS:
            return None
        if answer.status == 201:
            return answer
        assert answer.status == 503, answer.text
        assert int(answer.headers["Retry-After"]) >= 1
        self.refused.append(answer)
        return answer

    def check(self, *, also_told: tuple[str, ...] = ()) -> None:
        """Wait until the stack has settled, then hold every promise against what is there.

        also_told: ids that were announced without a report of ours behind them.
        """
        eventually(self.stack.is_ready, 60, "readiness")
        eventually(lambda: not self.unsettled(), 60, "empty outboxes and inboxes")
        for report_id in self.accepted:
            assert self.client.get(f"/v1/reports/{report_id}").status == 200, report_id
        # a consumer may still hold events that wait for its database
        eventually(lambda: not self.wrongly_told(also_told), 60, "everybody told exactly once")

    def wrongly_told(self, also_told: tuple[str, ...] = ()) -> dict[str, dict[str, int]]:
        """Reports whose citizen or agency was not told exactly once."""
        expected = [*self.accepted, *also_told]
        with connected(self.stack, "notify") as connection:
            cursor = connection.cursor(cursor_factory=RealDictCursor)
            cursor.execute(
                "SELECT report_id::text, split_part(recipient, ':', 1) AS kind FROM notification"
                " WHERE report_id = ANY(%s::uuid[])",
                (expected,),
            )
            told = Counter((row["report_id"], row["kind"]) for row in cursor.fetchall())
        counts = {
            report_id: {kind: told[report_id, kind] for kind in ("person", "agency")}
            for report_id in expected
        }
        return {
            report_id: kinds for report_id, kinds in counts.items() if set(kinds.values()) != {1}
        }

    def unsettled(self) -> dict[str, int]:
        """Events that wait somewhere: per service, rows in the outbox and open in the inbox."""
        found: dict[str, int] = {}
        for service in SERVICES:
            with connected(self.stack, service) as connection, connection.cursor() as cursor:
                cursor.execute(
                    "SELECT (SELECT count(*) FROM chassis.outbox) + (SELECT count(*)"
                    " FROM chassis.inbox WHERE state IN ('waiting', 'parked'))"
                )
                (found[service],) = cursor.fetchone()
        return {service: rows for service, rows in found.items() if rows}
