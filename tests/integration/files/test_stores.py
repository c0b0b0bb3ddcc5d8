"""The same promises from every file store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.state import ROOT
from services.chassis.errors import NotFound
from services.chassis.files import FilesAway, FileStore, open_store
from services.chassis.files.local import LocalFiles
from tests.integration.files.conftest import credentials

KEY = "photos/2026112413/0123abcd.jpg"


def source(folder: Path, content: bytes = b"picture") -> Path:
    file = folder / "source"
    file.write_bytes(content)
    return file


def read(store: FileStore, key: str = KEY) -> bytes:
    stored = store.open(key)
    try:
        content = b"".join(stored.chunks)
    finally:
        stored.close()
    assert stored.size == len(content)
    return content


def test_there_and_back(store: FileStore, tmp_path: Path) -> None:
    large = os.urandom(300_000)
    store.put(KEY, source(tmp_path, large), "image/jpeg")
    assert read(store) == large
    store.put(KEY, source(tmp_path, large), "image/jpeg")
    assert read(store) == large and list(store.keys("photos/2026112413")) == [KEY]


def test_what_is_not_there(store: FileStore) -> None:
    with pytest.raises(NotFound):
        store.open(KEY)
    assert list(store.keys("photos/2026112413")) == []
    store.delete([KEY])


def test_deleting_leaves_the_others(store: FileStore, tmp_path: Path) -> None:
    keys = [f"photos/2026112413/{n}.jpg" for n in range(3)]
    for key in (*keys, "photos/20261124139/0.jpg"):
        store.put(key, source(tmp_path), "image/jpeg")
    store.delete(iter(keys[:2]))
    assert list(store.keys("photos/2026112413")) == keys[2:]
    assert list(store.keys("photos")) == [keys[2], "photos/20261124139/0.jpg"]


def test_more_than_one_page(store: FileStore, tmp_path: Path) -> None:
    file = source(tmp_path)
    for n in range(1_100):
        store.put(f"many/{n}", file, "image/jpeg")
    keys = list(store.keys("many"))
    assert len(keys) == 1_100
    store.delete(keys)
    assert list(store.keys("many")) == []


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "A", "a b", "a\n", ".x", "x" * 201],
)
def test_keys_never_lead_outside(store: FileStore, key: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="key"):
        store.put(key, source(tmp_path), "image/jpeg")
    with pytest.raises(ValueError, match="key"):
        store.open(key)


def test_half_a_file_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalFiles(tmp_path / "files")

    def fail(_: int) -> None:
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(FilesAway):
            store.put(KEY, source(tmp_path), "image/jpeg")
    with pytest.raises(NotFound):
        store.open(KEY)
    assert list(store.keys("photos")) == []


def test_what_a_crash_left_is_found_and_deleted(tmp_path: Path) -> None:
    store = LocalFiles(tmp_path / "files")
    store.put(KEY, source(tmp_path), "image/jpeg")
    (tmp_path / "files/photos/2026112413/.unfinished-x").write_bytes(b"half")
    keys = list(store.keys("photos/2026112413"))
    assert len(keys) == 2
    store.delete(keys)
    assert not (tmp_path / "files/photos/2026112413").exists()
    with pytest.raises(ValueError, match="key"):
        store.delete(["../source"])


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(FilesAway):
        LocalFiles(tmp_path / "files").put(KEY, source(tmp_path), "image/jpeg")


def test_a_server_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    credentials(monkeypatch)
    store = open_store("s3://kota/x?endpoint=http://127.0.0.1:1")
    for act in (
        lambda: store.put(KEY, source(tmp_path), "image/jpeg"),
        lambda: store.open(KEY),
        lambda: list(store.keys("photos")),
        lambda: store.delete([KEY]),
    ):
        with pytest.raises(FilesAway):
            act()


def test_it_works_under_eventlet(url: str, tmp_path: Path) -> None:
    code = f"""
import eventlet; eventlet.monkey_patch()
from pathlib import Path
from services.chassis.files import open_store
store = open_store({url!r})
pool = eventlet.GreenPool()
list(pool.imap(lambda n: store.put(f"green/{{n}}", Path({str(source(tmp_path))!r}), "x"), range(8)))
print(sorted(b"".join(store.open(key).chunks) for key in store.keys("green")))
"""
    environment = os.environ | {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == str([b"picture"] * 8), done.stderr[-1000:]
