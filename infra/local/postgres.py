"""A private PostgreSQL cluster: loopback only, passwords only, never as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg2

from infra.local import packages
from infra.local.state import SERVICES, State
from infra.postgres.databases import create_database

ADMIN_URL = "POSTGRES_ADMIN_URL"
SUPERUSER = "postgres"
_OF_THE_SUPERUSER = frozenset(("user", "password", "passfile", "dbname", "sslcert", "sslkey"))
# small machines first; an operator's own server is configured by the operator
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "48MB",
    "wal_compression": "on",
    "max_wal_size": "512MB",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class Postgres:
    """The cluster of one stack. `user` is who it runs as (None: ourselves)."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._bin = packages.postgres_bin() or Path("/usr/bin")
        self.user = _unprivileged_user() if os.geteuid() == 0 else None
        self.port = state.ports()["postgres"]

    @property
    def external(self) -> str | None:
        """The superuser's URL of the operator's own server; None if ours is used."""
        return self._state.given(ADMIN_URL)

    @property
    def data(self) -> Path:
        """The data folder: in the state folder, or outside where its user cannot get in."""
        inside = self._state.folder.resolve() / "postgres"
        if self.user is None or _can_enter(self.user, inside.parent):
            return inside
        # a folder of our own name, made by us, closed to others
        return Path("/var/tmp", f"kota-cerdas-{self._state.short}", "postgres")  # noqa: S108

    def initialise(self) -> None:
        """Make the cluster if there is none yet."""
        if (self.data / "PG_VERSION").exists():
            return
        self.data.mkdir(parents=True, exist_ok=True)
        if self.data.parent.stat().st_uid != os.geteuid():
            raise RuntimeError(f"{self.data.parent} belongs to somebody else; remove it")
        password = self._state.runtime / "pgpass"
        password.write_text(self._state.password("postgres"))
        if self.user:
            shutil.chown(self.data, self.user)
            shutil.chown(password, self.user)
            self._state.runtime.chmod(0o711)
        self.data.chmod(0o700)
        try:
            self._run(
                "initdb", "-D", str(self.data), "-U", SUPERUSER, "-A", "scram-sha-256",
                "-E", "UTF8", "--locale=C.UTF-8", f"--pwfile={password}",
            )  # fmt: skip
        finally:
            password.unlink()
            self._state.runtime.chmod(0o700)

    def problem(self) -> str | None:
        """Why the server takes no connections; None if it does."""
        if not urlsplit(self.admin_url()).hostname:
            return f"{ADMIN_URL} must look like postgresql://user:password@host:port/postgres"
        try:
            psycopg2.connect(self.admin_url(), connect_timeout=2).close()
        except psycopg2.Error as error:
            return str(error).strip()
        return None

    def command(self) -> list[str]:
        """The command that runs the server in the foreground."""
        settings = [f"--{name.replace('_', '-')}={value}" for name, value in _SETTINGS.items()]
        return [str(self._bin / "postgres"), "-D", str(self.data), "-p", str(self.port), *settings]

    def admin_url(self) -> str:
        """The superuser's URL."""
        return self.external or self.url(SUPERUSER, self._state.password("postgres"), "postgres")

    def urls(self, service: str) -> tuple[str, str]:
        """(app role's URL, owner role's URL) of a service's database."""
        app, owner = f"{service}_app", f"{service}_owner"
        password = self._state.password
        return (
            self.url(app, password(f"database_{app}"), service),
            self.url(owner, password(f"database_{owner}"), service),
        )

    def create_databases(self) -> None:
        """A database per service, with an owner who migrates and a role for the service itself."""
        for service in SERVICES:
            password = self._state.password
            create_database(
                self.admin_url(),
                service,
                app_password=password(f"database_{service}_app"),
                owner_password=password(f"database_{service}_owner"),
                shared=bool(self.external),
            )

    def url(self, user: str, password: str, database: str) -> str:
        """The URL of a database on this server."""
        server = urlsplit(self.external or f"//127.0.0.1:{self.port}")
        host = server.netloc.rpartition("@")[2]
        # how to reach the server holds for everybody, who the superuser is does not
        query = urlencode(
            [(k, v) for k, v in parse_qsl(server.query) if k not in _OF_THE_SUPERUSER]
        )
        return urlunsplit(
            ("postgresql", f"{user}:{quote(password, safe='')}@{host}", database, query, "")
        )

    def _run(self, program: str, *arguments: str) -> None:
        prefix = ["runuser", "-u", self.user, "--"] if self.user else []
        done = subprocess.run(
            [*prefix, str(self._bin / program), *arguments],
            capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")


def _unprivileged_user() -> str:
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("PostgreSQL does not run as root, and there is no user for it")


def _can_enter(user: str, folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    test = subprocess.run(["runuser", "-u", user, "--", "test", "-x", str(folder)], check=False)
    return test.returncode == 0
