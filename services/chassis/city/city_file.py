"""`city.yaml`: which city this is."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from services.chassis import fields
from services.chassis.city.pack import Pack
from services.chassis.city.schema import LegalBasisSchema
from services.chassis.text import LANGUAGES, Text

FILE = "city.yaml"

_CODE_MESSAGES: dict[str, Any] = {
    "code": Text(
        'This must be a code like "36.74", in quotes.',
        id='Ini harus berupa kode seperti "36.74", dalam tanda kutip.',
    )
}
_ZONE_MESSAGES: dict[str, Any] = {
    "zone": Text("This time zone is not known.", id="Zona waktu ini tidak dikenal.")
}


class CityCode(fields.String):
    """The ministry's code of a city or regency, like 36.74 (written in quotes)."""

    default_error_messages = _CODE_MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        parts = value.split(".") if isinstance(value, str) else []
        if [len(part) for part in parts] != [2, 2] or not "".join(parts).isdecimal():
            raise self.make_error("code")
        return super()._deserialize(value, attr, data, **kwargs)


class Timezone(fields.String):
    """A name of the IANA time zone database, like Asia/Jakarta."""

    default_error_messages = _ZONE_MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return ZoneInfo(text)
        except (ValueError, OSError, KeyError) as error:
            raise self.make_error("zone") from error


class _CitySchema(fields.Schema):
    code = CityCode(required=True)
    name = fields.String(required=True, min=1)
    province = fields.String(required=True, min=1)
    timezone = Timezone(required=True)
    default_language = fields.Choice(LANGUAGES, required=True)
    outside_distance_km = fields.Number(required=True, min=0.1, max=50)
    legal_basis = fields.Nested(LegalBasisSchema, required=True)


def read_city_file(pack: Pack) -> dict[str, Any] | None:
    """The fields of `city.yaml`, or None when something is wrong with it."""
    document = pack.yaml(FILE)
    return None if document is None else pack.load(document, (), _CitySchema)
