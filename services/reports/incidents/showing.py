"""Incidents as they are shown and told of."""

from __future__ import annotations

from typing import Any

from services.chassis import jsontext
from services.chassis.database import Row
from services.chassis.text import Language
from services.reports.catalogue import Catalogue
from services.reports.incidents import line

_TOLD = ("category", "agency", "area", "severity", "direction", "cause", "lat", "long", "reports",
         "ended_by", "merged_into")  # fmt: skip
_HIDDEN = ("line", "created_at", "split_from")


def state(incident: Row) -> str:
    """`live` or `ended`."""
    return "live" if incident["ended_at"] is None else "ended"


def told(incident: Row, city: Catalogue) -> dict[str, Any]:
    """What events tell of it."""
    return {name: incident[name] for name in _TOLD} | {
        "split_from": incident.get("split_from"),
        "incident_id": incident["id"],
        "category_name": city.category_name(incident["category"]).data(),
        "state": state(incident),
        "began_at": jsontext.rfc3339(incident["began_at"]),
        "expires_at": jsontext.rfc3339(incident["expires_at"]),
        "updated_at": jsontext.rfc3339(incident["updated_at"]),
    }


def facts(incident: Row, city: Catalogue, language: Language) -> dict[str, Any]:
    """What everybody may know of it."""
    found = {name: value for name, value in incident.items() if name not in _HIDDEN}
    return found | city.names(incident["area"], incident["agency"], language) | {
        "state": state(incident),
        "category_name": city.category_name(incident["category"]).in_language(language),
    }  # fmt: skip


def as_part_of(incident: Row, whole: Row | None) -> Row | None:
    """A merged incident as it is now: what it was made of belongs to the other one."""
    own = ("id", "version", "ended_at", "ended_by", "merged_into", "updated_at")
    return None if whole is None else whole | {name: incident[name] for name in own}


def feature(incident: Row, city: Catalogue, language: Language) -> dict[str, Any]:
    """An incident on a map."""
    return {
        "type": "Feature",
        "id": incident["id"],
        "geometry": line.geometry(incident["line"]),
        "properties": facts(incident, city, language),
    }
