"""Pictures are converted in child processes: a few at once, a few more waiting."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from eventlet import Timeout
from eventlet.green import subprocess

from gateway.http.slots import Slots
from services.chassis.errors import FieldError, Invalid
from services.chassis.text import Text

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_SECONDS = 2.5
_PROGRAM = "gateway.images.convert"
_BROKEN = Text("The image is damaged.", id="Gambar rusak.")
WORDS = {
    "empty": Text("The file is empty.", id="Berkas kosong."),
    "not_an_image": Text(
        "Only JPEG, PNG and WebP images are taken.", id="Hanya gambar JPEG, PNG, dan WebP."
    ),
    "truncated": Text(
        "The image is incomplete; upload it again.", id="Gambar tidak lengkap; unggah kembali."
    ),
    "too_many_pixels": Text(
        "The image has more than 40 megapixels.", id="Gambar lebih dari 40 megapiksel."
    ),
    "too_small": Text(
        "The image is smaller than 16 pixels.", id="Gambar lebih kecil dari 16 piksel."
    ),
    "animated": Text("Animated images are not taken.", id="Gambar bergerak tidak diterima."),
    "polyglot": Text(
        "The file holds more than an image.", id="Berkas berisi hal lain selain gambar."
    ),
    "broken": _BROKEN,
}


class PictureRefused(Invalid):
    """The file is not a picture we take. code: one of WORDS."""

    def __init__(self, code: str) -> None:
        super().__init__(errors=[FieldError("file", code, WORDS.get(code, _BROKEN))])


@dataclass(frozen=True)
class Picture:
    """A harmless picture. picture, thumb: files. digest: SHA-256 of the picture. likeness: its
    perceptual hash."""

    digest: str
    picture: Path
    thumb: Path
    width: int
    height: int
    bytes: int
    likeness: str


class Converter:
    """at_once: child processes at a time. queue: how many may wait for one. seconds: for each."""

    def __init__(self, *, at_once: int = 2, queue: int = 16, seconds: float = 10.0) -> None:
        self._slots = Slots(workers=at_once, queue=queue, seconds=WAIT_SECONDS)
        self._seconds = seconds

    def convert(self, source: Path, folder: Path) -> Picture:
        """Make picture and thumb in `folder`. Raises PictureRefused, Busy."""
        with self._slots.taken():
            outcome = self._run(source, folder)
        if "refused" in outcome:
            raise PictureRefused(outcome["refused"])
        return Picture(picture=folder / "picture.jpg", thumb=folder / "thumb.jpg", **outcome)

    def _run(self, source: Path, folder: Path) -> dict[str, Any]:
        child = subprocess.Popen(
            [sys.executable, "-m", _PROGRAM, str(source), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            # none of our secrets
            env={"PYTHONPATH": str(ROOT), "PATH": os.defpath, "LANG": "C.UTF-8"},
        )
        try:
            with Timeout(self._seconds):
                said, _ = child.communicate()
        except Timeout:
            log.warning("a picture took too long")
            return {"refused": "broken"}
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
            child.stdout.close()
        if child.returncode != 0:
            log.warning("a picture broke its converter", returncode=child.returncode)
            return {"refused": "broken"}
        outcome: dict[str, Any] = json.loads(said)
        return outcome
