"""What `status` and `doctor` look at. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from infra.kota.broker import Broker, Unreachable
from infra.kota.contracts import all_contracts
from infra.kota.databases import session
from infra.kota.deployment import SERVICES, Deployment
from infra.local.readiness import ask
from services.chassis.contract import dead_letter_queue
from services.chassis.database import Session
from services.chassis.errors import DomainError
from services.chassis.overview import overview
from services.notify import mail_queries

# what waits longer than this does not just wait its turn
OUTBOX_OLD_SECONDS = 30.0
UNSEALED_OLD_SECONDS = 30.0
MAIL_OLD_SECONDS = 900.0

Found = dict[str, Any]


def readiness(here: Deployment) -> Found:
    """What the gateway says of itself and of every service; {} if it does not answer."""
    return ask(f"{here.base_url}/readyz?all=1")


def services() -> list[Found]:
    """The numbers of each service, and whether they are as they should be.

    A database that cannot be asked has `problem` instead.
    """
    return [_service(name) for name in SERVICES]


def queues(here: Deployment) -> list[Found]:
    """Every event queue and dead-letter queue; one row with `problem` if the broker is away."""
    contracts = all_contracts()
    events = [one.queue for contract in contracts for one in contract.subscriptions]
    dead = [dead_letter_queue(contract.service) for contract in contracts]
    try:
        looks = Broker(here.amqp_url).look([*events, *dead])
    except Unreachable as problem:
        return [{"name": "broker", "problem": str(problem), "well": False}]
    return [_queue(asdict(look), is_dead=look.name in dead) for look in looks]


def mail() -> Found:
    """How the queue of e-mail stands."""

    def look(opened: Session) -> Found:
        found = mail_queries.standing(opened)
        return found | {"well": found["waiting_seconds"] < MAIL_OLD_SECONDS}

    return _asked("notify", look)


def processes(here: Deployment) -> list[Found]:
    """The native stack's processes; [] elsewhere, or if none runs."""
    if not here.is_native:
        return []
    from infra.local.processes import running

    return running(here.state)


def broker_users(here: Deployment) -> Found:
    """mode: `each` if every process is a user of its own at the broker, `one` if all share one.

    {} where that is not known: elsewhere than on a native stack.
    """
    urls = {name: here.given_to(name, "AMQP_URL") for name in (*SERVICES, "gateway-0")}
    users = {name: urlsplit(url).username for name, url in urls.items() if url}
    if not users:
        return {}
    is_each = len(set(users.values())) == len(users)
    return {"mode": "each" if is_each else "one", "users": users}


def _service(name: str) -> Found:
    def look(opened: Session) -> Found:
        found = asdict(overview(name, opened))
        return found | {
            "well": not found["missing"]
            and not found["inbox_parked"]
            and found["outbox_seconds"] < OUTBOX_OLD_SECONDS
            and found["unsealed_seconds"] < UNSEALED_OLD_SECONDS
        }

    return {"service": name, **_asked(name, look)}


def _asked(service: str, look: Callable[[Session], Found]) -> Found:
    try:
        with session(service) as opened:
            return look(opened)
    except DomainError as problem:
        return {"problem": f"the database does not answer ({problem.code})", "well": False}


def _queue(found: Found, *, is_dead: bool) -> Found:
    if found["messages"] is None:
        return found | {"problem": "is not there", "well": False}
    is_used = is_dead or bool(found["consumers"])
    empty_enough = not (is_dead and found["messages"])
    return found | {"dead_letters": is_dead, "well": is_used and empty_enough}
