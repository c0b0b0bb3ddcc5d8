"""What officers do to incidents: take one apart, and make one of two.

What they decide goes before the rules: what was taken apart is not made one by a report in between,
and what was made one need not be near. Which reports an incident has is all that changes; who was
heard of the whole stays heard of what remains.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.ids import new_id
from services.chassis.principal import Role
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.domain import works_for
from services.reports.incidents import (
    casework_repository,
    commands,
    errors,
    joining,
    queries,
    reading,
    repository,
    votes,
)
from services.reports.incidents.contract import INCIDENT_CHANGED, INCIDENT_OPENED
from services.reports.incidents.rules import IncidentRules


def merge_incident(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Make one incident of two; the earlier one goes on.

    Raises NotFound for one that is not the caller's agency's, IncidentOver, StaleVersion, Invalid
    for `into` that is the same, of another category, not to be found or over.
    """
    incident, rules = _own(work, body["id"], city)
    if body["into"] == incident["id"]:
        raise errors.same_incident()
    other = _into(work, body["into"], incident)
    goes_on = joining.earliest([incident, other])
    ends = other if goes_on is incident else incident
    commands.merge(work, ends, goes_on, city)
    work.audit("incident.merged", incident["id"])
    work.audit("incident.merged", other["id"])
    return reading.shown(work, _settled(work, goes_on, rules, city, INCIDENT_CHANGED), city)


def split_incident(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Make some of an incident's reports an incident of their own; that one is answered.

    Raises NotFound, IncidentOver, StaleVersion; Invalid for reports that are not of it, and if none
    would remain.
    """
    incident, rules = _own(work, body["id"], city)
    members = casework_repository.members(work, incident["id"])
    taken = set(body["reports"])
    moved = [one for one in members if one["report_id"] in taken]
    if len(moved) != len(taken):
        raise errors.not_of_it()
    stays = [one for one in members if one["report_id"] not in taken]
    if not stays:
        raise errors.nothing_remains()
    begun = {"id": new_id(), "version": 0, "split_from": incident["id"]}
    new = incident | begun | _counted(moved)
    repository.insert(work, new)
    casework_repository.split(work, incident, new["id"], sorted(taken))
    repository.keep_apart(work, new["id"], [incident["id"]])
    work.audit("incident.split", incident["id"])
    _settled(work, incident | _counted(stays), rules, city, INCIDENT_CHANGED)
    return reading.shown(work, _settled(work, new, rules, city, INCIDENT_OPENED), city)


def _own(work: UnitOfWork, incident_id: str, city: Catalogue) -> tuple[Row, IncidentRules]:
    """An incident of the caller's agency that lives, locked as whoever changes several needs it."""
    known = queries.by_id(work, incident_id)
    principal = work.call.principal
    if known is None or not (principal.role is Role.ADMIN or works_for(principal, known["agency"])):
        raise NotFound()
    repository.alone(work, known["category"])
    incident = votes.living(work, incident_id)
    work.call.check_version(incident["version"])
    rules = city.category(incident["category"]).incident
    if rules is None:
        raise errors.over()
    return incident, rules


def _into(work: UnitOfWork, other_id: str, incident: Row) -> Row:
    try:
        other = votes.living(work, other_id)
    except (NotFound, errors.IncidentOver):
        raise errors.unknown_incident() from None
    if (other["category"], other["agency"]) != (incident["category"], incident["agency"]):
        raise errors.unknown_incident()
    return other


def _counted(members: Sequence[Row]) -> dict[str, Any]:
    """Since when, and how many, those reports are."""
    return {"began_at": min(one["at"] for one in members), "reports": len(members)}


def _settled(
    work: UnitOfWork, incident: Row, rules: IncidentRules, city: Catalogue, event: Any
) -> Row:
    said = repository.said(work, incident["id"], commands.values(rules))
    return commands.settle(work, incident, said, rules, city, event, is_new_place=True)
