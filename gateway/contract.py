"""What the gateway answers by itself."""

from __future__ import annotations

import marshmallow as ma

from gateway.errors import TooLarge, UnsupportedMediaType
from services.chassis import fields
from services.chassis.contract import Contract, Kind, Operation
from services.chassis.errors import Invalid, Malformed
from services.chassis.text import Text


class Free(fields.Schema):
    """A document whose form is described elsewhere."""

    class Meta:
        unknown = ma.INCLUDE


class AskReady(fields.Schema):
    """all: `1` asks every service too."""

    all = fields.Choice(["0", "1"], metadata={"example": "1"})


class Readiness(fields.Schema):
    """Whether it can serve. checks: each by name, `ok` or the reason; services: with `all=1`."""

    ready = fields.Boolean(required=True)
    checks = fields.Attributes()
    services = fields.Attributes()


class Upload(fields.Schema):
    """A picture that was taken in.

    digest: SHA-256 of the picture as it is kept, without metadata. capability: to be sent in
    `photos`; it works for its uploader only, until expires_at. bytes, width, height: as kept.
    """

    digest = fields.String(required=True, metadata={"example": "9f86d081884c7d65" * 4})
    capability = fields.String(required=True, max=300)
    expires_at = fields.Timestamp(required=True)
    width = fields.Integer(required=True, min=1, max=65_535)
    height = fields.Integer(required=True, min=1, max=65_535)
    bytes = fields.Integer(required=True, min=1, max=2**31 - 1)


READY = Operation("ready", AskReady, Readiness, Text("Can it serve?", id="Apakah siap?"))
DOCUMENT = Operation("document", fields.Nothing, Free, Text("A document", id="Dokumen"))
UPLOAD_PHOTO = Operation(
    "upload_photo",
    fields.Nothing,
    Upload,
    Text("Upload a photo", id="Unggah foto"),
    Kind.STEPS,
    errors=(Invalid, TooLarge, UnsupportedMediaType, Malformed),
)
STREAM = Operation(
    "stream",
    fields.Nothing,
    Free,
    Text("Follow events live (server-sent events)", id="Ikuti kejadian langsung (SSE)"),
)

GATEWAY = Contract(
    "gateway",
    Text("What the gateway itself answers", id="Yang dijawab gerbang sendiri"),
    (READY, UPLOAD_PHOTO, STREAM),
)
