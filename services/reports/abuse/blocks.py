"""Blocking a sender for a while, with a reason, and lifting that.

Whoever is blocked reads as before, and goes on with what they reported already; new reports,
comments and support are refused, with the reason, until when, and how to object.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.chassis.cursors import Cursor, page_of
from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.principal import LEADERS, Principal
from services.chassis.sender import Digests, known_by, mark, network_of
from services.chassis.unit_of_work import UnitOfWork
from services.reports import queries
from services.reports.abuse import errors, repository
from services.reports.abuse.figures import Figures
from services.reports.catalogue import Catalogue
from services.reports.domain import works_for

_NAMED_BY = ("report", "account", "network")


def check(work: UnitOfWork, city: Catalogue) -> None:
    """Raise Blocked if the caller may send nothing now."""
    marks = work.call.sender.all_marks(work.call.principal)
    found = repository.in_force(work, marks) if marks else None
    if found is not None:
        raise refusal(found, city)


def block_sender(
    work: UnitOfWork, body: dict[str, Any], city: Catalogue, secret: bytes
) -> dict[str, Any]:
    """Block whoever is meant. secret: what gateway and reports share.

    Raises Invalid, Forbidden for a leader who names no report, NotFound for another agency's,
    Conflict if nothing is known of its sender.
    """
    named = [name for name in _NAMED_BY if name in body]
    if len(named) != 1:
        raise errors.one_of(_NAMED_BY)
    principal = work.call.principal
    _check_until(work, body, city.abuse)
    marks = _marks_of_report(work, body) if "report" in body else _marks(work, body, secret)
    block = {
        "id": new_id(),
        "which": list(marks),
        "marks": [mark(kind, digest) for kind, digest in marks.items()],
        "report": body.get("report"),
        "version": body["version"] if "report" in body else None,
        "agency": principal.agency,
        "reason": body["reason"],
        "set_by": principal.subject,
        "set_at": work.clock.now(),
        "until": body["until"],
    }
    repository.add(work, block)
    work.audit("sender.blocked", block["id"])
    lifted = dict.fromkeys(("lifted_by", "lifted_at", "lifted_because"))
    return block | lifted | {"active": True}


def lift_block(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """End a block. Raises NotFound for another agency's, Conflict if it has ended."""
    block = repository.locked(work, body["id"])
    if block is None or not _may_lift(work.call.principal, block):
        raise NotFound()
    if not block["active"]:
        raise errors.block_ended()
    principal = work.call.principal
    lifted = {
        "lifted_by": principal.subject,
        "lifted_at": work.clock.now(),
        "lifted_because": body["reason"],
    }
    repository.lift(work, block | lifted)
    work.audit("sender.unblocked", block["id"])
    return block | lifted | {"active": False}


def list_blocks(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """One page: leaders see their agency's, overseers all. Raises Malformed."""
    principal = work.call.principal
    agency = principal.agency if principal.role in LEADERS else None
    rows = repository.page(work, body, agency, Cursor.read(body.get("cursor")))
    items, after = page_of(rows, body["limit"])
    work.audit("sender.blocks_listed", agency or "city")
    return {"items": items, "next": after}


def refusal(found: Row, city: Catalogue) -> errors.Blocked:
    """What whoever is blocked is told."""
    until = city.local_time(found["until"]).strftime("%Y-%m-%d %H:%M %Z")
    return errors.blocked(found["id"], found["reason"], until, city.abuse.objection)


def _may_lift(principal: Principal, block: Row) -> bool:
    return principal.role not in LEADERS or block["agency"] == principal.agency


def _check_until(work: UnitOfWork, body: dict[str, Any], figures: Figures) -> None:
    is_leader = work.call.principal.role in LEADERS
    days = figures.leaders_days if is_leader else figures.admins_days
    ahead = body["until"] - work.clock.now()
    if not timedelta() < ahead <= timedelta(days=days):
        raise errors.not_until(days)


def _marks_of_report(work: UnitOfWork, body: dict[str, Any]) -> dict[str, str]:
    principal = work.call.principal
    report = queries.by_id(work, body["report"])
    is_theirs = report is not None and works_for(principal, report["agency"])
    if report is None or (principal.role in LEADERS and not is_theirs):
        raise NotFound()
    if "which" not in body:
        raise errors.which_needed()
    found = repository.sender(work, body["report"], body["version"])
    if found is None:
        raise errors.sender_unknown()
    marks = known_by(found["account"], found["device"], found["networks"])
    if not set(body["which"]) <= set(marks):
        raise errors.not_known_by(marks)
    return {kind: marks[kind] for kind in dict.fromkeys(body["which"])}


def _marks(work: UnitOfWork, body: dict[str, Any], secret: bytes) -> dict[str, str]:
    if work.call.principal.role in LEADERS:
        raise errors.only_admins()
    if "account" in body:
        if not queries.is_citizen(work, body["account"]):
            raise errors.unknown_account()
        return {"account": body["account"]}
    network = network_of(body["network"])
    if network is None:
        raise errors.not_a_network()
    return {"network": Digests(secret).network(network)}
