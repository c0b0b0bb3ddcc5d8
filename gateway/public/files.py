"""`GET /v1/open-data/reports.csv` and `.geojson`: reports says which, the file store has it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from werkzeug.wrappers import Response

from gateway import requests
from gateway.exchange import Exchange, Rpc
from services.chassis.files import FileStore, StoredFile
from services.reports.contract import CONTRACT as REPORTS

SECONDS = 300
_ASKED = REPORTS.operation("open_data_file")
_GZIP = 16 + zlib.MAX_WBITS
_CHUNK = 65_536


class OpenDataFiles:
    """The handler of By.FILE."""

    def __init__(self, rpc: Rpc, store: FileStore) -> None:
        self._rpc = rpc
        self._store = store

    def respond(self, exchange: Exchange) -> Response:
        """The file, packed for clients that take gzip. Raises NotFound."""
        requests.refuse_query(exchange.request)
        name = exchange.route.path.rpartition("/")[2]
        found = self._rpc.call("reports", _ASKED.name, {"file": name}, exchange.headers_now)
        takes_gzip = exchange.request.accept_encodings.quality("gzip") > 0
        form = "gzip" if takes_gzip else "plain"
        headers = {
            "ETag": f'"{found["sha256"][:32]}-{form}"',
            "Cache-Control": f"public, max-age={SECONDS}",
            "Content-Disposition": f'attachment; filename="{_dated(name, found["day"])}"',
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


def _dated(name: str, day: str) -> str:
    stem, _, suffix = name.partition(".")
    return f"{stem}-{day}.{suffix}"


def _unpacked(stored: StoredFile) -> Iterator[bytes]:
    packed = zlib.decompressobj(_GZIP)
    for chunk in stored.chunks:
        while chunk:
            yield packed.decompress(chunk, _CHUNK)
            chunk = packed.unconsumed_tail
    yield packed.flush()
