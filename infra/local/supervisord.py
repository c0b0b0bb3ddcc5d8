"""supervisord that never lets go of a listening socket (`python -m infra.local.supervisord`).

Its own way is to close the socket when the last process of a group ends. A client that comes then
is refused, and if somebody else takes the port meanwhile, supervisord itself dies of it.
"""

from __future__ import annotations

import socket

from supervisor import process
from supervisor.socket_manager import SocketManager
from supervisor.supervisord import main

_held: dict[str, socket.socket] = {}


class HoldingSocketManager(SocketManager):
    """Opens each address once and keeps it open, also when its group is configured anew."""

    def _prepare_socket(self) -> None:
        url = self.socket_config.url
        if url in _held:
            self.socket, self.prepared = _held[url], True
            return
        super()._prepare_socket()
        _held[url] = self.socket

    def _close(self) -> None:
        self.prepared = False


if __name__ == "__main__":
    process.SocketManager = HoldingSocketManager
    main()
