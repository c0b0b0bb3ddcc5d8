"""What must be there before services start: databases, migrations, topology, accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from infra.local.environment import Environment
from infra.local.state import CITY_PACK, ROOT, SERVICES, write
from infra.vault import identity


class NotPrepared(Exception):
    """A step failed; the message says which, and what it said."""


def prepare(environment: Environment, gateways: int) -> None:
    """Make all of it, as far as possible at once; safe to repeat. Raises NotPrepared."""
    environment.postgres.create_databases()
    for name in (*SERVICES, *(f"gateway-{number}" for number in range(gateways))):
        _write_down(environment, name)
    identity.make_logins(environment.state.logins, CITY_PACK)
    jobs = [
        (["services.chassis.migrate", *SERVICES], _databases(environment)),
        (["infra.kota", "topology"], {"AMQP_URL": environment.rabbitmq.url()}),
    ]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda job: _run(*job), jobs))
    logins = str(environment.state.logins.resolve())
    _run(["services.registry.provision", logins], environment.of("registry"))


def _write_down(environment: Environment, process: str) -> None:
    file = environment.state.folder / "environment" / f"{process}.json"
    write(file, json.dumps(environment.of(process), indent=1))


def _databases(environment: Environment) -> dict[str, str]:
    return {
        f"{variable}_{name.upper()}": environment.of(name)[variable]
        for name in SERVICES
        for variable in ("DATABASE_URL", "MIGRATION_DATABASE_URL")
    }


def _run(module: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *module],
        env=os.environ | environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise NotPrepared(f"{module[0]} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
