"""`GET /v1/stream`: server-sent events, replayed from notify's feed after Last-Event-ID."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from werkzeug.wrappers import Request, Response

from gateway import requests
from gateway.exchange import Exchange, Rpc, Verifier
from gateway.live.hub import Entry, Hub, Stream
from services.chassis import jsontext
from services.chassis.call import CallHeaders
from services.chassis.errors import DomainError, Malformed
from services.chassis.text import Language, Text
from services.notify.contract import audiences_of

HEARTBEAT_SECONDS = 15.0
RETRY_MS = 3_000
PAGE = 100
_BIGGEST = 2**63 - 1


class Streams:
    """The handler of By.STREAM."""

    def __init__(self, rpc: Rpc, hub: Hub, verifier: Verifier) -> None:
        self._rpc = rpc
        self._hub = hub
        self._verifier = verifier

    def respond(self, exchange: Exchange) -> Response:
        """An endless response. Raises Malformed, Busy, and what reading the feed raises."""
        requests.refuse_query(exchange.request)
        after = _last_event_id(exchange.request)
        stream = self._hub.open(exchange.address, audiences_of(exchange.principal))
        try:
            page = self._read(after, exchange.headers_now)
        except BaseException:
            self._hub.close(stream)
            raise
        response = Response(
            self._events(stream, page, exchange.headers),
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            content_type="text/event-stream; charset=utf-8",
        )
        response.call_on_close(lambda: self._hub.close(stream))
        return response

    def _read(self, after: int | None, headers: CallHeaders) -> dict[str, Any]:
        body = {"limit": PAGE} | ({} if after is None else {"after": after})
        page: dict[str, Any] = self._rpc.call("notify", "read_feed", body, headers)
        return page

    def _events(
        self, stream: Stream, page: dict[str, Any], headers: CallHeaders
    ) -> Iterator[bytes]:
        """First what was missed, then what happens."""
        last = 0 if page["items"] else page["head"]
        yield _opening(None if page["items"] else last, is_reset=page["reset"])
        try:
            for entry in self._replayed(page, headers):
                last = entry["position"]
                yield _event(entry, headers.language)
            while not stream.is_ended:
                news = stream.take(HEARTBEAT_SECONDS)
                if news is None:
                    # the token may have expired, or its key may have been withdrawn
                    self._verifier.verify(headers.authorization)
                    yield b": \n\n"
                elif news["position"] > last:
                    last = news["position"]
                    yield _event(news, headers.language)
        except DomainError:
            # the client comes again, with the last id it saw
            return

    def _replayed(self, page: dict[str, Any], headers: CallHeaders) -> Iterator[Entry]:
        yield from page["items"]
        while page["more"]:
            page = self._read(page["items"][-1]["position"], headers)
            yield from page["items"]


def _last_event_id(request: Request) -> int | None:
    given = request.headers.get("Last-Event-ID")
    if given is None or given == "":
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= 19 and int(given) <= _BIGGEST):
        raise Malformed(
            Text("Last-Event-ID must be a whole number.", id="Last-Event-ID harus bilangan bulat.")
        )
    return int(given)


def _opening(position_now: int | None, *, is_reset: bool) -> bytes:
    """How soon to come again, and from where; `reset` says that some was forgotten meanwhile."""
    name = "reset" if is_reset else "ready"
    position = "" if position_now is None else f"id: {position_now}\n"
    return f"retry: {RETRY_MS}\n{position}event: {name}\ndata: {{}}\n\n".encode()


def _event(entry: Entry, language: Language) -> bytes:
    data = {name: _in(language, value) for name, value in entry["data"].items()}
    text = jsontext.dumps(data | {"at": entry["at"]})
    return f"id: {entry['position']}\nevent: {entry['type']}\ndata: {text}\n\n".encode()


def _in(language: Language, value: Any) -> Any:
    """Words come in both languages."""
    return value[language] if isinstance(value, dict) and set(value) == {"id", "en"} else value
