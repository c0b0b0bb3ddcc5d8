"""Pictures for tests, good and bad."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image


def picture(mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Not one colour, so that something is to be decoded."""
    return Image.effect_noise(size, 70).convert(mode)


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    """The image as a file."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_that_says(width: int, height: int) -> bytes:
    """A PNG that declares a size and has no pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )  # fmt: skip


def text_bomb() -> bytes:
    """A PNG with a text of a few kilobytes that unpacks to 200 MB."""
    good = saved(picture(), "PNG")
    packed = zlib.compress(b"\0" * 200_000_000, 9)
    return good[:33] + chunk(b"zTXt", b"Comment\0\0" + packed) + good[33:]


def zipped(comment: bytes = b"") -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.class", b"x" * 100)
        archive.comment = comment
    return out.getvalue()
