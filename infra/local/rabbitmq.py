"""A private RabbitMQ node: loopback only, one generated user, little memory."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

from infra.local import packages
from infra.local.state import State, write

URL = "AMQP_URL"
USER = "kota"


class RabbitMQ:
    """The node of one stack."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._folder = state.folder.resolve() / "rabbitmq"
        self._ports = state.ports()

    def url(self) -> str:
        """Where services connect."""
        password = self._state.password("rabbitmq")
        return self.external or f"amqp://{USER}:{password}@127.0.0.1:{self._ports['amqp']}/"

    @property
    def external(self) -> str | None:
        """The URL of the operator's own broker; None if ours is used."""
        return self._state.given(URL)

    def problem(self) -> str | None:
        """Why the broker takes no connections; None if it does."""
        server = urlsplit(self.url())
        port = server.port or (5671 if server.scheme == "amqps" else 5672)
        try:
            socket.create_connection((server.hostname or "127.0.0.1", port), timeout=2).close()
        except OSError as error:
            return str(error)
        return None

    def initialise(self) -> None:
        """Write the node's configuration."""
        write(
            self._folder / "rabbitmq.conf",
            f"listeners.tcp.1 = 127.0.0.1:{self._ports['amqp']}\n"
            f"default_user = {USER}\n"
            f"default_pass = {self._state.password('rabbitmq')}\n"
            "loopback_users = none\n"
            "disk_free_limit.absolute = 200MB\n"
            "vm_memory_high_watermark.absolute = 400MB\n"
            "log.console = false\nlog.file.level = warning\n",
        )
        write(self._folder / "enabled_plugins", "[].\n")

    def command(self) -> list[str]:
        """The command that runs the node in the foreground."""
        return [str((packages.rabbitmq_sbin() or Path("/usr/sbin")) / "rabbitmq-server")]

    def environment(self) -> dict[str, str]:
        """What the node's scripts read; HOME holds the cookie, so it is ours alone."""
        folder = str(self._folder)
        return {
            "HOME": folder,
            "RABBITMQ_NODENAME": f"kota-{self._state.short}@localhost",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_DIST_PORT": str(self._ports["amqp_distribution"]),
            "ERL_EPMD_PORT": str(self._ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # two schedulers that do not spin, and the distribution on loopback only
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
                " -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }


def beam_under(pid: int) -> int:
    """The Erlang machine below the script that started it; the script itself before that."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in map(int, children):
        if "beam" in Path(f"/proc/{child}/comm").read_text():
            return child
        found = beam_under(child)
        if found != child:
            return found
    return pid
