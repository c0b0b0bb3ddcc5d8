"""The state folder of one stack: where things are, which ports, which secrets."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from infra.vault.needs import SERVICES
from infra.vault.vault import Vault, write

ROOT = Path(__file__).resolve().parent.parent.parent
CITY_PACK = ROOT / "infra" / "city" / "tangsel"
PROCESSES = (*SERVICES, "gateway")
GATEWAYS = 2
MOST_GATEWAYS = 8
# its last digit is 0 and makes room for the number of the gateway process
GATEWAY_ADMIN_BASE = "gateway_admin_base"
PORT_NAMES = (
    *("postgres", "amqp", "smtp", "amqp_distribution", "amqp_metrics", "epmd"),
    *(f"{service}_admin" for service in SERVICES),
)
# what an operator may give, kept for later commands
MAIL_SETTINGS = ("SMTP_URL", "MAIL_FROM", "PUBLIC_URL")
GATEWAY_SETTINGS = ("PUBLIC_URL", "OPEN311_CONTACT")
TRACE_SETTINGS = ("OTLP_ENDPOINT", "TRACE_RATIO")
# below the range from which the kernel takes the ports of outgoing connections
PORTS = range(15_000, 30_000)
# of all the folders that this process knows, whether they are in use or not
_known_ports: set[int] = set()


@dataclass(frozen=True)
class State(Vault):
    """A stack's folder. Everything in it can be made again, except the data."""

    @cached_property
    def short(self) -> str:
        """Eight letters that stand for this folder, for names that must be short and unique."""
        return hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:8]

    @cached_property
    def runtime(self) -> Path:
        """A folder with a short path, for sockets (their paths are limited to 107 bytes)."""
        base = Path(os.environ.get("XDG_RUNTIME_DIR", tempfile.gettempdir()))
        return base / f"kota-{os.getuid()}-{self.short}"

    @property
    def logs(self) -> Path:
        """Logs of all processes."""
        return self.folder / "logs"

    @property
    def supervisor_conf(self) -> Path:
        """supervisord's configuration."""
        return self.folder / "supervisord.conf"

    @property
    def city_pack(self) -> Path:
        """The active city pack: what `kota city load` chose, else the example city."""
        loaded = self.folder.resolve() / "city" / "active"
        return loaded if loaded.exists() else CITY_PACK

    @property
    def files(self) -> Path:
        """What people upload."""
        return self.folder / "files"

    @property
    def mail(self) -> Path:
        """What the local mail sink was handed: a Maildir."""
        return self.folder / "mail"

    def prepare(self) -> None:
        """Make the folders."""
        for folder in (self.folder, self.logs, self.key("x").parent):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.secret("x").parent, self.files):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        self.runtime.mkdir(mode=0o700, parents=True, exist_ok=True)

    def ports(self) -> dict[str, int]:
        """Port numbers by name: chosen free once, then kept."""
        file = self.folder / "ports.json"
        known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        missing = [name for name in PORT_NAMES if name not in known]
        if missing or GATEWAY_ADMIN_BASE not in known:
            base = known.get(GATEWAY_ADMIN_BASE) or _free_ten()
            known |= dict(zip(missing, _free_ports(len(missing), base), strict=True))
            known[GATEWAY_ADMIN_BASE] = base
            write(file, json.dumps(known, indent=1))
        base = known[GATEWAY_ADMIN_BASE]
        _known_ports.update(known.values(), range(base, base + MOST_GATEWAYS))
        return known

    def admin_port(self, process: str) -> int:
        """The admin port of a service, of the gateway (its first process) or of `gateway-N`."""
        program, _, number = process.partition("-")
        if program == "gateway":
            return self.ports()[GATEWAY_ADMIN_BASE] + int(number or 0)
        return self.ports()[f"{program}_admin"]

    def given(self, name: str) -> str | None:
        """An operator's variable: as it is now, else as it was when the stack was last started."""
        kept = self.secret(f"given_{name}")
        return os.environ.get(name) or (kept.read_text() if kept.exists() else None)

    def remember(self, *names: str) -> None:
        """Keep operators' variables for commands that run without them."""
        for name in names:
            value = self.given(name)
            if value:
                write(self.secret(f"given_{name}"), value)


def _free_ports(count: int, base: int) -> list[int]:
    """Side by side: strewn about they would leave no ten free, once a process knows many states."""
    found: list[int] = []
    port = _random_port()
    while len(found) < count:
        if port // 10 != base // 10 and _is_nobodys(port):
            found.append(port)
        port = port + 1 if port + 1 in PORTS else PORTS.start
    return found


def _free_ten() -> int:
    while True:
        base = _random_port() // 10 * 10
        if all(_is_nobodys(base + number) for number in range(MOST_GATEWAYS)):
            return base


def _random_port() -> int:
    return secrets.choice(PORTS)


def _is_nobodys(port: int) -> bool:
    return port not in _known_ports and is_free(port)


def is_free(port: int) -> bool:
    """Whether nobody listens on that port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
