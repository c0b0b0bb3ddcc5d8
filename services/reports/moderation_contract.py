"""What may be taken from the public's eyes and given back, and who sees what was there before."""

from __future__ import annotations

import re
from typing import Any

from services.chassis import fields, text_fields
from services.chassis.contract import Operation
from services.chassis.errors import NotFound
from services.chassis.principal import STAFF
from services.chassis.text import Text
from services.reports.action_schemas import said_field
from services.reports.schemas import ReportId

MOST_MODERATIONS = 1_000
WHOLE = "report"
# what is read where words were hidden
HIDDEN = "[disembunyikan · hidden]"
_PARTS = (
    r"description|address|attributes\.[a-z0-9_]{1,64}|photos\.[1-9][0-9]{0,2}"
    r"|timeline\.[1-9][0-9]{0,8}"
)


class What(fields.String):
    """A part of a report: its words, an answer, a photo, or what was said in its timeline.

    or_all: also the report as a whole.
    """

    default_error_messages: fields.Messages = {
        "what": Text(
            "This must be description, address, attributes.CODE, photos.N or timeline.VERSION.",
            id="Isi dengan description, address, attributes.KODE, photos.N, atau timeline.VERSI.",
        ),
    }

    def __init__(self, *, or_all: bool = False) -> None:
        pattern = f"^({_PARTS}{f'|{WHOLE}' if or_all else ''})$"
        facts = {"example": "photos.1", "pattern": pattern}
        super().__init__(required=True, min=1, max=80, metadata=facts)
        self._pattern = re.compile(pattern)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not self._pattern.fullmatch(text):
            raise self.make_error("what")
        return text


class Moderate(ReportId):
    """What of a report is changed for all who read it, and why.

    what: `description`, `address`, `attributes.CODE`, `photos.N` or `timeline.VERSION`. text: the
    words to be read instead; left out, it is hidden. Answers and photos can be hidden only.
    """

    what = What()
    text = text_fields.PlainText(min=1, max=fields.MAX_TEXT, multiline=True)
    reason = said_field("Memuat nomor telepon orang lain")


class Restore(ReportId):
    """What is to be read again as it was before it was last moderated, and why.

    what: as for moderating; `report` for a report that was hidden as a whole.
    """

    what = What(or_all=True)
    reason = said_field("Pemilik foto mengizinkan")


class Moderation(fields.Schema):
    """One time that something was moderated.

    original: what stood there before, null once it was removed for good; of a photo its number, of
    the whole report its visibility. shown: what is read instead, null for what is hidden. version,
    undone_in: of the report, when that was done and undone.
    """

    version = fields.Integer(required=True, min=1, max=2**31 - 1)
    what = fields.String(required=True)
    original = fields.String(required=True, allow_none=True, max=fields.MAX_TEXT, multiline=True)
    shown = fields.String(required=True, allow_none=True, max=fields.MAX_TEXT, multiline=True)
    reason = fields.String(required=True, max=fields.MAX_TEXT, multiline=True)
    actor = fields.String(required=True)
    at = fields.Timestamp(required=True)
    undone_in = fields.Integer(required=True, allow_none=True, min=1, max=2**31 - 1)


class ModerationList(fields.Schema):
    """From the first to the last; there is no further page."""

    items = fields.List(fields.Nested(Moderation), required=True, max=MOST_MODERATIONS)
    next = fields.String(required=True, allow_none=True)


LIST_MODERATION = Operation(
    "list_moderation",
    ReportId,
    ModerationList,
    Text("What was moderated, with what stood there", id="Riwayat moderasi"),
    access=STAFF,
    errors=(NotFound,),
)
