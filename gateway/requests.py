"""Read a request strictly: what is unclear or too big is refused before anybody works on it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Request

from gateway.errors import UnsupportedMediaType
from services.chassis.call import CallHeaders, idempotency_key, traceparent
from services.chassis.errors import FieldError, Invalid, Malformed, Unauthenticated
from services.chassis.ids import new_id
from services.chassis.text import DEFAULT_LANGUAGE, LANGUAGES, Language, Text

MAX_DEPTH = 64
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_DEVICE_ID = re.compile(r"[A-Za-z0-9._-]{16,128}")
# the version, and what else an ETag of ours holds: what is shown may differ, what is changed not
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})(?:-[0-9a-f]{16})?"')
_UNCLEAN = re.compile(r"[\x00\ud800-\udfff]")


def language_of(request: Request) -> Language:
    """The best of our languages for the caller (Accept-Language)."""
    if "Accept-Language" not in request.headers:
        return DEFAULT_LANGUAGE
    best = request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE)
    return "en" if best == "en" else "id"


def request_id_of(request: Request) -> str:
    """The caller's X-Request-Id if it has a form we can log, else a new one."""
    given = request.headers.get("X-Request-Id", "")
    return given if _REQUEST_ID.fullmatch(given) else new_id()


def trace_of(request: Request) -> str | None:
    """The caller's W3C traceparent, if it sent one."""
    return traceparent(request.headers.get("traceparent"))


def call_headers(
    request: Request, request_id: str, trace: str, budget_ms: int, *, with_token: bool = True
) -> CallHeaders:
    """The headers that travel on to the service. Raises Malformed, Unauthenticated."""
    return CallHeaders(
        authorization=bearer_token(request) if with_token else None,
        idempotency_key=idempotency_key(request.headers.get("Idempotency-Key")),
        if_match=if_match(request.headers.get("If-Match")),
        language=language_of(request),
        request_id=request_id,
        traceparent=trace,
        budget_ms=budget_ms,
    )


def device_id(request: Request) -> str | None:
    """What a device calls itself (Device-Id); nobody has to. Raises Malformed."""
    given = request.headers.get("Device-Id")
    if given is not None and not _DEVICE_ID.fullmatch(given):
        raise Malformed(
            Text(
                "Device-Id must be 16 to 128 letters, digits, '.', '_' or '-'.",
                id="Device-Id harus 16 sampai 128 huruf, angka, '.', '_', atau '-'.",
            )
        )
    return given


def bearer_token(request: Request) -> str | None:
    """The token of `Authorization: Bearer`. Raises Unauthenticated for any other form."""
    given = request.headers.get("Authorization")
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            Text("Send Authorization: Bearer <token>", id="Kirim Authorization: Bearer <token>")
        )
    return token.strip()


def if_match(given: str | None) -> int | None:
    """The version that If-Match names: alone, or in an ETag of ours. None for none and for `*`.

    Raises Malformed.
    """
    if given is None or given.strip() == "*":
        return None
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise Malformed(Text('If-Match must look like "3".', id='If-Match harus berbentuk "3".'))
    return int(found[1])


def content(request: Request, path: dict[str, Any]) -> dict[str, Any]:
    """Path, and query (GET) or JSON body (POST), as one object.

    Each name may come from one place only. Raises Malformed, Invalid, UnsupportedMediaType.
    """
    query = _query(request)
    if request.method in ("GET", "HEAD"):
        return path | _refuse(query, path)
    body = _body(request)
    _refuse(dict.fromkeys(query), query)
    return path | _refuse(body, path)


def refuse_query(request: Request) -> None:
    """For routes that know no parameters. Raises Malformed, Invalid."""
    query = _query(request)
    _refuse(query, query)


def _query(request: Request) -> dict[str, Any]:
    if not request.query_string:
        return {}
    try:
        request.query_string.decode("ascii")
        pairs = list(request.args.items(multi=True))
    except (UnicodeDecodeError, ValueError):
        raise Malformed() from None
    repeated = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if repeated:
        raise Malformed(
            Text("A parameter is repeated: {name}.", id="Parameter berulang: {name}.").format(
                name=repeated[0][:64]
            )
        )
    return dict(pairs)


def _refuse(given: dict[str, Any], taken: Sequence[str] | dict[str, Any]) -> dict[str, Any]:
    """Names that stand elsewhere are not known here."""
    words = Text("This field is not known.", id="Isian ini tidak dikenal.")
    errors = [FieldError(name[:64], "unknown_field", words) for name in given if name in taken]
    if errors:
        raise Invalid(errors=errors)
    return given


def _body(request: Request) -> dict[str, Any]:
    raw = request.get_data(cache=False)
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise UnsupportedMediaType()
    return parse_json(raw)


def parse_json(raw: bytes) -> dict[str, Any]:
    """A JSON object, read strictly.

    Refuses other encodings than UTF-8, duplicate names, NaN, NUL, absurd numbers and nesting
    deeper than MAX_DEPTH. Raises Malformed with the reason.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _unreadable("the body is not UTF-8", "isi bukan UTF-8") from None
    if _depth(text) > MAX_DEPTH:
        raise _unreadable("nested too deeply", "terlalu bersarang")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant,
                           parse_int=_integer, parse_float=_float)  # fmt: skip
    except _Refused as refused:
        raise _unreadable(*refused.args) from None
    except (ValueError, RecursionError):
        raise _unreadable("this is not JSON", "ini bukan JSON") from None
    if not isinstance(value, dict):
        raise _unreadable("a JSON object is expected", "harus berupa objek JSON")
    if not _is_clean(value):
        raise _unreadable("a character is not allowed", "ada karakter yang tidak diperbolehkan")
    return value


def _is_clean(value: Any) -> bool:
    """No NUL and no half of a surrogate pair in any name or text."""
    if isinstance(value, str):
        return not _UNCLEAN.search(value)
    if isinstance(value, dict):
        return all(_is_clean(name) and _is_clean(item) for name, item in value.items())
    return all(map(_is_clean, value)) if isinstance(value, list) else True


class _Refused(Exception):
    """Two words of explanation: English, Indonesian."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("a name is repeated in an object", "nama berulang dalam objek")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is not JSON", f"{name} bukan JSON")


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(number := int(digits)) >= 2**63:
        raise _Refused("a number is too large", "angka terlalu besar")
    return number


def _float(digits: str) -> float:
    value = float(digits)
    if len(digits) > 40 or value in (float("inf"), float("-inf")):
        raise _Refused("a number is too large", "angka terlalu besar")
    return value


def _depth(text: str) -> int:
    """Deepest nesting; brackets inside strings do not count."""
    deepest = depth = 0
    for found in _BRACKETS.finditer(text):
        token = found[0]
        if token in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in "]}":
            depth -= 1
    return deepest


_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def _unreadable(en: str, id: str) -> Malformed:
    return Malformed(Text(f"{en[0].upper()}{en[1:]}.", id=f"{id[0].upper()}{id[1:]}."))
