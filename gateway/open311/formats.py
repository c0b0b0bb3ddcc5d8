"""The same answer as JSON, JSONP or XML (GeoReport v2, "Format Support")."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from werkzeug.wrappers import Response

from gateway import responses
from services.chassis import jsontext
from services.chassis.errors import FieldError, Invalid
from services.chassis.text import Text

XML = "text/xml; charset=utf-8"
JAVASCRIPT = "application/javascript; charset=utf-8"
# what the items of a list are called; JSON does not name them
_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
    "media_urls": "media_url",
}
# XML 1.0 knows no such characters, however they are written
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FUNCTION = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*){0,5}")
_NO_FUNCTION = Text("This must be the name of a function.", id="Ini harus berupa nama fungsi.")
_JSON_ONLY = Text("Only with .json.", id="Hanya dengan .json.")


def response(
    value: Any, root: str, form: str, *, callback: str | None = None, status: int = 200
) -> Response:
    """The answer in that form, `json` or `xml`. root: the outermost element in XML."""
    if form == "xml":
        return Response(xml(value, root), status, content_type=XML)
    if callback is None:
        return Response(jsontext.dumps(value), status, content_type=responses.JSON)
    return _script(value, callback, status)


def check_callback(callback: str | None, form: str) -> None:
    """Raise Invalid if a callback is no plain name of a function, or XML is asked for."""
    if callback is None:
        return
    if form != "json":
        raise Invalid(errors=[FieldError("callback", "json_only", _JSON_ONLY)])
    if _FUNCTION.fullmatch(callback) is None:
        raise Invalid(errors=[FieldError("callback", "no_function", _NO_FUNCTION)])


def xml(value: Any, root: str) -> bytes:
    """UTF-8, with a declaration that says so."""
    element = ElementTree.Element(root)
    _fill(element, value)
    found: bytes = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    return found


def _fill(element: ElementTree.Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _fill(ElementTree.SubElement(element, name), inner)
    elif isinstance(value, list):
        for inner in value:
            _fill(ElementTree.SubElement(element, _ITEMS[element.tag]), inner)
    elif value is not None:
        element.text = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return printable(str(value))


def printable(text: str) -> str:
    """The text without what no XML can hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _script(value: Any, callback: str, status: int) -> Response:
    """JSONP. The comment before it keeps the name from being taken for something else, and the two
    separators would end a line in older browsers."""
    data = jsontext.dumps(value).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(f"/**/{callback}({data});", status, headers, content_type=JAVASCRIPT)
