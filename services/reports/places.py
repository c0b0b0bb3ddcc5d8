"""Incidents and sites that somebody wants to follow."""

from __future__ import annotations

from typing import Any

from services.chassis.database import Row
from services.chassis.errors import NotFound
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.incidents import queries as incidents
from services.reports.incidents import showing
from services.reports.sites import reading as sites

_TOLD = ("id", "version", "category", "area", "state", "reports", "severity")


def place_to_follow(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """What everybody may know of one. Raises NotFound if there is none, or nobody may see it."""
    if body["kind"] == "incident":
        found = _incident(work, body["id"])
    else:
        found = sites.found(work, body["id"]) | {"severity": None}
    return {name: found[name] for name in _TOLD}


def _incident(work: UnitOfWork, incident_id: str) -> Row:
    found = incidents.by_id(work, incident_id)
    if found is not None and found["merged_into"]:
        found = incidents.by_id(work, found["merged_into"])
    if found is None or found["reports"] == 0:
        raise NotFound()
    return found | {"state": showing.state(found)}
