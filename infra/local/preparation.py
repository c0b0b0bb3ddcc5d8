"""What must be there before services start: databases, migrations, topology, accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from infra.kota.contracts import all_contracts
from infra.local.environment import Environment
from infra.local.rabbitmq import MANAGEMENT_URL
from infra.local.state import PROCESSES, ROOT, SERVICES, write
from infra.rabbitmq.definitions import NotOurs, document
from infra.rabbitmq.rights import all_rights
from infra.vault import identity


class NotPrepared(Exception):
    """A step failed; the message says which, and what it said."""


def prepare_servers(environment: Environment, gateways: int) -> None:
    """Make databases, perhaps without tables, and write down how to reach everything."""
    _write_all_down(environment, gateways)
    environment.postgres.create_databases()


def prepare(
    environment: Environment,
    gateways: int,
    *,
    await_postgres: Callable[[], None],
    await_broker: Callable[[], None],
) -> None:
    """Make all of it, as far as possible at once; safe to repeat. Raises NotPrepared.

    The broker takes longest to start; databases and accounts are made meanwhile.
    """
    # makes what secrets there are not yet, so that not two do so at once
    _write_all_down(environment, gateways)
    identity.make_logins(environment.state.logins, environment.state.city_pack)

    def databases() -> None:
        await_postgres()
        environment.postgres.create_databases()
        _migrate(environment)
        _accounts(environment)

    def broker() -> None:
        await_broker()
        _broker(environment)

    with ThreadPoolExecutor() as pool:
        for job in [pool.submit(databases), pool.submit(broker)]:
            job.result()


def _accounts(environment: Environment) -> None:
    logins = str(environment.state.logins.resolve())
    _run(["services.registry.provision", logins], environment.of("registry"))


def _write_all_down(environment: Environment, gateways: int) -> None:
    for name in (*SERVICES, *(f"gateway-{number}" for number in range(gateways))):
        _write_down(environment, name)


def _write_down(environment: Environment, process: str) -> None:
    file = environment.state.folder / "environment" / f"{process}.json"
    write(file, json.dumps(environment.of(process), indent=1))


def _migrate(environment: Environment) -> None:
    _run(["services.chassis.migrate", *SERVICES], _databases(environment))


def _broker(environment: Environment) -> None:
    rabbitmq = environment.rabbitmq
    told = {"AMQP_URL": rabbitmq.url()}
    if rabbitmq.management:
        told[MANAGEMENT_URL] = rabbitmq.management
        told |= {f"AMQP_URL_{name.upper()}": rabbitmq.url_of(name) for name in PROCESSES}
    elif rabbitmq.has_users:
        logins = {name: rabbitmq.login(name) for name in PROCESSES}
        try:
            rabbitmq.apply(
                document(all_rights(all_contracts()), logins, operator=rabbitmq.operator())
            )
        except (OSError, NotOurs) as error:
            raise NotPrepared(f"the users of the broker: {error}") from None
    _run(["infra.kota", "topology"], told)


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
