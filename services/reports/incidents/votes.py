"""What people say of an incident that others reported: still there, gone, changed."""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports.abuse import blocks
from services.reports.catalogue import Catalogue
from services.reports.city import Category
from services.reports.incidents import commands, errors, reading, repository
from services.reports.incidents.contract import INCIDENT_CHANGED
from services.reports.incidents.rules import IncidentRules
from services.reports.incidents.sighting import spoken, voice_of

CHANGED, GONE = "changed", "gone"
_HOW = ("severity", "cause")


def vote_incident(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """Hear what somebody says of an incident; what they said before counts no more.

    Raises NotFound, IncidentOver, Blocked; Invalid for a change that says nothing, and for a cause
    that the category does not know.
    """
    blocks.check(work, city)
    incident = living(work, body["id"])
    category = city.category(incident["category"])
    rules = category.incident
    if rules is None:
        raise errors.over()
    _check(body, category, rules)
    stance = "gone" if body["answer"] == GONE else "there"
    how = {name: body.get(name) for name in _HOW}
    voice = voice_of(work.call, rules.votes)
    statement = spoken(incident["id"], voice, stance, work.clock.now(), **how)
    said = repository.speak(work, statement, commands.values(rules))
    after = commands.settle(work, incident, said, rules, city, INCIDENT_CHANGED, is_new_place=False)
    work.audit(f"incident.{body['answer']}", incident["id"])
    return reading.shown(work, after, city)


def living(work: UnitOfWork, incident_id: str) -> Row:
    """An incident, locked, that has not ended. Raises NotFound, IncidentOver."""
    for incident in repository.locked(work, [incident_id]):
        if incident["reports"] == 0 and incident["merged_into"] is None:
            raise NotFound()
        if incident["ended_at"] is not None or incident["expires_at"] <= work.clock.now():
            raise errors.over()
        return incident
    raise NotFound()


def _check(body: dict[str, Any], category: Category, rules: IncidentRules) -> None:
    given = [name for name in _HOW if name in body]
    if body["answer"] == CHANGED and not given:
        raise errors.nothing_changed()
    if body["answer"] != CHANGED and given:
        raise errors.only_changed(given[0])
    if "cause" in body and body["cause"] not in causes(category, rules):
        raise errors.unknown_cause(causes(category, rules))


def causes(category: Category, rules: IncidentRules) -> list[str]:
    """The codes of all causes that there may be."""
    asked = (one for one in category.attributes if one.code == rules.cause)
    return [value.code for one in asked for value in one.values]
