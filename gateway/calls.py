"""Routes that call one operation of one service."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from gateway import requests, responses
from gateway.cursors import Cursors
from gateway.exchange import Exchange, Rpc
from services.chassis import fields, jsontext


class Calls:
    """The handler of By.CALL."""

    def __init__(self, rpc: Rpc, cursors: Cursors) -> None:
        self._rpc = rpc
        self._cursors = cursors

    def respond(self, exchange: Exchange) -> Response:
        """Call the operation and put what it says into HTTP."""
        route = exchange.route
        answer = self.call(exchange)
        if route.keeps is not None:
            return responses.public(jsontext.dumps(answer), route.gives, route.keeps)
        response = responses.answer(answer, status=route.status)
        if route.location is not None:
            response.headers["Location"] = f"{route.location}{answer['id']}"
        return response

    def call(self, exchange: Exchange) -> Any:
        """The operation's answer. Raises what it raises, and Malformed or Invalid before."""
        operation = exchange.route.operation
        body = self._cursors.opened(operation, requests.content(exchange.request, exchange.path))
        fields.load(operation.request, body)
        answer = self._rpc.call(exchange.route.service, operation.name, body, exchange.headers_now)
        return self._cursors.sealed(operation, answer)
