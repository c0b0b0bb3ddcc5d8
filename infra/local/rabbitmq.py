"""A private RabbitMQ node: loopback only, generated users, little memory."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from infra.local import packages
from infra.local.state import State, write
from infra.rabbitmq.definitions import Login, apply
from infra.rabbitmq.node import Node
from services.chassis import broker_url

URL = "AMQP_URL"
MANAGEMENT_URL = "RABBITMQ_MANAGEMENT_URL"
USER = "kota"


class RabbitMQ:
    """The node of one stack."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._folder = state.folder.resolve() / "rabbitmq"
        self._ports = state.ports()

    def url(self) -> str:
        """Where the topology job and operators connect, with all rights."""
        password = self._state.password("rabbitmq")
        return self.external or f"amqp://{USER}:{password}@127.0.0.1:{self._ports['amqp']}/"

    def url_of(self, process: str) -> str:
        """Where a process connects, as a user of its own wherever we administer the users."""
        if not self.has_users:
            return self.url()
        server, login = urlsplit(self.url()), self.login(process)
        host = server.netloc.rpartition("@")[2]
        netloc = f"{login.user}:{quote(login.password, safe='')}@{host}"
        return urlunsplit((server.scheme, netloc, server.path, server.query, ""))

    def login(self, process: str) -> Login:
        """The user of a process."""
        return Login(process, self._state.password(f"amqp_{process}"))

    @property
    def has_users(self) -> bool:
        """Whether each process has a user; else all are the one that the operator gave."""
        return not self.external or self.management is not None

    @property
    def external(self) -> str | None:
        """The URL of the operator's own broker; None if ours is used."""
        return self._state.given(URL)

    @property
    def management(self) -> str | None:
        """The URL of the management API of the operator's own broker."""
        return self._state.given(MANAGEMENT_URL) if self.external else None

    def operator(self) -> Login:
        """The user of the topology job on our own node."""
        return Login(USER, self._state.password("rabbitmq"))

    def apply(self, document: Mapping[str, Any]) -> None:
        """Give the users of our own node their rights, unless they have just these already.

        Raises OSError.
        """
        kept = self._folder / "definitions.json"
        text = json.dumps(document, indent=1)
        if kept.exists() and kept.read_text() == text:
            return
        apply(self.node(), document)
        write(kept, text)

    def node(self) -> Node:
        """Our own node, for administering it."""
        return Node(self._script("rabbitmqctl"), self.environment())

    def problem(self) -> str | None:
        """Why the broker takes no connections; None if it does."""
        problems = [_problem_at(address) for address in broker_url.addresses(self.url())]
        # one node of a cluster is enough
        return None if None in problems else problems[-1]

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
            "log.console = false\nlog.file.level = warning\n"
            "prometheus.tcp.ip = 127.0.0.1\n"
            f"prometheus.tcp.port = {self._ports['amqp_metrics']}\n"
            # Prometheus reads from the source; nobody needs the second set of numbers
            "management_agent.disable_metrics_collector = true\n",
        )
        write(self._folder / "enabled_plugins", "[rabbitmq_prometheus].\n")

    def command(self) -> list[str]:
        """The command that runs the node in the foreground."""
        return [str(self._script("rabbitmq-server"))]

    def _script(self, name: str) -> Path:
        return (packages.rabbitmq_sbin() or Path("/usr/sbin")) / name

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
            "RABBITMQ_CTL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }


def _problem_at(address: tuple[str, int]) -> str | None:
    try:
        socket.create_connection(address, timeout=2).close()
    except OSError as error:
        return str(error)
    return None


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
