"""Reading what Open311 clients send: queries, forms, and files in forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Request

from gateway.errors import TooLarge, UnsupportedMediaType
from gateway.http import limits
from services.chassis.errors import FieldError, Invalid, Malformed
from services.chassis.text import Text

MOST_PARTS = 120
MEDIA = "media"
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
# these may stand several times, or once with commas
_LISTS = ("service_request_id", "service_code", "status")
# keys have no business in an address, and browsers add `_` to get round their caches
_IGNORED = ("api_key", "_")
_IN_QUERY_OF_FORM = ("api_key", "jurisdiction_id")
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,64})\](?:\[\])?")
_REPEATED = Text("A parameter is repeated: {name}.", id="Parameter berulang: {name}.")
_NO_FORM = Text(
    f"Send a form: {URLENCODED} or {MULTIPART}, in UTF-8.",
    id=f"Kirim formulir: {URLENCODED} atau {MULTIPART}, dalam UTF-8.",
)
_UNREADABLE = Text("This is not a form in UTF-8.", id="Ini bukan formulir UTF-8.")
_ONLY_MEDIA = Text("Files are sent as `media`.", id="Berkas dikirim sebagai `media`.")

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Form:
    """What was sent: values by name, and files."""

    values: dict[str, Any]
    media: list[IO[bytes]]


def query(request: Request) -> dict[str, Any]:
    """The parameters; an empty one counts as absent. Raises Malformed."""
    found: dict[str, Any] = {}
    for name, value in _decoded(request.query_string):
        if name in _IGNORED or not value.strip():
            continue
        if name in found and name not in _LISTS:
            raise Malformed(_REPEATED.format(name=name[:64]))
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


@contextmanager
def form(request: Request) -> Iterator[Form]:
    """The form, and of the query what may stand there instead.

    Raises Malformed, Invalid, UnsupportedMediaType, TooLarge.
    """
    beside = _decoded(request.query_string)
    foreign = [name for name, _ in beside if name not in _IN_QUERY_OF_FORM]
    if foreign:
        raise unknown(foreign[0])
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in (URLENCODED, MULTIPART) or charset not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(_NO_FORM)
    if request.mimetype == URLENCODED:
        if (request.content_length or 0) > limits.MAX_JSON:
            raise TooLarge()
        yield Form(values([*beside, *_decoded(request.get_data(cache=False))]), [])
        return
    with _multipart(request) as (pairs, media):
        yield Form(values([*beside, *pairs]), media)


def values(pairs: Pairs) -> dict[str, Any]:
    """Values by name; answers under `attribute`, a list where a code stands several times.

    Raises Malformed for any other name that is repeated.
    """
    found: dict[str, Any] = {}
    attributes: dict[str, list[str]] = {}
    for name, value in pairs:
        if not value.strip():
            continue
        asked = _ATTRIBUTE.fullmatch(name)
        if asked:
            attributes.setdefault(asked[1], []).append(value)
        elif name in found:
            raise Malformed(_REPEATED.format(name=name[:64]))
        else:
            found[name] = value
    if attributes:
        if "attribute" in found:
            raise Malformed(_REPEATED.format(name="attribute"))
        found["attribute"] = {code: _one(answers) for code, answers in attributes.items()}
    return found


def split(words: str | None) -> list[str] | None:
    """The parts between commas; None for none."""
    if words is None:
        return None
    return [part.strip() for part in words.split(",") if part.strip()]


def _one(answers: list[str]) -> str | list[str]:
    return answers[0] if len(answers) == 1 else answers


def _decoded(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARTS
        )
    except ValueError:
        raise Malformed(_UNREADABLE) from None


@contextmanager
def _multipart(request: Request) -> Iterator[tuple[Pairs, list[IO[bytes]]]]:
    parser = FormDataParser(
        max_form_memory_size=limits.FORM_BUFFER, max_form_parts=MOST_PARTS, silent=False
    )
    try:
        _, given, files = parser.parse(
            request.environ["wsgi.input"],
            request.mimetype,
            request.content_length,
            request.mimetype_params,
        )
    except (ValueError, HTTPException):
        raise Malformed(_UNREADABLE) from None
    try:
        if any(name != MEDIA for name in files):
            raise Invalid(errors=[FieldError(MEDIA, "unknown_field", _ONLY_MEDIA)])
        # browsers send an empty file for a field that was left empty
        media = [file.stream for file in files.getlist(MEDIA) if file.filename]
        yield list(given.items(multi=True)), media
    finally:
        for _, file in files.items(multi=True):
            file.close()


def unknown(name: str) -> Invalid:
    """A name that has no meaning where it stands."""
    words = Text("This parameter is not known here.", id="Parameter ini tidak dikenal di sini.")
    return Invalid(errors=[FieldError(name[:64], "unknown_field", words)])
