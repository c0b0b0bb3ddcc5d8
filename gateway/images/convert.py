"""A hostile file becomes a harmless picture, or is refused. Runs as a process of its own.

    python -m gateway.images.convert SOURCE OUT_FOLDER

A decoder is the one place where hostile bytes meet C code: here it has no secrets, little memory
and little time. Prints one JSON object: what was made, or {"refused": code}.
"""

from __future__ import annotations

import hashlib
import io
import json
import resource
import sys
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import (
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

MAX_PIXELS = 40_000_000
SMALLEST_SIDE = 16
LONGEST_SIDE = 2_560
THUMB_SIDE = 320
QUALITY, THUMB_QUALITY = 85, 78
_GRID = 8
# Pillow opens MPO, in which phones write several pictures into one file, as JPEG
FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)

# What a browser or an archive tool would run, wherever it stands. Data after a picture's end is
# legitimate otherwise: phones put videos and depth maps there.
_MARKS = (b"<script", b"<html", b"<?php", b"<!doctype", b"<iframe", b"javascript:")
_PDF = b"%PDF-"
_ZIP_END = b"PK\x05\x06"
_ZIP_END_SIZE, _ZIP_TAIL = 22, 65_557

_LIMITS = {
    resource.RLIMIT_AS: 1_200_000_000,
    resource.RLIMIT_CPU: 10,
    resource.RLIMIT_FSIZE: 50_000_000,
    resource.RLIMIT_CORE: 0,
}


class RefusedError(Exception):
    """The code of the reason."""


def main(source: str, folder: str) -> None:
    """Convert and print the outcome."""
    for number, most in _LIMITS.items():
        resource.setrlimit(number, (most, most))
    try:
        outcome: dict[str, Any] = convert(Path(source), Path(folder))
    except RefusedError as refused:
        outcome = {"refused": str(refused)}
    print(json.dumps(outcome))


def convert(source: Path, folder: Path) -> dict[str, Any]:
    """Write picture and thumb into `folder`; both JPEG, without any metadata.

    Raises RefusedError.
    """
    content = source.read_bytes()
    if not content:
        raise RefusedError("empty")
    if _is_polyglot(content):
        raise RefusedError("polyglot")
    if _is_cut(content):
        raise RefusedError("truncated")
    picture = _decoded(content)
    body = _encoded(picture, LONGEST_SIDE, QUALITY)
    (folder / "picture.jpg").write_bytes(body)
    (folder / "thumb.jpg").write_bytes(_encoded(picture, THUMB_SIDE, THUMB_QUALITY))
    width, height = _fitted(picture.size, LONGEST_SIDE)
    return {
        "digest": hashlib.sha256(body).hexdigest(),
        "width": width,
        "height": height,
        "bytes": len(body),
        "likeness": likeness(picture),
    }


def likeness(picture: Image.Image) -> str:
    """What it looks like, in 16 hexadecimal digits: 64 bits, in few of which alike pictures differ.

    The difference hash: of nine by eight grey values, whether each is lighter than the one to its
    right. Sizes, qualities and small corrections of a photo leave nearly all of them as they are.
    """
    grey = picture.convert("L").resize((_GRID + 1, _GRID), Image.Resampling.LANCZOS).tobytes()
    rows = [grey[at : at + _GRID + 1] for at in range(0, len(grey), _GRID + 1)]
    bits = [left > right for row in rows for left, right in pairwise(row)]
    return f"{sum(bit << place for place, bit in enumerate(reversed(bits))):016x}"


def _is_polyglot(content: bytes) -> bool:
    lower = content.lower()
    if any(mark in lower for mark in _MARKS) or _PDF in content[:1_024]:
        return True
    tail = content[-_ZIP_TAIL:]
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) - at < _ZIP_END_SIZE:
        return False
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    return at + _ZIP_END_SIZE + comment == len(tail)


def _decoded(content: bytes) -> Image.Image:
    """The picture, upright, on white, in RGB, not much larger than it will be kept."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            # Pillow only warns up to twice as many; _check is strict
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        is_bomb = isinstance(error, Image.DecompressionBombError)
        raise RefusedError("too_many_pixels" if is_bomb else "not_an_image") from None
    except Exception:
        raise RefusedError("broken") from None
    _check(image)
    try:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        return _on_white(ImageOps.exif_transpose(_reduced(image)))
    except RefusedError:
        raise
    except Exception as error:
        raise RefusedError("truncated" if "truncated" in str(error) else "broken") from None


def _check(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise RefusedError("too_many_pixels")
    if min(image.size) < SMALLEST_SIDE:
        raise RefusedError("too_small")
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise RefusedError("animated")


def _is_cut(content: bytes) -> bool:
    """Whether the end is missing, as far as decoders would not say so."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return b"IEND" not in content
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return is_webp and int.from_bytes(content[4:8], "little") + 8 > len(content)


def _reduced(image: Image.Image) -> Image.Image:
    """At most LONGEST_SIDE, still knowing which way is up."""
    exif = image.getexif()
    if image.mode in ("I", "I;16", "I;16B", "F"):
        # 16 bits a sample
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert(
            "RGBA" if "transparency" in image.info or "A" in image.mode else "RGB"
        )
    reduced = image.resize(_fitted(image.size, LONGEST_SIDE), Image.Resampling.LANCZOS,
                           reducing_gap=2.0)  # fmt: skip
    reduced.info = {"exif": exif.tobytes()} if len(exif) else {}
    return reduced


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image.convert("RGB")


def _fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    factor = min(1.0, longest / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _encoded(picture: Image.Image, longest: int, quality: int) -> bytes:
    """JPEG bytes, the same for the same picture."""
    fitted = picture.resize(_fitted(picture.size, longest), Image.Resampling.LANCZOS,
                            reducing_gap=2.0)  # fmt: skip
    # a fresh image: nothing that came along with the old one is written
    bare = Image.new("RGB", fitted.size)
    bare.paste(fitted)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
