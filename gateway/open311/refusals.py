"""What went wrong, in Open311's own form and with its own few status codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from werkzeug.wrappers import Request, Response

from gateway.open311 import formats
from services.chassis.errors import DomainError, FieldError, NotFound
from services.chassis.text import Language, Text

PREFIX = "/open311/"
MOST_ERRORS, LONGEST_WORDS = 50, 1_000
# whoever does not know these cannot mend anything, and HTTP means something by them
KEPT = frozenset({403, 404, 405, 408, 413, 414, 429, 431})
_UNKNOWN = frozenset({"unknown_category"})
_BAD_ADDRESS = Text(
    "There is nothing at this address; see /open311/discovery.json.",
    id="Tidak ada apa pun di alamat ini; lihat /open311/discovery.json.",
)
_NAMES = {
    "category": "service_code",
    "categories": "service_code",
    "statuses": "status",
    "numbers": "service_request_id",
    "since": "start_date",
    "until": "end_date",
    "limit": "page_size",
    "offset": "page",
    "area": "address_id",
    "address": "address_string",
    "contact_email": "email",
    "contact_name": "first_name, last_name",
    "contact_phone": "phone",
    "photos": "media",
    "file": "media",
}
_ATTRIBUTE = re.compile(r"attributes?\.([^.]+)(?:\..*)?")


def concerns(request: Request) -> bool:
    """Whether this is how the request is to be answered."""
    return request.path.startswith(PREFIX)


def refusal(error: DomainError, request: Request, language: Language, *, routed: bool) -> Response:
    """The error as `errors`. routed: whether the address leads anywhere."""
    is_bad_address = isinstance(error, NotFound) and not routed
    status = 400 if is_bad_address else status_of(error)
    said = [_BAD_ADDRESS.in_language(language)] if is_bad_address else list(_said(error, language))
    body = [{"code": status, "description": words} for words in said]
    form = "xml" if request.path.endswith(".xml") else "json"
    response = formats.response(body, "errors", form, status=status)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def status_of(error: DomainError) -> int:
    """404 for what is not there, 403 for a key, 400 for whatever else the client can mend."""
    if any(one.code in _UNKNOWN for one in error.errors):
        return 404
    return error.status if error.status in KEPT or error.status >= 500 else 400


def _said(error: DomainError, language: Language) -> Iterator[str]:
    if not error.errors:
        yield error.detail.in_language(language)[:LONGEST_WORDS]
    for one in error.errors[:MOST_ERRORS]:
        yield f"{name_of(one)}: {one.message.in_language(language)}"[:LONGEST_WORDS]


def name_of(error: FieldError) -> str:
    """What Open311 calls the field."""
    attribute = _ATTRIBUTE.fullmatch(error.field)
    if attribute:
        return f"attribute[{attribute[1]}]"[:100]
    first: Any = error.field.partition(".")[0]
    return str(_NAMES.get(first, first))[:100]
