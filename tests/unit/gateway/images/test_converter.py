"""Conversion runs in children: bounded in number and time, and without our secrets."""

from __future__ import annotations

import sys
from pathlib import Path

import eventlet
import pytest

from gateway.images import converter
from gateway.images.converter import WORDS, Converter, PictureRefused
from services.chassis.errors import Busy, Invalid
from tests.unit.gateway.images.making import picture, saved


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "source"
    file.write_bytes(saved(picture(), "JPEG"))
    return file


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Put another program into the converter's place."""
    (folder / "other_program.py").write_text(code)
    monkeypatch.setattr(converter, "ROOT", folder)
    monkeypatch.setattr(converter, "_PROGRAM", "other_program")


def test_a_picture(source: Path, tmp_path: Path) -> None:
    made = Converter().convert(source, tmp_path)
    assert made.picture.stat().st_size == made.bytes and made.thumb.exists()
    assert (made.width, made.height, len(made.digest)) == (96, 64, 64)


def test_a_refusal_says_what_would_be_right(source: Path, tmp_path: Path) -> None:
    source.write_bytes(b"GIF89a")
    with pytest.raises(PictureRefused) as refusal:
        Converter().convert(source, tmp_path)
    (error,) = refusal.value.errors
    assert (error.field, error.code) == ("file", "not_an_image")
    assert "JPEG" in error.message and "Hanya" in error.message.id
    assert isinstance(refusal.value, Invalid)


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(str(words) != words.id for words in WORDS.values())


@pytest.mark.parametrize(
    "code", ["import os; os.abort()", "import sys; sys.exit(3)", "import time; time.sleep(60)"]
)
def test_a_child_that_dies_or_hangs(
    code: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = "import os, pathlib, sys; pathlib.Path(sys.argv[2], 'pid').write_text(str(os.getpid()))"
    program(tmp_path, monkeypatch, f"{note}\n{code}")
    with pytest.raises(PictureRefused) as refusal:
        Converter(seconds=1.0).convert(source, tmp_path)
    assert refusal.value.errors[0].code == "broken"
    # neither running nor a zombie
    assert not Path("/proc", (tmp_path / "pid").read_text()).exists()


def test_the_child_knows_no_secrets(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLOAD_SECRET", "canary")
    code = (
        "import os, pathlib, sys\n"
        "pathlib.Path(sys.argv[2], 'seen').write_text(repr(dict(os.environ)))\n"
        'print(\'{"refused": "broken"}\')\n'
    )
    program(tmp_path, monkeypatch, code)
    with pytest.raises(PictureRefused):
        Converter().convert(source, tmp_path)
    seen = (tmp_path / "seen").read_text()
    assert "canary" not in seen and "PYTHONPATH" in seen


def test_few_at_once_and_few_waiting(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import pathlib, sys, time\n"
        "while not pathlib.Path(sys.argv[2], 'go').exists(): time.sleep(0.01)\n"
        'print(\'{"refused": "broken"}\')\n'
    )
    program(tmp_path, monkeypatch, code)
    one = Converter(at_once=1, queue=1)
    outcomes: list[type[BaseException]] = []

    def convert() -> None:
        try:
            one.convert(source, tmp_path)
        except (Busy, PictureRefused) as error:
            outcomes.append(type(error))

    threads = [eventlet.spawn(convert) for _ in range(4)]
    eventlet.sleep(0.1)
    assert outcomes == [Busy, Busy]
    (tmp_path / "go").touch()
    for thread in threads:
        thread.wait()
    assert outcomes == [Busy, Busy, PictureRefused, PictureRefused]
    assert sys.executable
