"""`GET /v1/feeds/cifs.xml` and `.json`: what goes on in the streets, for Waze and its like."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

from werkzeug.wrappers import Response

from gateway import requests, responses
from gateway.exchange import Exchange, Rpc
from gateway.open311.formats import printable
from gateway.public import operations
from services.chassis import jsontext
from services.reports.contract import CIFS_INCIDENTS

# partners look every few minutes; whoever looks more often need not ask us
SECONDS = 30


class CifsFeeds:
    """The handler of By.CIFS."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def respond(self, exchange: Exchange) -> Response:
        """The feed in the form that the path names. Raises Malformed, Invalid."""
        requests.refuse_query(exchange.request)
        found = self._rpc.call("reports", CIFS_INCIDENTS.name, {}, exchange.headers_now)
        if exchange.route.operation is operations.CIFS_XML:
            kind = f"{operations.XML_TYPE}; charset=utf-8"
            return responses.public(_xml(found["items"]), kind, SECONDS)
        body = {"incidents": [{"incident": one} for one in found["items"]]}
        return responses.public(jsontext.dumps(body), responses.JSON, SECONDS)


def _xml(items: list[dict[str, Any]]) -> bytes:
    feed = Xml.Element("incidents")
    for item in items:
        incident = Xml.SubElement(feed, "incident", id=item["id"])
        for name, value in item.items():
            if name != "id":
                Xml.SubElement(incident, name).text = printable(value)
    written: bytes = Xml.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written
