"""PostgreSQL and RabbitMQ from the system's packages. Standard library only.

The package manager must not start servers of its own: ours are private.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# program and package: rate limits that several gateways share; alert rules; shell scripts; a
# process whose clock is wrong
TEST_TOOLS = {
    "redis-server": "redis-server",
    "promtool": "prometheus",
    "shellcheck": "shellcheck",
    "faketime": "faketime",
}
SUPPORTED_POSTGRES = ("17", "16", "15")
_POLICY = Path("/usr/sbin/policy-rc.d")
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/kota-cerdas.conf")


class CannotInstall(Exception):
    """Something is missing that we cannot install; the message says what to do."""


def ensure(
    *, external_postgres: bool = False, external_broker: bool = False, for_tests: bool = False
) -> None:
    """Install what is missing. Raises CannotInstall with the exact command otherwise.

    for_tests: what only tests and gates need, too.
    """
    external_postgres = external_postgres or "POSTGRES_ADMIN_URL" in os.environ
    external_broker = external_broker or "AMQP_URL" in os.environ
    missing: list[str] = []
    if not external_postgres and postgres_bin() is None:
        missing.append("postgresql")
    if not external_broker and (rabbitmq_sbin() is None or shutil.which("erl") is None):
        missing.append("rabbitmq-server")
    if for_tests:
        missing += [name for tool, name in TEST_TOOLS.items() if shutil.which(tool) is None]
    if missing:
        _install(missing)


def postgres_bin() -> Path | None:
    """The folder of initdb and postgres, the newest supported version; None if there is none."""
    folders = [Path(f"/usr/lib/postgresql/{version}/bin") for version in SUPPORTED_POSTGRES]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists()), None)


def rabbitmq_sbin() -> Path | None:
    """The folder of RabbitMQ's own scripts.

    Debian's /usr/sbin/rabbitmq-server is not it: that one changes to another user.
    """
    roots = (Path("/usr/lib/rabbitmq/lib"), Path("/opt/rabbitmq"), Path("/usr/local/lib/rabbitmq"))
    found = [
        folder
        for root in roots
        for folder in (*sorted(root.glob("rabbitmq_server-*/sbin"), reverse=True), root / "sbin")
    ]
    return next((f for f in found if (f / "rabbitmq-server").exists()), None)


def _install(names: list[str]) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    advice = f"Missing: {', '.join(names)}. Install with: sudo {' '.join(command)}"
    if shutil.which("apt-get") is None:
        raise CannotInstall(
            f"Missing: {', '.join(names)} (PostgreSQL 15-17, RabbitMQ 3.10 or newer with Erlang). "
            "Install them with your system's package manager."
        )
    prefix = _privilege()
    if prefix is None:
        raise CannotInstall(advice)
    print(f"  installing {', '.join(names)} (a minute or two) …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _servers_stay_down(prefix):
        for step in (["apt-get", "update", "-qq"], command):
            done = subprocess.run(
                [*prefix, *step], env=quiet, capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise CannotInstall(f"{done.stderr.strip()[-2000:]}\n{advice}")


def _privilege() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["sudo", "-n"]
    return None


@contextmanager
def _servers_stay_down(prefix: list[str]) -> Iterator[None]:
    """Forbid package scripts to start servers or make clusters while we install."""
    files = {_POLICY: "#!/bin/sh\nexit 101\n", _NO_CLUSTER: "create_main_cluster = false\n"}
    ours = {path: text for path, text in files.items() if not path.exists()}
    try:
        for path, text in ours.items():
            script = 'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod 755 "$1"'
            subprocess.run(
                [*prefix, "sh", "-c", script, "sh", str(path)], input=text, text=True, check=True
            )
        yield
    finally:
        for path in ours:
            subprocess.run([*prefix, "rm", "-f", str(path)], check=False)
