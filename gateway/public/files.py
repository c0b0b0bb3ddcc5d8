"""`GET /v1/open-data/{file}`: reports says which, the file store has it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from werkzeug.wrappers import Response

from gateway.calls import Calls
from gateway.exchange import Exchange
from services.chassis.files import FileStore, StoredFile

SECONDS = 300
_GZIP = 16 + zlib.MAX_WBITS
_CHUNK = 65_536


class OpenDataFiles:
    """The handler of By.FILE."""

    def __init__(self, calls: Calls, store: FileStore) -> None:
        self._calls = calls
        self._store = store

    def respond(self, exchange: Exchange) -> Response:
        """The file, packed for clients that take gzip. Raises NotFound."""
        found = self._calls.call(exchange)
        takes_gzip = exchange.request.accept_encodings.quality("gzip") > 0
        form = "gzip" if takes_gzip else "plain"
        headers = {
            "ETag": f'"{found["sha256"][:32]}-{form}"',
            "Cache-Control": f"public, max-age={SECONDS}",
            "Content-Disposition": f'attachment; filename="{_name(exchange, found["day"])}"',
        }
        headers |= {"Content-Encoding": "gzip"} if takes_gzip else {}
        if exchange.request.if_none_match.contains(headers["ETag"].strip('"')):
            return Response(status=304, headers=headers)
        stored = self._store.open(found["key"])
        chunks = stored.chunks if takes_gzip else _unpacked(stored)
        response = Response(chunks, 200, headers, content_type=found["media_type"])
        response.content_length = stored.size if takes_gzip else found["bytes"]
        response.call_on_close(stored.close)
        return response


def _name(exchange: Exchange, day: str) -> str:
    name, _, suffix = str(exchange.path["file"]).partition(".")
    return f"{name}-{day}.{suffix}"


def _unpacked(stored: StoredFile) -> Iterator[bytes]:
    packed = zlib.decompressobj(_GZIP)
    for chunk in stored.chunks:
        while chunk:
            yield packed.decompress(chunk, _CHUNK)
            chunk = packed.unconsumed_tail
    yield packed.flush()
