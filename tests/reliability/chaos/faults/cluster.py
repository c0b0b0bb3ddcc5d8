"""A RabbitMQ cluster of three nodes on this machine, built as `infra/rabbitmq/README.md` says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import leftovers, packages
from infra.local.rabbitmq import USER, beam_under
from infra.local.state import State, is_free
from infra.rabbitmq.node import Node
from tests.waiting import eventually

PORTS = iter(range(18_740, 18_800))
NODES = (1, 2, 3)
START_SECONDS = 120.0


@dataclass
class Cluster:
    """Three nodes. state: a folder of their own, by which they are found again and ended."""

    state: State
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where everything of theirs lies."""
        return self.state.folder.resolve()

    @property
    def url(self) -> str:
        """One address with all nodes in it."""
        password = self.state.password("cluster")
        hosts = ",".join(f"127.0.0.1:{self.ports[f'amqp{n}']}" for n in NODES)
        return f"amqp://{USER}:{password}@{hosts}/"

    def open(self) -> None:
        """Make it, and start all nodes."""
        self.close()
        self.state.prepare()
        names = ["epmd", *(f"{kind}{n}" for kind in ("amqp", "dist") for n in NODES)]
        free = (port for port in PORTS if is_free(port))
        self.ports = {name: next(free) for name in names}
        for n in NODES:
            self._configure(n)
        for n in NODES:
            self.start(n)
            self.wait(n)

    def close(self) -> None:
        """End all nodes, and forget them."""
        leftovers.end(self.state)
        for process in self.processes.values():
            process.wait(30)
        self.processes.clear()
        for folder in (self.state.runtime, self.folder):
            shutil.rmtree(folder, ignore_errors=True)

    def start(self, n: int) -> None:
        """Start a node in the background."""
        script = (packages.rabbitmq_sbin() or Path("/usr/sbin")) / "rabbitmq-server"
        environment = leftovers.marked(self.state) | self.environment(n)
        with (self.folder / f"{n}.out").open("ab") as out:
            self.processes[n] = subprocess.Popen(
                [script], env=environment, cwd="/", stdout=out, stderr=out, start_new_session=True
            )

    def wait(self, n: int) -> None:
        """Until a node takes connections."""
        eventually(lambda: not is_free(self.ports[f"amqp{n}"]), START_SECONDS, f"broker node {n}")

    def kill(self, n: int) -> None:
        """kill -9."""
        process = self.processes.pop(n)
        os.kill(beam_under(process.pid), signal.SIGKILL)
        process.wait(30)

    def leader(self, queue: str) -> int:
        """Which node leads a quorum queue."""
        living = next(iter(self.processes))
        said = self.node(living).run("--formatter", "json", "list_queues", "name", "leader")
        leaders = {row["name"]: row["leader"] for row in json.loads(said)}
        return next(n for n in NODES if self._name(n) == leaders[queue])

    def node(self, n: int) -> Node:
        """A node, for administering it."""
        sbin = packages.rabbitmq_sbin() or Path("/usr/sbin")
        return Node(sbin / "rabbitmqctl", self.environment(n))

    def environment(self, n: int) -> dict[str, str]:
        """What a node's scripts read; one HOME is one cookie."""
        loopback = "-kernel inet_dist_use_interface {127,0,0,1}"
        quiet = "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": self._name(n),
            "RABBITMQ_CONFIG_FILE": f"{self.folder}/{n}.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{self.folder}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{self.folder}/data",
            "RABBITMQ_LOG_BASE": f"{self.folder}/log",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_DIST_PORT": str(self.ports[f"dist{n}"]),
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{quiet} {loopback}",
            "RABBITMQ_CTL_ERL_ARGS": loopback,
        }

    def _name(self, n: int) -> str:
        return f"chaos-{self.state.short}-{n}@localhost"

    def _configure(self, n: int) -> None:
        discovery = "cluster_formation.classic_config.nodes"
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{self.ports[f'amqp{n}']}",
            f"default_user = {USER}",
            f"default_pass = {self.state.password('cluster')}",
            "loopback_users = none",
            "disk_free_limit.absolute = 200MB",
            "vm_memory_high_watermark.absolute = 400MB",
            "log.console = false",
            "log.file.level = warning",
            "cluster_formation.peer_discovery_backend = classic_config",
            *(f"{discovery}.{one} = {self._name(one)}" for one in NODES),
            "cluster_partition_handling = pause_minority",
        ]
        (self.folder / f"{n}.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "enabled_plugins").write_text("[].\n")
