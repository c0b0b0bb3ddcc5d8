"""What is encrypted can be read with the key, whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.kota.backup import sealing
from infra.kota.backup.sealing import Broken

PRIVATE, PUBLIC = sealing.new_key()
KEYS = sealing.identities(PRIVATE)
FOR_US = sealing.recipients(PUBLIC)


def encrypted(folder: Path, content: bytes) -> Path:
    file = folder / "part"
    file.unlink(missing_ok=True)
    sealing.encrypt(io.BytesIO(content), file, FOR_US)
    return file


@settings(max_examples=25, deadline=None)
@given(content=st.one_of(st.binary(), st.integers(0, 200_000).map(lambda n: b"\x00\xff" * n)))
def test_there_and_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("sealing") / "part"
    plain, stored = sealing.encrypt(io.BytesIO(content), file, FOR_US)
    out = io.BytesIO()
    assert sealing.decrypt(file, out, KEYS) == (plain, stored)
    assert out.getvalue() == content and plain.size == len(content)
    assert stored.size == file.stat().st_size and file.stat().st_mode & 0o077 == 0


def test_the_content_is_not_to_be_seen(tmp_path: Path) -> None:
    assert b"rahasia" not in encrypted(tmp_path, b"rahasia" * 1_000).read_bytes()


@pytest.mark.parametrize("where", [5, 100, 200, 70_000, -1])
def test_one_changed_byte_is_found(tmp_path: Path, where: int) -> None:
    file = encrypted(tmp_path, bytes(200_000))
    content = bytearray(file.read_bytes())
    content[where] ^= 1
    file.write_bytes(content)
    with pytest.raises(Broken):
        sealing.decrypt(file, sealing.Nowhere(), KEYS)


@pytest.mark.parametrize("length", [0, 10, 300, 66_000, 199_000])
def test_a_missing_end_is_found(tmp_path: Path, length: int) -> None:
    file = encrypted(tmp_path, bytes(200_000))
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(Broken):
        sealing.decrypt(file, sealing.Nowhere(), KEYS)


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    other, _ = sealing.new_key()
    with pytest.raises(Broken, match="No matching keys"):
        sealing.decrypt(
            encrypted(tmp_path, b"x"), sealing.Nowhere(), sealing.identities(other)
        )  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "words"),
    [("", "no public key"), ("age1x", "age1x"), (f"{PUBLIC},x", "'x'")],
    ids=["none", "broken", "one of two broken"],
)
def test_wrong_recipients_are_named(keys: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sealing.recipients(keys)


@pytest.mark.parametrize(
    "text", ["", "# only a comment", PUBLIC], ids=["nothing", "a comment", "a public key"]
)
def test_what_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        sealing.identities(text)


def test_a_writer_that_fails_is_heard_not_the_reader() -> None:
    def write(out: IO[bytes]) -> None:
        out.write(b"half")
        raise KeyError("the writer")

    with pytest.raises(KeyError):
        sealing.read_from(write, lambda source: source.read())


def test_a_reader_that_ends_early_stops_the_writer() -> None:
    def write(out: IO[bytes]) -> None:
        while True:
            out.write(bytes(65_536))

    assert sealing.read_from(write, lambda source: source.read(3)) == bytes(3)
