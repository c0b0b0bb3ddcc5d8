"""The list of reports in other forms: what everybody sees of it, whoever asks."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Contract, Operation
from services.chassis.errors import Invalid, Malformed, NotFound
from services.chassis.text import Text
from services.reports.contract import CONTRACT as REPORTS
from services.reports.contract import CifsIncident

LIST = REPORTS.operation("list_reports")
LIST_SITES = REPORTS.operation("list_sites")
GEOJSON_TYPE = "application/geo+json"
ATOM_TYPE = "application/atom+xml"
CSV_TYPE = "text/csv"
XML_TYPE = "application/xml"


class PublicFilters(LIST.request):  # type: ignore[name-defined]
    """The filters of the list; nobody has anything of their own here."""

    class Meta(fields.Schema.Meta):
        exclude = ("mine",)


class Point(fields.Schema):
    """GeoJSON's point: longitude before latitude."""

    type = fields.Choice(["Point"], required=True)
    coordinates = fields.List(fields.Number(min=-180, max=180), required=True, min=2, max=2)


class Feature(fields.Schema):
    """One report."""

    type = fields.Choice(["Feature"], required=True)
    id = fields.UUID(required=True)
    geometry = fields.Nested(Point, required=True)
    properties = fields.Nested(REPORTS.operation("get_report").response, required=True)


class ReportFeatures(fields.Schema):
    """A page of reports as GeoJSON (RFC 7946), newest first. next: as in every list."""

    type = fields.Choice(["FeatureCollection"], required=True)
    features = fields.List(fields.Nested(Feature), required=True)
    next = fields.String(required=True, allow_none=True)


class SiteFeature(Feature):
    """One site, at the middle of its reports."""

    properties = fields.Nested(REPORTS.operation("get_site").response, required=True)


class SiteFeatures(fields.Schema):
    """A page of sites as GeoJSON (RFC 7946), in the order asked for. next: as in every list."""

    type = fields.Choice(["FeatureCollection"], required=True)
    features = fields.List(fields.Nested(SiteFeature), required=True)
    next = fields.String(required=True, allow_none=True)


class Feed(fields.Schema):
    """Atom (RFC 4287)."""


class Table(fields.Schema):
    """CSV (RFC 4180)."""


class AllFeatures(fields.Schema):
    """Every public report as GeoJSON; the properties are described at `/v1/open-data`."""

    type = fields.Choice(["FeatureCollection"], required=True)
    features = fields.List(fields.Attributes(), required=True, max=2**31 - 1)


class CifsXml(fields.Schema):
    """Waze's Closure and Incident Feed Specification."""


class CifsEntry(fields.Schema):
    """One incident, as its list in CIFS wraps it."""

    incident = fields.Nested(CifsIncident, required=True)


class CifsJson(fields.Schema):
    """The same as JSON."""

    incidents = fields.List(fields.Nested(CifsEntry), required=True, max=1_000)


GEOJSON = Operation(
    "reports_geojson",
    PublicFilters,
    ReportFeatures,
    Text("Public reports as GeoJSON", id="Laporan publik sebagai GeoJSON"),
    errors=(Malformed, Invalid),
)
SITES_GEOJSON = Operation(
    "sites_geojson",
    LIST_SITES.request,
    SiteFeatures,
    Text("Garbage sites as GeoJSON", id="Titik penumpukan sebagai GeoJSON"),
    errors=(Malformed, Invalid),
)
ATOM = Operation(
    "reports_atom",
    PublicFilters,
    Feed,
    Text("Public reports as a feed (Atom)", id="Laporan publik sebagai umpan Atom"),
    errors=(Malformed, Invalid),
)
OPEN_CSV = Operation(
    "open_data_csv",
    fields.Nothing,
    Table,
    Text("Download all public reports as CSV", id="Unduh semua laporan publik (CSV)"),
    errors=(NotFound,),
)
OPEN_GEOJSON = Operation(
    "open_data_geojson",
    fields.Nothing,
    AllFeatures,
    Text("Download all public reports as GeoJSON", id="Unduh semua laporan publik (GeoJSON)"),
    errors=(NotFound,),
)

CIFS_XML = Operation(
    "cifs_xml",
    fields.Nothing,
    CifsXml,
    Text("Traffic incidents for partners (CIFS, XML)", id="Gangguan lalu lintas (CIFS, XML)"),
)
CIFS_JSON = Operation(
    "cifs_json",
    fields.Nothing,
    CifsJson,
    Text("Traffic incidents for partners (CIFS, JSON)", id="Gangguan lalu lintas (CIFS, JSON)"),
)

PUBLIC = Contract(
    "public",
    Text("Public data in forms that others read", id="Data publik dalam bentuk lain"),
    (GEOJSON, SITES_GEOJSON, ATOM, OPEN_CSV, OPEN_GEOJSON, CIFS_XML, CIFS_JSON),
)

# of which list each of these is another form
FORMS_OF = {GEOJSON.name: LIST, ATOM.name: LIST, SITES_GEOJSON.name: LIST_SITES}
