"""An incident or a site that somebody wants to follow: for notify only, which keeps who does."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.errors import NotFound
from services.chassis.principal import INTERNAL
from services.chassis.text import Text
from services.reports.incidents.rules import SEVERITIES

PLACE_KINDS = ("incident", "site")
_MOST = 2**31 - 1


class PlaceId(fields.Schema):
    """Which one; the id of one that was merged means what it went into."""

    kind = fields.Choice(PLACE_KINDS, required=True)
    id = fields.UUID(required=True)


class Place(fields.Schema):
    """What everybody may know of it. id: of what goes on. state: an incident's, or a site's.
    severity: an incident's."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, min=1, max=_MOST)
    category = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    reports = fields.Integer(required=True, min=0, max=_MOST)
    severity = fields.Choice(SEVERITIES, required=True, allow_none=True)


PLACE_TO_FOLLOW = Operation(
    "place_to_follow",
    PlaceId,
    Place,
    Text("An incident or a site that can be followed", id="Gangguan atau titik yang dapat diikuti"),
    access=INTERNAL,
    errors=(NotFound,),
    callers=("notify",),
)
