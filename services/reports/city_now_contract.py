"""What happens in the city at present, in one call."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.text import Text

_MOST = 2**53


class Standing(fields.Schema):
    """new: reports that came in today. open: those that are open now. kept_percent: how many of
    those that were resolved or closed today never missed a term.

    Counts below five are null, and others where those could be told from them by subtraction; a
    percentage is null below five cases.
    """

    new = fields.Integer(required=True, allow_none=True, min=0, max=_MOST)
    open = fields.Integer(required=True, allow_none=True, min=0, max=_MOST)
    kept_percent = fields.Integer(required=True, allow_none=True, min=0, max=100)


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
