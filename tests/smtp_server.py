"""A mail server that does as it is told: accept, defer, refuse, or break off."""

from __future__ import annotations

import asyncio
from typing import Any

from aiosmtpd.controller import Controller

from tests.place import free_port


class Script:
    """What the server answers. at_rcpt, at_data: None accepts; `break` ends the connection.

    at_mail: what it says once, when it is told from whom.

    messages: what was accepted, (recipient, content). connections: how many were opened.
    """

    def __init__(self) -> None:
        self.at_mail: str | None = None
        self.at_rcpt: str | None = None
        self.at_data: str | None = None
        self.messages: list[tuple[str, bytes]] = []
        self.connections = 0
        self._transports: list[Any] = []

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        self._transports.append(server.transport)
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        said, self.at_mail = self.at_mail, None
        envelope.mail_from = envelope.mail_from if said else address
        return said or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.at_rcpt == "break":
            server.transport.abort()
        if self.at_rcpt is not None:
            return self.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.at_data in (None, "break"):
            self.messages.append((envelope.rcpt_tos[0], envelope.content))
        if self.at_data == "break":
            server.transport.abort()
            await asyncio.sleep(0)
        return self.at_data or "250 taken"

    def drop_connections(self) -> None:
        """As a server does to idle ones."""
        for transport in self._transports:
            transport.abort()
        self._transports.clear()


class MailServer:
    """A context: the running server. script: what it does. port: where."""

    def __init__(self) -> None:
        self.script = Script()
        self.port = free_port()
        self._controller = Controller(self.script, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def drop_connections(self) -> None:
        """End all connections, as a server does to idle ones."""
        loop = self._controller.loop
        done = asyncio.run_coroutine_threadsafe(_call(self.script.drop_connections), loop)
        done.result(timeout=5)


async def _call(what: Any) -> None:
    what()
