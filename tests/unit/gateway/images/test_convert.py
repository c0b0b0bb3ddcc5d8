"""A hostile file becomes a harmless picture, or is refused for a reason."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from gateway.images import convert
from gateway.images.convert import RefusedError
from tests.unit.gateway.images.making import (
    chunk,
    picture,
    png_that_says,
    saved,
    text_bomb,
    zipped,
)

JPEG = saved(picture(), "JPEG", quality=90)
PNG = saved(picture(), "PNG")
WEBP = saved(picture(), "WEBP")
FRAMES = [picture() for _ in range(3)]


def converted(content: bytes, folder: Path) -> dict[str, Any]:
    source = folder / "source"
    source.write_bytes(content)
    return convert.convert(source, folder)


def test_what_looks_the_same_is_alike(tmp_path: Path) -> None:
    photo = Image.linear_gradient("L").rotate(30).convert("RGB").resize((640, 480))
    small = photo.resize((200, 150))
    told = [
        converted(content, tmp_path)["likeness"]
        for content in (
            saved(photo, "JPEG", quality=92), saved(photo, "JPEG", quality=30),
            saved(small, "PNG"), saved(photo.point(lambda value: value * 0.6), "PNG"),
            saved(photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG"),
        )
    ]  # fmt: skip
    first, *others = (int(one, 16) for one in told)
    assert all(len(one) == 16 for one in told)
    near = [(first ^ other).bit_count() <= 6 for other in others]
    assert near == [True, True, True, False], told


def refused(content: bytes, folder: Path) -> str:
    with pytest.raises(RefusedError) as refusal:
        converted(content, folder)
    return str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        JPEG, PNG, WEBP,
        saved(picture("L"), "JPEG"), saved(picture("CMYK"), "JPEG"),
        saved(picture("RGB"), "JPEG", progressive=True), saved(picture("RGBA"), "PNG"),
        saved(picture("LA"), "PNG"), saved(picture("P"), "PNG"), saved(picture("1"), "PNG"),
        saved(picture("P"), "PNG", transparency=0), saved(picture("RGBA"), "WEBP"),
        saved(picture().convert("I;16"), "PNG"),
        saved(FRAMES[0], "MPO", save_all=True, append_images=FRAMES[1:]),
        JPEG + b"\0\0\0\x18ftypmp42" + b"\x01" * 5_000,
        JPEG + b"\0" * 64 + b"SEFHi\0\0\0\1\0\0\0SEFT",
        JPEG + JPEG,
    ],
)  # fmt: skip
def test_pictures_become_jpeg(content: bytes, tmp_path: Path) -> None:
    made = converted(content, tmp_path)
    with Image.open(tmp_path / "picture.jpg") as image, Image.open(tmp_path / "thumb.jpg") as small:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (96, 64))
        assert (small.format, small.size) == ("JPEG", (96, 64))
    assert (made["width"], made["height"]) == (96, 64)
    assert made["bytes"] == (tmp_path / "picture.jpg").stat().st_size


def test_large_ones_are_reduced(tmp_path: Path) -> None:
    made = converted(saved(picture(size=(3_000, 1_500)), "JPEG"), tmp_path)
    assert (made["width"], made["height"]) == (2_560, 1_280)
    with Image.open(tmp_path / "thumb.jpg") as thumb:
        assert thumb.size == (320, 160)


def test_the_same_picture_has_the_same_digest(tmp_path: Path) -> None:
    other = picture()
    assert converted(JPEG, tmp_path)["digest"] == converted(JPEG, tmp_path)["digest"]
    assert converted(saved(other, "JPEG"), tmp_path) != converted(JPEG, tmp_path)


def test_nothing_but_the_picture_is_kept(tmp_path: Path) -> None:
    canary = "canary-" + "x" * 20
    exif = Image.Exif()
    exif[0x010E] = canary
    exif.get_ifd(0x8825)[2] = (6.0, 19.0, 20.0)
    exif.get_ifd(0x8825)[0x1D] = canary
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", canary)
    notes.add_itxt("XML:com.adobe.xmp", canary)
    for content in (
        saved(
            picture(), "JPEG", exif=exif, comment=canary, icc_profile=profile, xmp=canary.encode()
        ),
        saved(picture(), "PNG", exif=exif, pnginfo=notes, icc_profile=profile),
        saved(picture(), "WEBP", exif=exif, icc_profile=profile, xmp=canary.encode()),
    ):
        assert canary.encode() in content
        converted(content, tmp_path)
        for name in ("picture.jpg", "thumb.jpg"):
            kept = (tmp_path / name).read_bytes()
            assert not [
                mark for mark in (b"canary", b"Exif", b"ICC_PROFILE", b"http:") if mark in kept
            ]


def test_it_stands_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste("red", (0, 0, 60, 8))
    exif = Image.Exif()
    exif[0x0112] = 6
    made = converted(saved(image, "JPEG", exif=exif), tmp_path)
    assert (made["width"], made["height"]) == (40, 60)
    with Image.open(tmp_path / "picture.jpg") as upright:
        red, _, blue = upright.getpixel((37, 30))  # type: ignore[misc]
    assert red > 200 and blue < 80


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    converted(saved(Image.new("RGBA", (32, 32), (0, 0, 0, 0)), "PNG"), tmp_path)
    with Image.open(tmp_path / "picture.jpg") as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_keep_their_brightness(tmp_path: Path) -> None:
    gray = Image.new("I;16", (32, 32), 32_768)
    converted(saved(gray, "PNG"), tmp_path)
    with Image.open(tmp_path / "picture.jpg") as image:
        red, green, _ = image.getpixel((5, 5))  # type: ignore[misc]
    assert abs(red - 128) < 4 and red == green


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"hello", "not_an_image"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "not_an_image"),
        (b"<html><body>x</body></html>", "polyglot"),
        (b"%PDF-1.7\n", "polyglot"),
        (saved(picture(), "GIF"), "not_an_image"),
        (saved(picture(), "BMP"), "not_an_image"),
        (saved(picture(), "TIFF"), "not_an_image"),
        (png_that_says(100_000, 100_000), "too_many_pixels"),
        (png_that_says(8_000, 5_001), "too_many_pixels"),
        (saved(picture(size=(15, 200)), "PNG"), "too_small"),
        (saved(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:]), "animated"),
        (saved(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]), "animated"),
        (saved(picture(), "JPEG", comment="<script>alert(1)</script>"), "polyglot"),
        (JPEG + b"<?PHP system('id');", "polyglot"),
        (JPEG + b"<!DocType html><body onload=x>", "polyglot"),
        (PNG[:33] + chunk(b"tEXt", b"a\0<iframe src=x>") + PNG[33:], "polyglot"),
        (JPEG + zipped(), "polyglot"),
        (JPEG + zipped(b"a comment at its end"), "polyglot"),
        (JPEG[:2] + b"\xff\xfe\x00\x10%PDF-1.4 xxxxx" + JPEG[2:], "polyglot"),
        (JPEG[:200], "broken"),
        (JPEG[: len(JPEG) // 2], "truncated"),
        (JPEG[:-10], "truncated"),
        (PNG[: len(PNG) // 2], "truncated"),
        (PNG[:-12], "truncated"),
        (WEBP[:-1], "truncated"),
        (WEBP[: len(WEBP) // 2], "truncated"),
    ],
)
def test_refused_for_a_reason(content: bytes, code: str, tmp_path: Path) -> None:
    assert refused(content, tmp_path) == code


def test_a_text_that_unpacks_without_end(tmp_path: Path) -> None:
    assert len(text_bomb()) < 1_000_000
    assert refused(text_bomb(), tmp_path) in ("broken", "not_an_image")


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.sampled_from([JPEG, PNG, WEBP]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_damage_is_refused_or_harmless(
    tmp_path: Path, content: bytes, damage: list[tuple[int, int]]
) -> None:
    changed = bytearray(content)
    for position, value in damage:
        changed[position % len(changed)] = value
    try:
        made = converted(bytes(changed), tmp_path)
    except RefusedError as refusal:
        assert str(refusal) != ""
        return
    with Image.open(io.BytesIO((tmp_path / "picture.jpg").read_bytes())) as image:
        assert image.size == (made["width"], made["height"])
