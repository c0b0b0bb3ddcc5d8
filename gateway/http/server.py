"""The listener: takes connections, keeps their number bounded, ends them gently."""

from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import eventlet
import structlog
from eventlet import Timeout
from eventlet.greenio import GreenSocket

from gateway.http import limits
from gateway.http.connection import Answer, Connection, Refuse
from gateway.http.message import BodyLimit, Underway

log = structlog.get_logger(__name__)

BACKLOG = 1_024
_TRANSIENT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED)


class HttpServer:
    """Serves connections of one listening socket, at most `connections` at once.

    When all places are taken, the connection that has waited longest for (the rest of) a request
    gives way, so that idle clients never lock others out.
    """

    def __init__(
        self, listener: Any, answer: Answer, refuse: Refuse, body_limit: BodyLimit,
        *, connections: int,
    ) -> None:  # fmt: skip
        underway = self._underway = Underway()
        self._listener = listener
        self._make = lambda sock, peer: Connection(sock, peer, answer, refuse, body_limit, underway)
        self._most = connections
        # in the order in which they came
        self._open: dict[Connection, Any] = {}
        self._accepting: Any = None

    def start(self) -> None:
        """Take connections from now on."""
        _allow_files(self._most + 256)
        self._accepting = eventlet.spawn(self._accept)

    def stop(self) -> None:
        """Take no more; answer what has begun; return within STOP_SECONDS."""
        self._accepting.kill()
        with suppress(OSError):
            self._listener.close()
        for connection in list(self._open):
            connection.finish()
        with Timeout(limits.STOP_SECONDS, False):
            self._end_when(lambda c: c.is_endless or (c.is_idle and c.served > 0))
            with Timeout(limits.LAST_CALL_SECONDS, False):
                self._wait_all()
            self._end_when(lambda c: c.is_idle)
            self._wait_all()
        self._end_when(lambda c: True)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    @property
    def body_bytes(self) -> int:
        """How much of bodies is held for requests that are not answered yet."""
        return self._underway.held

    def _accept(self) -> None:
        while True:
            try:
                sock, address = self._listener.accept()
            except OSError as error:
                if error.errno not in _TRANSIENT:
                    raise
                log.warning("cannot take a connection", error=str(error))
                self._make_room()
                eventlet.sleep(0.05)
                continue
            if len(self._open) >= self._most and not self._make_room():
                sock.close()
                continue
            with suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._begin(self._make(sock, address[0]))

    def _begin(self, connection: Connection) -> None:
        thread = eventlet.spawn(connection.serve)
        self._open[connection] = thread
        thread.link(lambda _: self._open.pop(connection, None))

    def _make_room(self) -> bool:
        """End the longest-waiting connection that serves nobody; whether there was one."""
        for connection in self._open:
            if connection.is_idle:
                self._end(connection)
                return True
        return False

    def _end_when(self, condition: Callable[[Connection], bool]) -> None:
        for connection in [c for c in self._open if condition(c)]:
            self._end(connection)

    def _end(self, connection: Connection) -> None:
        thread = self._open.pop(connection, None)
        if thread is not None:
            thread.kill()

    def _wait_all(self) -> None:
        for thread in list(self._open.values()):
            thread.wait()


def open_listener(host: str, port: int, socket_fd: int | None) -> Any:
    """The listening socket: inherited if `socket_fd` is given, else bound here.

    An inherited one is shared by several processes and outlives each of them, so a restart of one
    resets nobody.
    """
    if socket_fd is None:
        return eventlet.listen((host, port), backlog=BACKLOG, reuse_addr=True, reuse_port=False)
    inherited = socket.socket(fileno=os.dup(socket_fd))
    inherited.listen(BACKLOG)
    return GreenSocket(inherited)


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
