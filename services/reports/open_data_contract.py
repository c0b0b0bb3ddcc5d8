"""Open data: files of all public reports, made every night, with their dictionary."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.errors import NotFound
from services.chassis.text import Text

FILES = ("reports.csv", "reports.geojson")
TYPES = ("string", "number", "integer", "boolean", "datetime")


class DataField(fields.Schema):
    """A column of the table, and a property in GeoJSON. type: as Frictionless Table Schema."""

    name = fields.String(required=True)
    type = fields.Choice(TYPES, required=True)
    description = fields.String(required=True, max=500)


class DataFile(fields.Schema):
    """path: where it is. bytes, sha256: of the file as it is downloaded, unpacked."""

    name = fields.Choice(FILES, required=True)
    path = fields.String(required=True)
    media_type = fields.String(required=True)
    bytes = fields.Integer(required=True, min=0, max=2**53)
    sha256 = fields.String(required=True)


class OpenData(fields.Schema):
    """day: of the city's calendar, on which they were made. reports: how many are in each file."""

    day = fields.String(required=True, metadata={"example": "2026-11-25"})
    made_at = fields.Timestamp(required=True)
    reports = fields.Integer(required=True, min=0, max=2**53)
    files = fields.List(fields.Nested(DataFile), required=True)
    fields_ = fields.List(
        fields.Nested(DataField), required=True, data_key="fields", attribute="fields"
    )


class AskFile(fields.Schema):
    """Which file."""

    file = fields.Choice(FILES, required=True)


class StoredData(fields.Schema):
    """Where a file is kept, packed with gzip. bytes: unpacked; stored: packed."""

    key = fields.String(required=True)
    media_type = fields.String(required=True)
    bytes = fields.Integer(required=True, min=0, max=2**53)
    stored = fields.Integer(required=True, min=0, max=2**53)
    sha256 = fields.String(required=True)
    day = fields.String(required=True)


OPEN_DATA = Operation(
    "open_data",
    fields.Nothing,
    OpenData,
    Text("Files of all public reports, and what stands in them", id="Data terbuka laporan"),
    errors=(NotFound,),
)
OPEN_DATA_FILE = Operation(
    "open_data_file",
    AskFile,
    StoredData,
    Text("Download open data", id="Unduh data terbuka"),
    errors=(NotFound,),
)
OPEN_DATA_OPERATIONS = (OPEN_DATA, OPEN_DATA_FILE)
