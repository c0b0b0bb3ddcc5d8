"""Open data is downloaded packed or unpacked, the same to the byte."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from gateway.public.files import OpenDataFiles
from gateway.routes import By
from services.chassis.files import open_store
from tests.unit.gateway.making import FakeRpc, ask, make

KEY = "open-data/2026-06-01/0123.csv.gz"
CONTENT = b"number,state\r\n" + b"LP-2026-0000001-2,closed\r\n" * 20_000


@pytest.fixture
def read(tmp_path: Path) -> Any:
    store = open_store((tmp_path / "files").as_uri())
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(CONTENT))
    store.put(KEY, packed, "application/gzip")
    rpc = FakeRpc({
        "key": KEY, "media_type": "text/csv; charset=utf-8; header=present", "bytes": len(CONTENT),
        "stored": packed.stat().st_size, "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "day": "2026-06-01",
    })  # fmt: skip
    files = OpenDataFiles(rpc, store)
    application = make(rpc, handlers={By.FILE: files.respond})

    def read(path: str = "/v1/open-data/reports.csv", **asked: str) -> Response:
        headers = {name.replace("_", "-"): value for name, value in asked.items()}
        answer = ask(application, "GET", path, headers=headers)
        answer.get_data()
        answer.close()
        return answer

    return read


def test_the_same_packed_or_not(read: Any) -> None:
    plain, packed = read(), read(Accept_Encoding="gzip")
    assert plain.data == CONTENT == gzip.decompress(packed.data)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    for answer in (plain, packed):
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert answer.mimetype == "text/csv"
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert (
            answer.headers["Content-Disposition"] == 'attachment; filename="reports-2026-06-01.csv"'
        )
    assert plain.headers["ETag"] != packed.headers["ETag"]


def test_who_has_it_is_told_so(read: Any) -> None:
    again = read(If_None_Match=read().headers["ETag"])
    assert again.status_code == 304 and not again.data


def test_other_files_are_not_there(read: Any) -> None:
    for name in ("reports.xls", "..%2Freports.csv"):
        assert read(f"/v1/open-data/{name}").status_code == 404, name
    assert read("/v1/open-data/reports.csv?year=2026").status_code == 422
