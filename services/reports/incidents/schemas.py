"""The forms in which incidents are asked for and shown."""

from __future__ import annotations

import marshmallow as ma

from services.chassis import fields, query_fields
from services.reports.incidents.rules import SEVERITIES

STATES = ("live", "ended")
ENDINGS = ("expired", "gone", "merged", "withdrawn")
ANSWERS = ("still_there", "gone", "changed")
MOST_LISTED = 100
MOST_SPLIT = 500
_MOST = 2**31 - 1


class IncidentId(fields.Schema):
    """Which incident."""

    id = fields.UUID(required=True)


class ListIncidents(fields.Schema):
    """Which of those that live; all that is given must fit.

    bbox: west,south,east,north in degrees; the point that stands for the incident lies in it.
    """

    bbox = query_fields.BoundingBox()
    category = fields.String(min=1, max=64, metadata={"example": "kemacetan"})
    limit = fields.Integer(min=1, max=MOST_LISTED, load_default=MOST_LISTED)
    cursor = fields.String(max=200)


class Vote(IncidentId):
    """What somebody says of an incident: that it is still there, gone, or changed, and then how.

    Who says something else later has changed their mind: each account counts once, and so do all
    guests of one address.
    """

    answer = fields.Choice(ANSWERS, required=True, metadata={"example": "still_there"})
    severity = fields.Choice(SEVERITIES)
    cause = fields.String(min=1, max=64)


class MergeIncident(IncidentId):
    """into: the incident with which it becomes one."""

    into = fields.UUID(required=True)


class SplitIncident(IncidentId):
    """reports: those that become an incident of their own."""

    reports = fields.List(fields.UUID(), required=True, min=1, max=MOST_SPLIT)


class IncidentFacts(fields.Schema):
    """What is known of an incident.

    reports: how many public reports it has. direction, cause: codes of answers of the category;
    null if nobody said, or both ways. severity: what most who said something lately say. seen_at:
    when somebody new last saw it; expires_at: when it ends if nobody says more. ended_by: what
    ended it; merged_into: of which it is a part then.
    """

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, min=1, max=_MOST)
    state = fields.Choice(STATES, required=True)
    category = fields.String(required=True)
    category_name = fields.String(required=True)
    severity = fields.Choice(SEVERITIES, required=True)
    direction = fields.String(required=True, allow_none=True)
    cause = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    area_name = fields.String(required=True, allow_none=True)
    agency = fields.String(required=True)
    agency_name = fields.String(required=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    reports = fields.Integer(required=True, min=0, max=_MOST)
    began_at = fields.Timestamp(required=True)
    seen_at = fields.Timestamp(required=True)
    expires_at = fields.Timestamp(required=True)
    ended_at = fields.Timestamp(required=True, allow_none=True)
    ended_by = fields.Choice(ENDINGS, required=True, allow_none=True)
    merged_into = fields.UUID(required=True, allow_none=True)
    updated_at = fields.Timestamp(required=True)


class IncidentGeometry(fields.Schema):
    """GeoJSON: a Point, or a LineString in the direction of traffic where that is known."""

    type = fields.Choice(("Point", "LineString"), required=True)
    coordinates = fields.List(ma.fields.Raw(), required=True, min=2)


class IncidentReport(fields.Schema):
    """A public report of an incident."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    at = fields.Timestamp(required=True)


class Incident(IncidentFacts):
    """An incident with where it lies, and its newest public reports, at most a hundred."""

    geometry = fields.Nested(IncidentGeometry, required=True)
    newest_reports = fields.List(fields.Nested(IncidentReport), required=True)


class IncidentFeature(fields.Schema):
    """One incident on a map."""

    type = fields.Choice(("Feature",), required=True)
    id = fields.UUID(required=True)
    geometry = fields.Nested(IncidentGeometry, required=True)
    properties = fields.Nested(IncidentFacts, required=True)


class IncidentFeatures(fields.Schema):
    """A page of incidents as GeoJSON (RFC 7946), the newest first. next: as in every list."""

    type = fields.Choice(("FeatureCollection",), required=True)
    features = fields.List(fields.Nested(IncidentFeature), required=True)
    next = fields.String(required=True, allow_none=True)


class IncidentChanged(fields.Schema):
    """What an incident became; ids, codes and the city pack's words. split_from: the incident of
    which it was a part until now; only when it begins."""

    incident_id = fields.UUID(required=True)
    category = fields.String(required=True)
    category_name = fields.Attributes(required=True)
    agency = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    state = fields.Choice(STATES, required=True)
    severity = fields.Choice(SEVERITIES, required=True)
    direction = fields.String(required=True, allow_none=True)
    cause = fields.String(required=True, allow_none=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    reports = fields.Integer(required=True, min=0, max=_MOST)
    began_at = fields.Timestamp(required=True)
    expires_at = fields.Timestamp(required=True)
    updated_at = fields.Timestamp(required=True)
    ended_by = fields.Choice(ENDINGS, required=True, allow_none=True)
    merged_into = fields.UUID(required=True, allow_none=True)
    split_from = fields.UUID(allow_none=True)
