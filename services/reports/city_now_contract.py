"""What happens in the city at present, in one call."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.text import Text
from services.reports.incidents.rules import SEVERITIES

WORST = 3
"""How many incidents, and sites, are named of a kecamatan, and of the city."""
_MOST = 2**53


class IncidentCount(fields.Schema):
    """How many incidents of a category live."""

    category = fields.String(required=True)
    category_name = fields.String(required=True)
    incidents = fields.Integer(required=True, min=1, max=_MOST)


class _Somewhere(fields.Schema):
    """What everybody may see, and where; reports: how many public ones it has."""

    id = fields.UUID(required=True)
    category = fields.String(required=True)
    category_name = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    area_name = fields.String(required=True, allow_none=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    reports = fields.Integer(required=True, min=1, max=_MOST)


class WorstIncident(_Somewhere):
    """An incident; all of it: `/v1/incidents/{id}`."""

    severity = fields.Choice(SEVERITIES, required=True)
    began_at = fields.Timestamp(required=True)


class WorstSite(_Somewhere):
    """A site on which garbage lies; all of it: `/v1/sites/{id}`."""

    recurrences = fields.Integer(required=True, min=0, max=_MOST)
    score = fields.Integer(required=True, min=0, max=_MOST)
    opened_at = fields.Timestamp(required=True)


class Standing(fields.Schema):
    """new: reports that came in today. open: those that are open now. kept_percent: how many of
    those that were resolved or closed today never missed a term.

    Counts below five are null, and others where those could be told from them by subtraction; a
    percentage is null below five cases. Incidents and sites are public one by one, so they are
    counted exactly: incidents: how many live now, by category, the most first. worst_incidents: by
    severity, then by their reports. worst_sites: those with the highest score on which garbage
    lies.
    """

    new = fields.Integer(required=True, allow_none=True, min=0, max=_MOST)
    open = fields.Integer(required=True, allow_none=True, min=0, max=_MOST)
    kept_percent = fields.Integer(required=True, allow_none=True, min=0, max=100)
    incidents = fields.List(fields.Nested(IncidentCount), required=True)
    worst_incidents = fields.List(fields.Nested(WorstIncident), required=True, max=WORST)
    worst_sites = fields.List(fields.Nested(WorstSite), required=True, max=WORST)


class District(Standing):
    """A kecamatan; code "" is what lies outside the city."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class CityNow(fields.Schema):
    """since: when the city's day began. total: of all of it. Secret reports are counted nowhere."""

    since = fields.Timestamp(required=True)
    total = fields.Nested(Standing, required=True)
    districts = fields.List(fields.Nested(District), required=True, max=1_000)


CITY_NOW = Operation(
    "city_now",
    fields.Nothing,
    CityNow,
    Text("What happens in the city at present", id="Keadaan kota saat ini"),
)
