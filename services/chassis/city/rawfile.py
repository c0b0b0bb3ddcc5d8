"""Read one text file of the pack, with bounds."""

from __future__ import annotations

from pathlib import Path

from services.chassis.city.problems import Problem
from services.chassis.text import Text

MAX_BYTES = 5_000_000

MISSING = Text("This file is missing.", id="Berkas ini tidak ada.")
UNREADABLE = Text("This file cannot be read: {why}.", id="Berkas ini tidak dapat dibaca: {why}.")
TOO_LARGE = Text("This file is larger than {max} MB.", id="Berkas ini lebih besar dari {max} MB.")
NOT_UTF8 = Text("This file is not UTF-8 text.", id="Berkas ini bukan teks UTF-8.")


def read_text(directory: Path, file: str, max_bytes: int = MAX_BYTES) -> str | Problem:
    """The text of `directory/file` (UTF-8, of bounded size; a byte order mark is dropped)."""
    path = directory / file
    try:
        if not path.is_file():
            return Problem(file, 1, "", MISSING)
        with path.open("rb") as stream:
            content = stream.read(max_bytes + 1)
    except OSError as error:
        return Problem(file, 1, "", UNREADABLE.format(why=error.strerror))
    if len(content) > max_bytes:
        return Problem(file, 1, "", TOO_LARGE.format(max=max_bytes // 1_000_000))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem(file, content.count(b"\n", 0, error.start) + 1, "", NOT_UTF8)
