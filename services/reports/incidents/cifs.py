"""Incidents as Waze and its like take them: CIFS, the Closure and Incident Feed Specification.

The id is the incident's own and stays as long as it lives. Nothing that a person wrote is in it:
what stands for the street is the kelurahan, and the description is made of the city pack's words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.text import Language
from services.chassis.unit_of_work import UnitOfWork
from services.reports.catalogue import Catalogue
from services.reports.incidents import queries
from services.reports.incidents.cifs_contract import DIRECTIONS, MOST
from services.reports.incidents.rules import IncidentRules


def cifs_incidents(work: UnitOfWork, body: dict[str, Any], city: Catalogue) -> dict[str, Any]:
    """The feed. What the city pack knows no more is left out."""
    rows = queries.all_live(work, work.clock.now(), MOST)
    found = (_entry(row, city, work.call.language) for row in rows)
    return {"items": [one for one in found if one is not None], "next": None}


def _entry(incident: Row, city: Catalogue, language: Language) -> dict[str, Any] | None:
    category = city.categories.by_code.get(incident["category"])
    rules = category.incident if category else None
    if category is None or rules is None:
        return None
    names = city.names(incident["area"], incident["agency"], language)
    subtype = rules.cifs.subtypes.get(incident["severity"])
    words = [category.name.in_language(language), _cause(incident, city, language)]
    return {
        "id": incident["id"],
        "type": rules.cifs.type,
        **({"subtype": subtype} if subtype else {}),
        "polyline": " ".join(f"{lat:.6f} {long:.6f}" for lat, long in incident["line"]),
        "street": names["area_name"] or city.city.name,
        "direction": DIRECTIONS[incident["direction"] is not None],
        "starttime": _local(incident["began_at"], city),
        "endtime": _local(incident["expires_at"], city),
        "creationtime": _local(incident["created_at"], city),
        "updatetime": _local(incident["updated_at"], city),
        "description": ": ".join(word for word in words if word),
        "reference": city.city.name,
    }


def _cause(incident: Row, city: Catalogue, language: Language) -> str | None:
    """The pack's word for why."""
    category = city.category(incident["category"])
    rules: IncidentRules | None = category.incident
    asked = (one for one in category.attributes if rules and one.code == rules.cause)
    labels = (value.label for one in asked for value in one.values
              if value.code == incident["cause"])  # fmt: skip
    found = next(labels, None)
    return found.in_language(language) if found else None


def _local(moment: datetime, city: Catalogue) -> str:
    """On the city's clocks, exact to the second, as CIFS asks."""
    return jsontext.rfc3339(city.local_time(moment).replace(microsecond=0))
