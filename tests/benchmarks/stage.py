"""The city that is measured: a native stack of its own that refuses no load for its rate."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import psycopg2
from PIL import Image

from infra.local import postgres, rabbitmq
from infra.local.stack import Stack
from infra.local.state import MAIL_SETTINGS, SERVICES, TRACE_SETTINGS, is_free
from tests.benchmarks.load import Plan, Seen, run
from tests.client import Client, log_in
from tests.waiting import eventually

PORTS = range(18_400, 18_500)
# they are counted as ever, only the limit is far away
KNOBS = {"RATE_LIMIT_SCALE": "1000000", "HOLD_SUSPECTED": "false"}
CITIZENS = ("citizen-1", "citizen-2")
OFFICERS = ("officer-dlh",)
TOKEN_SECONDS = 600.0
DRAIN_SECONDS = 120.0
_HANDLED = "SELECT count(*) FROM chassis.inbox WHERE handler = %s AND state = 'done'"

Say = Callable[[str], None]


class Stage:
    """The stack in `folder`. say: told what is going on. gateways: how many processes."""

    def __init__(self, folder: Path, say: Say, *, gateways: int = 2) -> None:
        # an operator's own servers are not for measuring
        for name in (postgres.ADMIN_URL, rabbitmq.URL, *MAIL_SETTINGS, *TRACE_SETTINGS):
            os.environ.pop(name, None)
        port = next(port for port in PORTS if is_free(port))
        self._new = partial(Stack, folder, port, gateways=gateways, extra=KNOBS, progress=say)
        self._stack = self._new()
        self._is_open = False
        self._tokens: dict[str, tuple[str, float]] = {}

    @property
    def stack(self) -> Stack:
        """The running stack, started when it is asked for first. Raises NotStarted."""
        if not self._is_open:
            self._is_open = True
            self._stack.down()
            self._stack.forget()
            self._stack = self._new()
            self._stack.up()
        return self._stack

    def close(self) -> None:
        """Stop it and forget its data."""
        if self._is_open:
            self._stack.down()
            self._stack.forget()
            self._is_open = False
            self._tokens.clear()
            self.__dict__.pop("_photo", None)

    def client(self, login: str) -> Client:
        """Somebody who is logged in, with a token that lasts for a while."""
        token, until = self._tokens.get(login, ("", 0.0))
        if until < time.monotonic():
            fresh = log_in(self.stack.base_url, self.stack.state.logins, login).token
            token, until = str(fresh), time.monotonic() + TOKEN_SECONDS
            self._tokens[login] = token, until
        return Client(self.stack.base_url, token)

    def crew(self) -> dict[str, Any]:
        """What lifecycles need: tokens, and a photo that is there already."""
        return {
            "citizens": [self.client(login).token for login in CITIZENS],
            "officers": [self.client(login).token for login in OFFICERS],
            "photos": [self._photo],
        }

    def load(self, journey: str, workers: int, seconds: float, **rest: Any) -> Seen:
        """Run a load on the gateway; see Plan."""
        return run(Plan(self.stack.port, journey, workers, seconds, **rest))

    def pids(self, *names: str) -> list[int]:
        """The process ids of programs, all their processes."""
        known = self.stack.supervisor.processes()
        found = [one for name in names for one in self.stack.supervisor.members(name)]
        return [int(known[one]["pid"]) for one in found]

    def groups(self) -> dict[str, list[int]]:
        """Whose CPU is counted, by name; what receives mail is no part of the city."""
        names = {"gateway": ["gateway"], "broker": ["rabbitmq"], "postgres": ["postgres"]}
        names |= {name: [name] for name in SERVICES} | {"mail sink": ["mail"]}
        return {name: self.pids(*programs) for name, programs in names.items()}

    def process_environment(self, name: str, **more: str) -> dict[str, str]:
        """What a further process of a program needs."""
        found = {**os.environ, **self.stack.environment(name), **more}
        found.pop("MIGRATION_DATABASE_URL", None)
        return found

    def query(self, service: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a service's database."""
        connection = psycopg2.connect(self.stack.postgres.urls(service)[0])
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def handled(self, handler: str = "tell_people", service: str = "notify") -> int:
        """How many events a handler has dealt with."""
        return int(self.query(service, _HANDLED, handler)[0][0])

    def wait_handled(self, count: int, handler: str = "tell_people") -> float:
        """Wait until a handler has dealt with so many; the seconds it took from now."""
        began = time.monotonic()
        eventually(lambda: self.handled(handler) >= count, DRAIN_SECONDS, f"{count} of {handler}")
        return time.monotonic() - began

    @cached_property
    def _photo(self) -> str:
        out = io.BytesIO()
        Image.effect_noise((640, 480), 60).save(out, "PNG")
        client = self.client(OFFICERS[0])
        answer = client.send("POST", "/v1/uploads", out.getvalue(), {"Content-Type": "image/png"})
        if answer.status != 201:
            raise RuntimeError(f"the photo was refused: {answer.text}")
        return str(json.loads(answer.text)["capability"])
