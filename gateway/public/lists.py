"""The handler of lists in other forms."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from gateway import requests, responses
from gateway.cursors import Cursors
from gateway.exchange import Exchange, Rpc
from gateway.place import Place
from gateway.public import atom, geojson, operations
from services.chassis import fields, jsontext
from services.reports.contract import LIST_CATEGORIES

# for so long nobody asks us again; feed readers come seldom, maps are looked at
MAP_SECONDS, FEED_SECONDS = 30, 300


class PublicLists:
    """The handler of By.LIST."""

    def __init__(self, rpc: Rpc, cursors: Cursors, place: Place) -> None:
        self._rpc = rpc
        self._cursors = cursors
        self._place = place

    def respond(self, exchange: Exchange) -> Response:
        """A page of what everybody may see. Raises Malformed, Invalid."""
        page = self._page(exchange)
        if exchange.route.gives == operations.GEOJSON_TYPE:
            found = jsontext.dumps(geojson.collection(page))
            return responses.public(found, operations.GEOJSON_TYPE, MAP_SECONDS)
        feed = atom.Feed(
            base=self._place.base(exchange.request),
            query=exchange.request.query_string.decode("ascii"),
            language=exchange.headers.language,
            known=self._call(exchange, LIST_CATEGORIES.name, {}),
        )
        return responses.public(
            feed.written(page), f"{operations.ATOM_TYPE}; charset=utf-8", FEED_SECONDS
        )

    def _page(self, exchange: Exchange) -> Any:
        asked = requests.content(exchange.request, exchange.path)
        of = operations.FORMS_OF[exchange.route.operation.name]
        body = self._cursors.opened(of, asked)
        fields.load(exchange.route.operation.request, body)
        return self._cursors.sealed(of, self._call(exchange, of.name, body))

    def _call(self, exchange: Exchange, operation: str, body: dict[str, Any]) -> Any:
        return self._rpc.call("reports", operation, body, exchange.headers_now)
