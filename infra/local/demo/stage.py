"""The stack on which the story is played: private, with a clock that moves, and gone afterwards."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import psycopg2

from infra.local import postgres, rabbitmq
from infra.local.demo.client import WAIT_SECONDS, Person
from infra.local.stack import Stack
from infra.local.state import MAIL_SETTINGS, SERVICES, is_free

MOVED = ("reports", "notify", "gateway")
_COUNTS = """
SELECT (SELECT count(*) FROM chassis.outbox),
  (SELECT count(*) FROM chassis.inbox WHERE state = 'done'),
  (SELECT count(*) FROM chassis.audit), (SELECT count(*) FROM chassis.audit_seal)"""


class Stage:
    """The stack in `folder`. say: told what is going on."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        # an operator's own servers are not for rehearsals
        for name in (postgres.ADMIN_URL, rabbitmq.URL, *MAIL_SETTINGS):
            os.environ.pop(name, None)
        self._folder = folder
        self._say = say
        self._port = next(port for port in iter(_random_port, 0) if is_free(port))
        self._offset = timedelta(0)
        self.stack = self._stack()

    def open(self) -> None:
        """Start everything. Raises NotStarted."""
        self.close()
        self.stack = self._stack()
        self.stack.up()

    def close(self) -> None:
        """Stop everything and forget it."""
        self.stack.down()
        self.stack.forget()

    def move_clock(self, by: timedelta) -> None:
        """Go on `by` later; tokens keep to the machine's clock."""
        self._offset += by
        self.stack = self._stack()
        self._say(f"{', '.join(MOVED)} start again, {self._offset.days} days later")
        # nobody has to be served meanwhile, so all at once
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.stack.supervisor.stop_process, MOVED))
        self.stack.up()

    def person(self, login: str) -> Person:
        """Somebody with an account."""
        logins = json.loads(self.stack.state.logins.read_text())
        password = next(entry["password"] for entry in logins if entry["login"] == login)
        return Person(self.stack.base_url).log_in(login, password)

    def mails(self) -> list[EmailMessage]:
        """What the mail sink holds, the oldest first."""
        files = sorted(self.stack.state.mail.glob("new/*"), key=lambda file: file.stat().st_mtime)
        parser = BytesParser(policy=policy.default)
        return [parser.parsebytes(file.read_bytes()) for file in files]

    def wait_mail(self, fits: Callable[[EmailMessage], object]) -> EmailMessage:
        """The newest message that fits, once it is there."""
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            found = [message for message in self.mails() if fits(message)]
            if found:
                return found[-1]
            time.sleep(0.1)
        raise SystemExit("the e-mail did not come")

    def books(self) -> list[tuple[str, int, int, int, int]]:
        """Per service: events waiting to leave, events handled, audit rows, seals over them."""
        found = []
        for service in SERVICES:
            connection = psycopg2.connect(self.stack.postgres.urls(service)[0])
            with connection.cursor() as cursor:
                cursor.execute(_COUNTS)
                waiting, handled, audited, seals = cursor.fetchone() or (0, 0, 0, 0)
            connection.close()
            found.append((service, waiting, handled, audited, seals))
        return found

    def _stack(self) -> Stack:
        return Stack(
            self._folder,
            self._port,
            gateways=1,
            clock_offset=self._offset,
            progress=self._say,
        )


def _random_port() -> int:
    return 15_000 + secrets.randbelow(15_000)
