"""The load: twenty requests a second, never more, from clients that do not give up.

An open loop: a new request begins every 50 ms whether or not earlier ones were answered, as long as
one of the workers is free; a slot without a free worker is counted, not made up for. What was
refused or broke off is asked again with its key after `Retry-After`, and takes a slot like any
other. A few that were done are asked once more. The answers to what is possible decide what is
possible next, so the seed fixes the choices, not the history.
"""

from __future__ import annotations

import heapq
import http.client
import itertools
import queue
import random
import threading
import time
from typing import Any

from tests.client import Answer
from tests.reliability.chaos.errands import Errand, Errands
from tests.reliability.chaos.history import History, Type
from tests.reliability.chaos.people import People

RATE = 20.0
WORKERS = 64
CLIENT_SECONDS = 10.0
TORN = (OSError, http.client.HTTPException)
AGAIN = 0.05
# after a connection that broke off nobody said when to come back
PAUSE_SECONDS = 1.0
STOP_SECONDS = 60.0
_TOLD = ("id", "version", "state")


class Load:
    """A context: the load runs meanwhile; at its end everything asked for is done or given up."""

    def __init__(
        self,
        people: People,
        history: History,
        *,
        seed: int = 1,
        rate: float = RATE,
        first_process: int = 0,
    ) -> None:
        self.history = history
        self.errands = Errands(people, seed)
        self.skipped = 0
        self.rate = rate
        self._random = random.Random(seed)
        self._todo: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()
        self._later: list[tuple[float, int, Errand]] = []
        self._serial = itertools.count()
        self._open = 0
        self._lock = threading.Lock()
        self._takes_new = True
        self._runs = True
        self._threads = [threading.Thread(target=self._pace, daemon=True)]
        self._threads += [
            threading.Thread(target=self._work, args=(number,), daemon=True)
            for number in range(first_process, first_process + WORKERS)
        ]

    def __enter__(self) -> Load:
        for client in self._clients():
            client.seconds = CLIENT_SECONDS
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """No new errands; those that wait to be asked again are, for up to a minute."""
        self._takes_new = False
        until = time.monotonic() + STOP_SECONDS
        while self.outstanding and time.monotonic() < until:
            time.sleep(0.05)
        self._runs = False
        for _worker in self._threads[1:]:
            self._todo.put(None)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(CLIENT_SECONDS + 1)

    @property
    def outstanding(self) -> int:
        """How many errands are being asked or will be again."""
        with self._lock:
            return self._open + len(self._later)

    def _clients(self) -> list[Any]:
        people = self.errands.people
        return [
            people.guest,
            people.officer,
            people.helper,
            *(person.client for person in people.citizens),
        ]

    def _pace(self) -> None:
        slot = time.monotonic()
        while self._runs:
            slot += 1 / self.rate
            time.sleep(max(0.0, slot - time.monotonic()))
            self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._open >= WORKERS:
                self.skipped += 1
                return
            due = bool(self._later) and self._later[0][0] <= time.monotonic()
            if not due and not self._takes_new:
                return
            errand = heapq.heappop(self._later)[2] if due else None
            self._open += 1
        self._todo.put(errand or self.errands.next())

    def _work(self, process: int) -> None:
        while (errand := self._todo.get()) is not None:
            rest = self._ask(process, errand)
            with self._lock:
                self._open -= 1
                if rest is not None:
                    at = time.monotonic() + rest
                    heapq.heappush(self._later, (at, next(self._serial), errand))

    def _ask(self, process: int, errand: Errand) -> float | None:
        """Ask once; the seconds after which to ask again, None if not."""
        self.history.note(process, "invoke", errand.f, errand.asked)
        began = time.monotonic()
        try:
            answer = _sent(errand)
        except TORN as error:
            self._note(process, errand, "info", {"error": repr(error)}, began)
            return PAUSE_SECONDS if errand.body is not None else None
        told, type = _told(answer), _type(answer.status)
        self._note(process, errand, type, told, began, answer.status)
        if type == "ok":
            self.errands.done(errand, told)
        return self._rest(errand, type, told)

    def _rest(self, errand: Errand, type: Type, told: dict[str, Any]) -> float | None:
        if errand.body is None or (errand.again and type == "ok"):
            return None
        if type == "ok":
            errand.again = self._random.random() < AGAIN
            return 0.0 if errand.again else None
        if type == "fail" and "retry_after" not in told:
            return None
        return float(told.get("retry_after", PAUSE_SECONDS))

    def _note(
        self,
        process: int,
        errand: Errand,
        type: Type,
        told: dict[str, Any],
        began: float,
        status: int | None = None,
    ) -> None:
        seconds = round(time.monotonic() - began, 4)
        self.history.note(process, type, errand.f, told, status=status, seconds=seconds)


def _sent(errand: Errand) -> Answer:
    if errand.body is None:
        return errand.client.get(errand.path)
    return errand.client.post(errand.path, errand.body, Idempotency_Key=errand.key)


def _type(status: int) -> Type:
    if status < 300:
        return "ok"
    return "fail" if 400 <= status < 500 else "info"


def _told(answer: Answer) -> dict[str, Any]:
    try:
        body = answer.json
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        return {}
    told = {name: body[name] for name in _TOLD if name in body}
    if answer.status >= 300:
        told["code"] = body.get("code")
        retry_after = answer.headers.get("Retry-After", "")
        told |= {"retry_after": int(retry_after)} if retry_after.isdigit() else {}
    return told
