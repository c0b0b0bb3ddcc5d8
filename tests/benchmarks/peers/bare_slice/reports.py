"""Reports: rows, history, idempotency, outbox; and the relay."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import eventlet

eventlet.monkey_patch()

import orjson  # noqa: E402
from eventlet.event import Event  # noqa: E402

from services.chassis.ids import new_id, public_number  # noqa: E402
from tests.benchmarks.peers.bare_slice.database import Database  # noqa: E402
from tests.benchmarks.peers.bare_slice.link import Publisher, serve  # noqa: E402

_CLAIM = """BEGIN;
INSERT INTO chassis.idempotency (principal, operation, key, fingerprint, created_at)
VALUES ('bare', %(action)s, %(key)s, '', now()) ON CONFLICT DO NOTHING;
"""
_SERIAL = f"{_CLAIM} SELECT nextval('report_serial') AS serial"
_LOCK = f"{_CLAIM} SELECT id::text, number, version, state FROM report WHERE id = %(id)s FOR UPDATE"
_INSERT = """
INSERT INTO report (id, number, version, state, category, description, lat, long, visibility,
  attributes, area, agency, reporter, created_at, updated_at, due_from, due_at, alarm, alarm_at)
VALUES (%(id)s, %(number)s, 1, 'submitted', %(category)s, %(description)s, %(lat)s, %(long)s,
  %(visibility)s, '{}', '36.74.01', 'DLH', 'bare', %(at)s, %(at)s, %(at)s,
  %(at)s::timestamptz + interval '5 days', 'warn', %(at)s::timestamptz + interval '4 days');
"""
_UPDATE = """
UPDATE report SET version = %(version)s, state = %(state)s, updated_at = %(at)s,
  due_from = %(at)s, due_at = %(at)s::timestamptz + interval '5 days',
  alarm_at = %(at)s::timestamptz + interval '4 days' WHERE id = %(id)s;
"""
_PHOTO = """
INSERT INTO report_photo (report_id, n, hour, digest, width, height, bytes, version)
VALUES (%(id)s, 1, '2026-01-01T00', %(digest)s, 640, 480, 50000, %(version)s);
"""
_REST = """
INSERT INTO report_history (report_id, version, action, actor, at, data)
VALUES (%(id)s, %(version)s, %(action)s, 'bare', %(at)s, '{"by": "staff"}');
INSERT INTO chassis.outbox (event_id, exchange, type, subject, mandatory, body)
VALUES (%(event_id)s, 'bare-events', %(type)s, %(id)s, true, %(event)s);
UPDATE chassis.idempotency SET response = %(answer)s
WHERE principal = 'bare' AND operation = %(action)s AND key = %(key)s; COMMIT"""
_BATCH = "BEGIN; SELECT id, type, body FROM chassis.outbox ORDER BY id LIMIT 200"
_DELETE = "DELETE FROM chassis.outbox WHERE id = ANY(%(ids)s); COMMIT"
_STATES = {"assign": "assigned", "resolve": "resolved"}


class Reports:
    """The service."""

    def __init__(self) -> None:
        self._database = Database(os.environ["PEER_REPORTS_URL"])
        self._publisher = Publisher(os.environ["PEER_AMQP_URL"])
        self._wake = Event()

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked."""
        with self._database.borrow() as session:
            answer = self._submit(session, body) if "id" not in body else self._act(session, body)
        if not self._wake.ready():
            self._wake.send(None)
        return answer

    def _submit(self, session: Any, body: dict[str, Any]) -> dict[str, Any]:
        body |= {"action": "submitted", "id": new_id(), "version": 1, "state": "submitted"}
        serial = session.run(_SERIAL, body)[0]["serial"]
        body["number"] = public_number("LP", 2026, serial)
        return self._finish(session, _INSERT, body)

    def _act(self, session: Any, body: dict[str, Any]) -> dict[str, Any]:
        found = session.run(_LOCK, body)[0]
        body |= {"number": found["number"], "version": found["version"] + 1}
        body |= {"state": _STATES[body["action"]], "digest": "0" * 64}
        sql = _UPDATE + (_PHOTO if body.get("photos") else "")
        return self._finish(session, sql, body)

    def _finish(self, session: Any, sql: str, body: dict[str, Any]) -> dict[str, Any]:
        at = datetime.now(UTC).isoformat()
        names = ("id", "number", "version", "state", "category", "description", "lat", "long")
        answer = {name: body.get(name) for name in names} | {"updated_at": at}
        event = answer | {"event_id": new_id(), "type": f"bare.report.{body['state']}"}
        kept = {"answer": orjson.dumps(answer).decode(), "event": orjson.dumps(event).decode()}
        values = body | kept | {name: event[name] for name in ("event_id", "type")} | {"at": at}
        session.run(sql + _REST, values)
        return answer

    def relay(self) -> None:
        """Publish what was committed, for ever."""
        while True:
            with self._database.borrow() as session:
                rows = session.run(_BATCH, {})
                if rows:
                    self._publisher.publish([(row["type"], row["body"]) for row in rows])
                session.run(_DELETE, {"ids": [row["id"] for row in rows]})
            if not rows:
                with eventlet.Timeout(1, False):
                    self._wake.wait()
                self._wake = Event()


reports = Reports()
eventlet.spawn(reports.relay)
serve(os.environ["PEER_AMQP_URL"], "bare.reports", reports.answer)
