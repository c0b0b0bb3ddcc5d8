"""Open311 GeoReport v2 under `/open311/`: the handler of its routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from gateway.exchange import Exchange, Rpc
from gateway.open311 import asking, formats, mapping, operations
from gateway.open311.submissions import ASYNC, Submissions, wants_token
from gateway.place import Place
from services.chassis import fields
from services.chassis.contract import Operation
from services.chassis.errors import Invalid, NotFound
from services.reports.contract import FIND_REPORTS, GET_CATEGORY, GET_REPORT, LIST_CATEGORIES

Asked = dict[str, Any]


class Open311:
    """The handler of By.OPEN311."""

    def __init__(self, rpc: Rpc, place: Place, submissions: Submissions) -> None:
        self._rpc = rpc
        self._place = place
        self._submissions = submissions
        self._readers: dict[Operation, Callable[[Exchange, Asked], Any]] = {
            operations.DISCOVERY: self._discovery,
            operations.SERVICES: self._services,
            operations.DEFINITION: self._definition,
            operations.REQUESTS: self._requests,
            operations.REQUEST: self._request,
            operations.TOKEN: self._token,
        }

    def respond(self, exchange: Exchange) -> Response:
        """The answer in the form that the address asks for."""
        operation = exchange.route.operation
        if operation is operations.SUBMIT:
            return self._submit(exchange)
        query = asking.query(exchange.request)
        asked = fields.load(operation.request, exchange.path | _foreign(query, exchange))
        callback = asked.get("callback")
        formats.check_callback(callback, asked["format"])
        found = self._readers[operation](exchange, asked)
        return formats.response(
            found, operations.ROOTS[operation], asked["format"], callback=callback
        )

    def _submit(self, exchange: Exchange) -> Response:
        fields.load(operations.SUBMIT.request(only=("format",)), exchange.path)
        found = self._submissions.submit(exchange)
        root = operations.ROOTS[operations.SUBMIT]
        response = formats.response([found], root, exchange.path["format"])
        if wants_token(exchange):
            response.headers["Preference-Applied"] = ASYNC
        return response

    def _discovery(self, exchange: Exchange, asked: Asked) -> Any:
        base = self._place.base(exchange.request)
        known = self._call(exchange, LIST_CATEGORIES, {})
        return mapping.discovery(known, base, self._place.contact, exchange.headers.language)

    def _services(self, exchange: Exchange, asked: Asked) -> Any:
        known = self._call(exchange, LIST_CATEGORIES, {})
        return [mapping.service(category) for category in known["items"]]

    def _definition(self, exchange: Exchange, asked: Asked) -> Any:
        category = self._call(exchange, GET_CATEGORY, {"code": asked["service_code"]})
        if not category["attributes"]:
            raise NotFound()
        return mapping.definition(category, exchange.headers.language)

    def _requests(self, exchange: Exchange, asked: Asked) -> Any:
        return self._found(exchange, asked, mapping.filters(asked))

    def _request(self, exchange: Exchange, asked: Asked) -> Any:
        found = self._found(exchange, asked, {"numbers": [asked["service_request_id"]]})
        if not found:
            raise NotFound()
        return found

    def _token(self, exchange: Exchange, asked: Asked) -> Any:
        try:
            report = self._call(exchange, GET_REPORT, {"id": asked["token"]})
        except Invalid:
            raise NotFound() from None
        return [{"service_request_id": report["number"], "token": asked["token"]}]

    def _found(self, exchange: Exchange, asked: Asked, body: Asked) -> list[Any]:
        base, language = self._place.base(exchange.request), exchange.headers.language
        extended = asked.get("extensions", False)
        found = self._call(exchange, FIND_REPORTS, body)["items"]
        return [mapping.request(one, base, language, extended=extended) for one in found]

    def _call(self, exchange: Exchange, operation: Operation, body: Asked) -> Any:
        fields.load(operation.request, body)
        return self._rpc.call("reports", operation.name, body, exchange.headers_now)


def _foreign(query: Asked, exchange: Exchange) -> Asked:
    """What stands in the address's path may not stand in its query as well."""
    twice = next((name for name in query if name in exchange.path), None)
    if twice is not None:
        raise asking.unknown(twice)
    return query
