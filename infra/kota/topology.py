"""`kota topology`: the broker's users with their rights, every exchange and queue, and what is left
of earlier versions.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

import typer
from kombu.exceptions import OperationalError

from infra.kota.broker import Broker, Unreachable
from infra.kota.contracts import all_contracts
from infra.kota.deployment import Deployment
from infra.kota.output import fail
from infra.kota.pruning import prune
from infra.rabbitmq.definitions import Login, NotOurs, apply, document
from infra.rabbitmq.leftovers import Leftovers, leftovers
from infra.rabbitmq.management import Management
from infra.rabbitmq.node import Node
from infra.rabbitmq.rights import all_rights
from services.chassis import topology
from services.chassis.broker_users import BrokerUsers
from services.chassis.contract import Contract


def declare(
    amqp_url: str | None = typer.Option(
        None, envvar="AMQP_URL", help="the broker, as a user who may declare everything"
    ),
    management_url: str | None = typer.Option(
        None,
        envvar="RABBITMQ_MANAGEMENT_URL",
        help="http://user:password@host:15672 of an administrator: also give each process a user"
        " of its own, named with its password in AMQP_URL_REGISTRY, … AMQP_URL_GATEWAY",
    ),
    remove: bool = typer.Option(
        False, "--prune", help="remove queues and bindings of ours that no contract names any more"
    ),
    with_messages: bool = typer.Option(
        False,
        "--with-messages",
        help="with --prune: also queues that hold messages",
    ),
) -> None:
    """Declare all users, exchanges and queues that the contracts name; safe to repeat."""
    administered = _administered(amqp_url, management_url)
    amqp_url = amqp_url or Deployment().amqp_url
    contracts = all_contracts()
    try:
        if management_url:
            _users(management_url, _vhost(amqp_url), contracts)
        declared = topology.declare(amqp_url, contracts)
        typer.echo(f"topology: {len(declared)} exchanges and queues declared")
        if administered:
            found = leftovers(administered.definitions(), contracts, _vhost(amqp_url))
            _clear(Broker(amqp_url), found, remove, with_messages)
        elif remove:
            fail("set RABBITMQ_MANAGEMENT_URL: only an administrator sees what is left", 2)
    except OperationalError as error:
        fail(f"the broker does not answer, or refuses: {error}")
    except (OSError, NotOurs, Unreachable) as error:
        fail(str(error))


def _administered(amqp_url: str | None, management_url: str | None) -> Management | Node | None:
    """The broker as its administrator; None where we are not that."""
    if management_url:
        return _management(management_url)
    here = Deployment()
    if amqp_url or not here.is_native:
        return None
    from infra.local.rabbitmq import RabbitMQ
    from infra.local.state import State

    own = RabbitMQ(State(here.state))
    return None if own.external else own.node()


def _clear(broker: Broker, found: Leftovers, remove: bool, with_messages: bool) -> None:
    if remove:
        for told in prune(broker, found, with_messages=with_messages):
            typer.echo(told)
        return
    for name in (*found.bindings, *found.outlets, *found.queues):
        typer.echo(f"no contract names it any more: {name}")
    if found:
        typer.echo("kota topology --prune removes what holds no messages")


def _users(management_url: str, vhost: str, contracts: Sequence[Contract]) -> None:
    logins = {process: _login(process) for process in topology.processes(contracts)}
    _check_names(logins)
    gone = apply(_management(management_url), document(all_rights(contracts), logins, vhost=vhost))
    typer.echo(f"users: {len(logins)} with their rights, {len(gone)} deleted")


def _management(url: str) -> Management:
    try:
        return Management(url)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="RABBITMQ_MANAGEMENT_URL") from None


def _check_names(logins: Mapping[str, Login]) -> None:
    """By their users processes know one another, so these are named after them."""
    first, known = next((p, BrokerUsers(p, login.user)) for p, login in logins.items())
    for process, login in logins.items():
        if known.are_one or not known.is_of(login.user, process):
            words = (
                f"the user {login.user!r} of {process} must be named after it, with the same before"
                f" the name as for {first}: registry, reports … or kota-registry, kota-reports …"
            )
            raise typer.BadParameter(words, param_hint=f"AMQP_URL_{process.upper()}")


def _login(process: str) -> Login:
    name = f"AMQP_URL_{process.upper()}"
    login = Login.of_url(os.environ.get(name, ""))
    if not login.user or not login.password:
        raise typer.BadParameter(f"{name} must be set, with user and password", param_hint=name)
    return login


def _vhost(amqp_url: str) -> str:
    return unquote(urlsplit(amqp_url).path[1:]) or "/"
