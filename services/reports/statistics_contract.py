"""Public reports, counted: statistics, the map's clusters, and where there are many."""

from __future__ import annotations

import marshmallow as ma

from services.chassis import fields, query_fields
from services.chassis.contract import Operation
from services.chassis.dumping import Ready
from services.chassis.errors import Invalid
from services.chassis.text import Text
from services.reports.schemas import STATES

DIMENSIONS = ("agency", "area", "category", "month")
MOST_GROUPS = 2_000
MOST_CELLS = 4_096
EARLIEST, LATEST = 2000, 2200
# between what maps call zoom levels and the grid: a cell is a quarter of a tile wide
LARGEST_ZOOM = 22


class AskStatistics(fields.Schema):
    """by: what the reports are grouped by. year: in which they came in; this one if left out."""

    by = fields.Choice(DIMENSIONS, load_default="category")
    year = fields.Integer(min=EARLIEST, max=LATEST)


class StateCount(fields.Schema):
    """median_hours: of those that left the state, the whole hours that the middle one had been in
    it; two digits of large numbers."""

    state = fields.Choice(STATES, required=True)
    reports = fields.Integer(required=True, allow_none=True, min=0, max=2**53)
    median_hours = fields.Integer(required=True, allow_none=True, min=0, max=2**31 - 1)


class Counted(fields.Schema):
    """Counts below five are null, and others where those could be told from them by subtraction.

    kept_percent: how many of those that were resolved or closed never missed a term. rating: the
    average, 1 to 5. Both, and medians, are null below five cases.
    """

    reports = fields.Integer(required=True, allow_none=True, min=0, max=2**53)
    states = fields.List(fields.Nested(StateCount), required=True)
    kept_percent = fields.Integer(required=True, allow_none=True, min=0, max=100)
    rating = fields.Number(required=True, allow_none=True, min=1, max=5)


class Group(Counted):
    """code: of an agency, a kelurahan or a category; a month as 2026-11; "" outside the city."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class Statistics(fields.Schema):
    """The reports of one year, by groups, and all together. Secret reports are counted nowhere."""

    year = fields.Integer(required=True, min=EARLIEST, max=LATEST)
    by = fields.Choice(DIMENSIONS, required=True)
    total = Ready(Counted, required=True)
    items = fields.List(Ready(Group), required=True, max=MOST_GROUPS)
    next = fields.String(required=True, allow_none=True)


class AskClusters(fields.Schema):
    """bbox: west,south,east,north in degrees. zoom: of a web map, 0 the whole Earth; a cluster is a
    quarter of a tile wide. open: only reports that are open, or that are not."""

    bbox = query_fields.BoundingBox(required=True, metadata={"example": "106.6,-6.4,106.8,-6.2"})
    zoom = fields.Integer(required=True, min=0, max=LARGEST_ZOOM, metadata={"example": 12})
    open = fields.Boolean()


class Geometry(fields.Schema):
    """GeoJSON's geometry: a point, or where boundaries are known a polygon or several."""

    type = fields.Choice(["Point", "Polygon", "MultiPolygon"], required=True)
    coordinates = fields.List(ma.fields.Raw(), required=True, max=100_000)


class ClusterProperties(fields.Schema):
    """How many reports lie in it."""

    reports = fields.Integer(required=True, min=1, max=2**53)


class Cluster(fields.Schema):
    """geometry: the middle of its reports. bbox: of its cell."""

    type = fields.Choice(["Feature"], required=True)
    geometry = fields.Nested(Geometry, required=True)
    bbox = fields.List(fields.Number(min=-180, max=180), required=True, min=4, max=4)
    properties = fields.Nested(ClusterProperties, required=True)


class Clusters(fields.Schema):
    """GeoJSON (RFC 7946). bbox: of all cells that what was asked for touches; the clusters add up
    to the reports in it. reports: how many these are."""

    type = fields.Choice(["FeatureCollection"], required=True)
    bbox = fields.List(fields.Number(min=-180, max=180), required=True, min=4, max=4)
    reports = fields.Integer(required=True, min=0, max=2**53)
    features = fields.List(Ready(Cluster), required=True, max=MOST_CELLS)


class AskHeat(fields.Schema):
    """year: in which the reports came in; this one if left out."""

    year = fields.Integer(min=EARLIEST, max=LATEST)


class HeatProperties(fields.Schema):
    """A kelurahan. reports: as in statistics by area; per_km2: so many on a square kilometre."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True)
    district_name = fields.String(required=True)
    lat = fields.Number(required=True, min=-90, max=90)
    long = fields.Number(required=True, min=-180, max=180)
    reports = fields.Integer(required=True, allow_none=True, min=0, max=2**53)
    per_km2 = fields.Number(required=True, allow_none=True, min=0, max=2**53)


class HeatArea(fields.Schema):
    """geometry: the outline if boundaries are loaded, else the centroid."""

    type = fields.Choice(["Feature"], required=True)
    id = fields.String(required=True)
    geometry = fields.Nested(Geometry, required=True)
    properties = fields.Nested(HeatProperties, required=True)


class Heat(fields.Schema):
    """GeoJSON (RFC 7946): every kelurahan."""

    type = fields.Choice(["FeatureCollection"], required=True)
    year = fields.Integer(required=True, min=EARLIEST, max=LATEST)
    features = fields.List(Ready(HeatArea), required=True, max=MOST_GROUPS)


STATISTICS = Operation(
    "report_statistics",
    AskStatistics,
    Statistics,
    Text("Reports counted by agency, area, category or month", id="Statistik laporan"),
)
CLUSTERS = Operation(
    "report_clusters",
    AskClusters,
    Clusters,
    Text("Where reports are, for a map", id="Sebaran laporan di peta"),
    errors=(Invalid,),
)
HEAT = Operation(
    "report_heat",
    AskHeat,
    Heat,
    Text("How many reports each kelurahan has", id="Jumlah laporan per kelurahan"),
)
COUNTS = (STATISTICS, CLUSTERS, HEAT)
