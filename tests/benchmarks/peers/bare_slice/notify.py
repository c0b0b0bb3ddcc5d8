"""Notify: an inbox row, notifications and entries of the feed per event."""

from __future__ import annotations

import os
from typing import Any

import eventlet

eventlet.monkey_patch()

import orjson  # noqa: E402

from services.chassis.ids import new_id  # noqa: E402
from tests.benchmarks.peers.bare_slice.database import Database  # noqa: E402
from tests.benchmarks.peers.bare_slice.link import consume  # noqa: E402

_ARRIVE = """BEGIN;
INSERT INTO chassis.inbox (event_id, handler, type, subject, version, state)
VALUES (%(event_id)s, 'tell_people', %(type)s, %(id)s, %(version)s, 'done')
ON CONFLICT DO NOTHING RETURNING 1 AS fresh"""
_TELL = """
INSERT INTO notification (id, recipient, event_id, report_id, title, text, created_at)
VALUES (%(new_{n})s, %(to_{n})s, %(event_id)s, %(id)s, %(title)s, %(text)s, now());
"""
_FEED = """
INSERT INTO feed (id, audience, type, data, at)
VALUES (%(new_{n})s, %(to_{n})s, 'notification.added', %(said)s, now());
"""


def _words(event: dict[str, Any]) -> dict[str, str]:
    title = {"en": f"Report {event['number']} {event['state']}", "id": event["number"]}
    text = {"en": f"{title['en']}: the officer says what was done", "id": title["id"]}
    said = {"report_id": event["id"], "title": title, "text": text}
    parts = {"title": title, "text": text, "said": said}
    return {name: orjson.dumps(value).decode() for name, value in parts.items()}


class Notify:
    """The service."""

    def __init__(self) -> None:
        self._database = Database(os.environ["PEER_NOTIFY_URL"])

    def handle(self, event: dict[str, Any]) -> None:
        """Tell the reporter, the agency unless it is done, and the city."""
        told = ["person:bare"] + ([] if event["state"] == "resolved" else ["agency:DLH"])
        values = event | _words(event)
        for n, recipient in enumerate((*told, "public")):
            values |= {f"new_{n}": new_id(), f"to_{n}": recipient}
        sql = [_TELL.format(n=n) for n in range(len(told))]
        sql += [_FEED.format(n=n) for n in range(len(told) + 1)]
        with self._database.borrow() as session:
            fresh = session.run(_ARRIVE, event)
            session.run("".join(sql if fresh else []) + "COMMIT", values)


consume(os.environ["PEER_AMQP_URL"], "bare.notify", Notify().handle)
