"""Incidents as CIFS has them, the Closure and Incident Feed Specification of Waze."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.text import Text
from services.reports.incidents.rules import CIFS_TYPES

MOST = 1_000
DIRECTIONS = ("BOTH_DIRECTIONS", "ONE_DIRECTION")


class CifsIncident(fields.Schema):
    """One incident; the names are those of CIFS. polyline: `lat long` of each point in the
    direction of traffic. street: the kelurahan. reference: whose feed it is."""

    id = fields.UUID(required=True)
    type = fields.Choice(CIFS_TYPES, required=True)
    subtype = fields.String()
    polyline = fields.String(required=True, max=fields.MAX_TEXT)
    street = fields.String(required=True)
    direction = fields.Choice(DIRECTIONS, required=True)
    starttime = fields.Timestamp(required=True)
    endtime = fields.Timestamp(required=True)
    creationtime = fields.Timestamp(required=True)
    updatetime = fields.Timestamp(required=True)
    description = fields.String(required=True, max=fields.MAX_TEXT)
    reference = fields.String(required=True)


class CifsFeed(fields.Schema):
    """All incidents that live, the earliest first."""

    items = fields.List(fields.Nested(CifsIncident), required=True, max=MOST)
    next = fields.String(required=True, allow_none=True)


CIFS_INCIDENTS = Operation(
    "cifs_incidents",
    fields.Nothing,
    CifsFeed,
    Text("Traffic incidents of now, for partners", id="Gangguan lalu lintas untuk mitra"),
)
