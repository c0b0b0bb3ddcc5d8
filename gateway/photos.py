"""`GET /v1/reports/{id}/photos/{n}`: reports says whether and which, the file store has it."""

from __future__ import annotations

from werkzeug.wrappers import Response

from gateway.calls import Calls
from gateway.exchange import Exchange
from services.chassis.capabilities import photo_key
from services.chassis.files import FileStore

# a photo never changes, but it may be hidden
SECONDS = 300


class Photos:
    """The handler of By.PHOTO."""

    def __init__(self, calls: Calls, store: FileStore) -> None:
        self._calls = calls
        self._store = store

    def respond(self, exchange: Exchange) -> Response:
        """The picture itself, or 304 if the client has it."""
        found = self._calls.call(exchange)
        size = found["size"]
        scope = "public" if found["is_public"] else "private"
        headers = {
            "ETag": f'"{found["digest"]}-{size}"',
            "Cache-Control": f"{scope}, max-age={SECONDS}",
            "Content-Disposition": f'inline; filename="{found["name"]}"',
            # a picture may stand on anybody's page; it still runs nothing
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        if exchange.request.if_none_match.contains(f"{found['digest']}-{size}"):
            return Response(status=304, headers=headers)
        stored = self._store.open(photo_key(found["hour"], found["digest"], size))
        response = Response(stored.chunks, 200, headers, mimetype="image/jpeg")
        response.content_length = stored.size
        response.call_on_close(stored.close)
        return response
