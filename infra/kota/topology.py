"""`kota topology`: the broker's users with their rights, and every exchange and queue."""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

import typer
from kombu.exceptions import OperationalError

from infra.kota.contracts import all_contracts
from infra.kota.deployment import Deployment
from infra.kota.output import fail
from infra.rabbitmq.definitions import Login, NotOurs, apply, document
from infra.rabbitmq.management import Management
from infra.rabbitmq.rights import all_rights
from services.chassis import topology
from services.chassis.contract import Contract


def declare(
    amqp_url: str = typer.Option(
        None, envvar="AMQP_URL", help="the broker, as a user who may declare everything"
    ),
    management_url: str = typer.Option(
        None,
        envvar="RABBITMQ_MANAGEMENT_URL",
        help="http://user:password@host:15672 of an administrator: also give each process a user"
        " of its own, named with its password in AMQP_URL_REGISTRY, … AMQP_URL_GATEWAY",
    ),
) -> None:
    """Declare all users, exchanges and queues that the contracts name; safe to repeat."""
    amqp_url = amqp_url or Deployment().amqp_url
    contracts = all_contracts()
    try:
        if management_url:
            _users(management_url, _vhost(amqp_url), contracts)
        declared = topology.declare(amqp_url, contracts)
    except OperationalError as error:
        fail(f"the broker does not answer, or refuses: {error}")
    except (OSError, NotOurs) as error:
        fail(str(error))
    typer.echo(f"topology: {len(declared)} exchanges and queues declared")


def _users(management_url: str, vhost: str, contracts: Sequence[Contract]) -> None:
    try:
        broker = Management(management_url)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="RABBITMQ_MANAGEMENT_URL") from None
    logins = {process: _login(process) for process in topology.processes(contracts)}
    if len({login.user for login in logins.values()}) < len(logins):
        raise typer.BadParameter("two processes have the same user", param_hint="AMQP_URL_…")
    gone = apply(broker, document(all_rights(contracts), logins, vhost=vhost))
    typer.echo(f"users: {len(logins)} with their rights, {len(gone)} deleted")


def _login(process: str) -> Login:
    name = f"AMQP_URL_{process.upper()}"
    login = Login.of_url(os.environ.get(name, ""))
    if not login.user or not login.password:
        raise typer.BadParameter(f"{name} must be set, with user and password", param_hint=name)
    return login


def _vhost(amqp_url: str) -> str:
    return unquote(urlsplit(amqp_url).path[1:]) or "/"
