"""The load insists with the same key, and asks nothing that is not possible yet."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
from collections import Counter
from email.message import Message
from typing import Any

from tests.client import Answer
from tests.reliability.chaos.history import History
from tests.reliability.chaos.load import Load
from tests.reliability.chaos.people import People, Person
from tests.waiting import eventually

RATE = 400.0
# what the last deed was, after which each is possible
AFTER = {
    "moderate": ("submitted",),
    "merge": ("submitted",),
    "assign": ("submitted", "moderate"),
    "invite": ("assign",),
    "accept": ("invite",),
    "finish": ("accept",),
    "resolve": ("assign", "finish"),
}


class City:
    """Refuses every third request, breaks off every fifth, and does each key once."""

    def __init__(self) -> None:
        self.done: dict[str, dict[str, Any]] = {}
        self.keys: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def ask(self, path: str, key: str | None) -> Answer:
        with self._lock:
            number = next(self._numbers)
            if number % 5 == 0:
                raise http.client.RemoteDisconnected("closed")
            if number % 3 == 0:
                return _answer(503, {"code": "busy"}, retry_after="0")
            if key is None:
                return _answer(200, {"id": "x", "version": 1})
            self.keys[key] += 1
            if key not in self.done:
                self.done[key] = self._do(path, key)
            return _answer(201, self.done[key])

    def _do(self, path: str, key: str) -> dict[str, Any]:
        if path == "/v1/reports":
            return {"id": key, "version": 1, "state": "submitted"}
        _, _, report, deed = path.strip("/").split("/")
        deeds = [one["state"] for one in self.done.values() if one["id"] == report]
        assert deeds[-1] in AFTER[deed], "not possible yet"
        return {"id": report, "version": len(deeds) + 1, "state": deed}


class Phone:
    """A client of that city."""

    seconds = 1.0

    def __init__(self, city: City) -> None:
        self._city = city

    def get(self, path: str) -> Answer:
        return self._city.ask(path, None)

    def post(self, path: str, body: Any, *, Idempotency_Key: str) -> Answer:  # noqa: N803
        return self._city.ask(path, Idempotency_Key)


def _answer(status: int, body: dict[str, Any], retry_after: str | None = None) -> Answer:
    headers = Message()
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return Answer(status, headers, json.dumps(body).encode())


def test_everything_asked_for_is_done_in_the_end() -> None:
    city = City()
    phone: Any = Phone(city)
    people = People([Person("a", phone), Person("b", phone, "b@x")], phone, phone, phone, "proof")
    history = History()
    with Load(people, history, rate=RATE) as load:
        eventually(lambda: len(city.done) > 60, what="some done")
    assert load.outstanding == 0
    attempts = history.attempts()
    accepted = {one.key for one in attempts if one.is_write and one.type == "ok"}
    assert accepted == {one.key for one in attempts if one.is_write} == set(city.done)
    assert {one.status for one in attempts} == {200, 201, 503, None}
    # one in twenty is asked once more, nothing more often than that
    assert 1 in city.keys.values() and max(city.keys.values()) == 2


def test_never_more_than_the_rate() -> None:
    city = City()
    phone: Any = Phone(city)
    people = People([Person("a", phone)], phone, phone, phone, "proof")
    history = History()
    with Load(people, history, rate=50.0):
        eventually(lambda: len(history.lines()) > 60, what="a load")
    began = [one.began for one in history.attempts()]
    assert len(began) <= (began[-1] - began[0]) / 1e9 * 50.0 + 2
