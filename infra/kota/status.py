"""`kota status`: does everything run, and is everything where it should be?"""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console, Group

from infra.kota import looking
from infra.kota.deployment import Deployment
from infra.kota.output import AS_JSON, age, print_json, table

Found = dict[str, Any]

_PROCESSES = {
    "name": "process",
    "pid": "pid",
    "state": "state",
    "uptime": "uptime",
    "memory_mb": "memory MB (PSS)",
    "ready": "ready",
}
_SERVICES = {
    "service": "service",
    "ready": "ready",
    "migrations": "migrations",
    "outbox": "outbox",
    "inbox_waiting": "inbox waiting",
    "inbox_parked": "parked",
    "unsealed": "audit not sealed",
    "dead_letters": "dead letters",
}
_USERS = {
    "each": "broker: each process is a user of its own",
    "one": "broker: all processes are one user, with all its rights (kota doctor)",
}


def status(as_json: bool = AS_JSON) -> None:
    """Processes, readiness, migrations, backlogs, mail; exit 1 if something is not well."""
    found = look(Deployment())
    if as_json:
        print_json(found)
    else:
        Console().print(_shown(found))
    raise typer.Exit(0 if found["well"] else 1)


def look(here: Deployment) -> Found:
    """Everything that is to be seen; `well` if all of it is as it should be."""
    found: Found = {
        "gateway": looking.readiness(here),
        "processes": looking.processes(here),
        "services": looking.services(),
        "queues": looking.queues(here),
        "broker_users": looking.broker_users(here),
        "mail": looking.mail(),
    }
    parts = [*found["processes"], *found["services"], *found["queues"], found["mail"]]
    found["well"] = found["gateway"].get("ready") is True and all(one["well"] for one in parts)
    return found


def _shown(found: Found) -> Group:
    parts: list[Any] = []
    if found["processes"]:
        parts.append(table([*map(_process, found["processes"]), _total(found)], _PROCESSES))
    parts.append(table([_service(one, found) for one in found["services"]], _SERVICES))
    parts += [f"{one['name']}: {_queue_words(one)}" for one in found["queues"] if not one["well"]]
    parts += [_USERS[mode] for mode in [found["broker_users"].get("mode")] if mode]
    parts.append(_mail_words(found["mail"]))
    parts.append(_verdict(found))
    return Group(*parts)


def _process(one: Found) -> Found:
    return one | {"uptime": age(one["uptime_seconds"])}


def _total(found: Found) -> Found:
    return {"name": "all", "memory_mb": sum(one["memory_mb"] for one in found["processes"])}


def _service(one: Found, found: Found) -> Found:
    said = found["gateway"].get("services", {}).get(one["service"], {})
    shown = one | {"ready": said.get("ready", False)}
    if "problem" in one:
        return shown | {"migrations": one["problem"]}
    dead = [q for q in found["queues"] if q["name"] == f"{one['service']}.dead-letters"]
    return shown | {
        "migrations": f"missing: {', '.join(one['missing'])}" if one["missing"] else "all",
        "outbox": _with_age(one["outbox_events"], one["outbox_seconds"]),
        "unsealed": _with_age(one["unsealed_rows"], one["unsealed_seconds"]),
        "dead_letters": dead[0]["messages"] if dead else None,
    }


def _with_age(count: int, seconds: float) -> str:
    return f"{count}, the oldest {age(seconds)}" if count else "0"


def _queue_words(one: Found) -> str:
    if "problem" in one:
        return str(one["problem"])
    if one["dead_letters"]:
        return f"{one['messages']} unreadable messages"
    return f"{one['messages']} messages and nobody who takes them"


def _mail_words(mail: Found) -> str:
    if "problem" in mail:
        return f"mail: {mail['problem']}"
    waiting = _with_age(mail["waiting"], mail["waiting_seconds"])
    return f"mail: {waiting} waiting, {mail['failed']} failed within a day"


def _verdict(found: Found) -> str:
    if found["well"]:
        return "all is well"
    if not found["gateway"]:
        return "the gateway does not answer; what is wrong: kota doctor"
    return "not all is well; what is wrong, and what to do: kota doctor"
