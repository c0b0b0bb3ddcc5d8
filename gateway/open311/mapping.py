"""The city's words and Open311's words for the same things."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from gateway.open311.asking import split
from gateway.open311.schemas import MOST_FOUND
from services.chassis.errors import FieldError, Invalid
from services.chassis.text import Language, Text
from services.reports.contract import FIND_REPORTS

_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?")
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
FORMATS = ["text/xml", "application/json"]
_ASK_FOR_KEY = Text("Ask for an API key: {contact}", id="Minta kunci API: {contact}")
_CITY_HALL = Text("{city}, the operators of {base}", id="{city}, pengelola {base}")
_BETWEEN = Text("A number from {low} to {high}", id="Angka dari {low} sampai {high}")
_TIME = Text(
    "A time with offset, such as 2026-01-31T08:00:00+07:00",
    id="Waktu dengan zona, misalnya 2026-01-31T08:00:00+07:00",
)
_APPROXIMATE = Text(
    "The place is the middle of its kelurahan.", id="Lokasi adalah titik tengah kelurahan."
)
_PASSED_ON = Text("{agency} answers for this.", id="Ditangani oleh {agency}.")
_NOT_READ = Text(
    "media_url was not read; send photos as media.",
    id="media_url tidak dibaca; kirim foto sebagai media.",
)
_TOO_FAR = Text("So many pages are not given.", id="Halaman sejauh itu tidak diberikan.")


def discovery(
    categories: dict[str, Any], base: str, contact: str | None, language: Language
) -> dict[str, Any]:
    """What there is. contact: whom apps may ask, if the operator said so."""
    whom = contact or _CITY_HALL.format(city=categories["city"], base=base).in_language(language)
    changeset = moment(categories["changed_at"])
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{base}/open311/v2",
        "changeset": changeset,
        "type": "production",
        "formats": FORMATS,
    }
    return {
        "changeset": changeset,
        "contact": whom,
        "key_service": _ASK_FOR_KEY.format(contact=whom).in_language(language),
        "endpoints": [endpoint],
    }


def service(category: dict[str, Any]) -> dict[str, Any]:
    """A category as a service."""
    return {
        "service_code": category["code"],
        "service_name": category["name"],
        "description": category["description"],
        "metadata": bool(category["attributes"]),
        "type": "realtime",
        "keywords": ", ".join([*category["names"], *category["groups"]]),
        "group": category["groups"][0],
    }


def definition(category: dict[str, Any], language: Language) -> dict[str, Any]:
    """What a category asks."""
    asked = category["attributes"]
    attributes = [_attribute(one, order, language) for order, one in enumerate(asked, 1)]
    return {"service_code": category["code"], "attributes": attributes}


def _attribute(asked: dict[str, Any], order: int, language: Language) -> dict[str, Any]:
    values = [{"key": value["code"], "name": value["label"]} for value in asked["values"]]
    return {
        "variable": True,
        "code": asked["code"],
        "datatype": asked["type"],
        "required": asked["required"],
        "datatype_description": _help(asked, language),
        "order": order,
        "description": asked["label"],
    } | ({"values": values} if values else {})


def _help(asked: dict[str, Any], language: Language) -> str | None:
    if asked["type"] == "datetime":
        return _TIME.in_language(language)
    if asked["type"] != "number" or asked["min"] is None or asked["max"] is None:
        return None
    bounds = {"low": f"{asked['min']:g}", "high": f"{asked['max']:g}"}
    return _BETWEEN.format(**bounds).in_language(language)


def request(found: dict[str, Any], base: str, language: Language, *, extended: bool) -> Any:
    """A report as a service request; extended: with what the specification does not know."""
    photos = [f"{base}/v1/reports/{found['id']}/photos/{n + 1}" for n in range(found["photos"])]
    is_open = found["is_open"]
    notice = _APPROXIMATE.in_language(language) if found["approximate"] else None
    shown = {
        "service_request_id": found["number"],
        "status": "open" if is_open else "closed",
        "status_notes": found["notes"],
        "service_name": found["category_name"],
        "service_code": found["category"],
        "description": found["description"],
        "agency_responsible": found["agency_name"],
        "service_notice": notice,
        "requested_datetime": moment(found["created_at"]),
        "updated_datetime": moment(found["settled_at" if not is_open and found["settled_at"]
                                         else "updated_at"]),
        "expected_datetime": moment(found["due_at"]),
        "address": found["address"],
        "address_id": found["area"],
        "zipcode": None,
        "lat": found["lat"],
        "long": found["long"],
        "media_url": photos[0] if photos else None,
    }  # fmt: skip
    extra = {"state": found["state"], "supports": found["supports"], "media_urls": photos}
    return shown | ({"extended_attributes": extra} if extended else {})


def moment(given: str | None) -> str | None:
    """A W3C time with offset, to the second."""
    return None if given is None else datetime.fromisoformat(given).isoformat(timespec="seconds")


def filters(asked: dict[str, Any]) -> dict[str, Any]:
    """What is asked of the service. Raises Invalid for a page that is too far away."""
    numbers = split(asked.get("service_request_id"))
    if numbers is not None:
        return {"numbers": numbers}
    size = asked.get("page_size", MOST_FOUND)
    offset = (asked.get("page", 1) - 1) * size
    if offset > FIND_REPORTS.request().fields["offset"].metadata["maximum"]:
        raise Invalid(errors=[FieldError("page", "too_far", _TOO_FAR)])
    found = {
        "categories": split(asked.get("service_code")),
        "statuses": split(asked.get("status")),
        "since": _time(asked.get("start_date")),
        "until": _until(asked.get("end_date")),
        "limit": size,
        "offset": offset,
    }
    return {name: value for name, value in found.items() if value is not None}


def _time(given: str | None) -> str | None:
    """A `+` that was not escaped arrives as a blank."""
    return None if given is None else given.replace(" ", "+")


def _until(given: str | None) -> str | None:
    """The whole of the second that is named: times are shown without their fractions."""
    text = _time(given)
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return text
    if read.microsecond or read.tzinfo is None:
        return text
    return (read + timedelta(microseconds=999_999)).isoformat()


def submission(form: dict[str, Any]) -> dict[str, Any]:
    """A form as the service knows it."""
    name = " ".join(form[part] for part in ("first_name", "last_name") if part in form)
    found = {
        "category": form.get("service_code"),
        "description": form.get("description"),
        "lat": _number(form.get("lat")),
        "long": _number(form.get("long")),
        "address": form.get("address_string"),
        "area": form.get("address_id"),
        "attributes": form.get("attribute"),
        "contact_email": form.get("email"),
        "contact_name": name or None,
        "contact_phone": form.get("phone"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _number(given: str | None) -> Any:
    """A form has only text; what is no number is left for the service to refuse."""
    return float(given) if given and _NUMBER.fullmatch(given.strip()) else given


def submitted(
    taken: dict[str, Any], form: dict[str, Any], language: Language, *, as_token: bool
) -> dict[str, Any]:
    """What became of a form."""
    said = [_PASSED_ON.format(agency=taken["agency_name"])]
    said += [_APPROXIMATE] if taken["approximate"] else []
    said += [_NOT_READ] if "media_url" in form else []
    known_by = {"token": taken["id"]} if as_token else {"service_request_id": taken["number"]}
    notice = " ".join(words.in_language(language) for words in said)
    return known_by | {"service_notice": notice, "account_id": None}
