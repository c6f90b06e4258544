"""Recognizing images by their header, and making smaller copies."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mjbot.pictures.header import kind_of, read_header
from mjbot.pictures.raster import shrink
from tests.pictures.web import drawn

PIXELS = 64_000_000
REAL = {"png": drawn("PNG"), "jpg": drawn("JPEG"), "gif": drawn("GIF"), "webp": drawn("WEBP")}


def sniff_kind(data: bytes, pixels: int = PIXELS) -> str | None:
    """The kind of an image with a valid header."""
    header = read_header(data)
    return header.kind if header and header.pixels <= pixels else None


def png_of(width: int, height: int) -> bytes:
    """The header of an image of this size, without pixel data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def webp_of(side: int) -> bytes:
    """An extended header that claims a large canvas, around a small image."""
    inner = drawn("WEBP", 16)[12:]
    canvas = (side - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas + canvas + inner
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("kind", REAL)
def test_a_real_image_is_recognized_by_its_magic_bytes(kind: str) -> None:
    assert kind_of(REAL[kind]) == sniff_kind(REAL[kind]) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE html><title>Just a moment...</title>",
        b'{"error":"This content is no longer available."}',
        b"RIFF\x10\x00\x00\x00WAVEfmt ",
        b"%PDF-1.7",
        b"\x00\x00\x00\x18ftypmp42",
        drawn("BMP"),
        drawn("TIFF"),
        b"\n" + REAL["png"],
    ],
    ids=lambda data: repr(data[:12]),
)
def test_anything_else_is_not_an_image(data: bytes) -> None:
    assert kind_of(data) is None
    assert sniff_kind(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + REAL["jpg"],
        b"\xff\xd8\xff<html>",
        b"\xff\xd8\xff" + REAL["png"],
        b"GIF89a/*<html>*/=alert(1)",
        b"RIFF\x10\x00\x00\x00WEBPVP8 <html>",
        b"RIFF" + struct.pack("<I", 60) + b"WEBP" + REAL["png"],
        REAL["png"][:20],
    ],
    ids=lambda data: repr(data[:12]),
)
def test_magic_bytes_without_a_valid_header_are_not_an_image(data: bytes) -> None:
    assert kind_of(data) is not None
    assert sniff_kind(data) is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png_of(8000, 8000), "png"),
        (png_of(8001, 8000), None),
        (png_of(9500, 9500), None),  # Pillow would only warn
        (png_of(60_000, 60_000), None),  # Pillow would refuse
        (png_of(0, 5), None),
        (webp_of(16_000), None),
        (struct.pack("<6sHHBBB", b"GIF89a", 65_535, 65_535, 0, 0, 0) + REAL["gif"][13:], None),
    ],
)
def test_too_many_pixels_are_refused_by_the_header(data: bytes, kind: str | None) -> None:
    assert sniff_kind(data) == kind


def test_a_header_of_a_million_chunks_is_rejected_early() -> None:
    chunk = struct.pack(">I", 0) + b"abCd" + struct.pack(">I", zlib.crc32(b"abCd"))
    head = png_of(8, 8)[:33]
    assert sniff_kind(head + chunk * 1_000_000 + REAL["png"][33:]) is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", *(data[:16] for data in REAL.values())]))
def test_random_bytes_never_raise(data: bytes, start: bytes) -> None:
    assert sniff_kind(start + data) in (None, "png", "jpg", "gif", "webp")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(REAL)), st.data())
def test_a_truncated_or_changed_image_never_raises(kind: str, data: st.DataObject) -> None:
    broken = bytearray(REAL[kind][: data.draw(st.integers(0, len(REAL[kind])))])
    for at in data.draw(st.lists(st.integers(0, max(0, len(broken) - 1)), max_size=4)):
        if broken:
            broken[at] = data.draw(st.integers(0, 255))
    found = sniff_kind(bytes(broken))
    assert found in (None, kind_of(bytes(broken)))
    if found is not None:
        copy = shrink(bytes(broken), 10_000)
        assert copy is None or len(copy) <= 10_000


def noise(mode: str, side: int, kind: str) -> bytes:
    size = (side, side)
    pixels = random.Random(1).randbytes(side * side * len(Image.new(mode, (1, 1)).getbands()))
    picture = Image.frombytes(mode, size, pixels)
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("mode", "kind", "most"), [("RGB", "PNG", 60_000), ("RGBA", "PNG", 60_000), ("L", "JPEG", 20_000)]
)
def test_a_smaller_copy_fits_and_looks_alike(mode: str, kind: str, most: int) -> None:
    data = noise(mode, 256, kind)
    assert len(data) > most
    copy = shrink(data, most)
    assert copy is not None
    assert len(copy) <= most
    assert sniff_kind(copy) == "webp"
    with Image.open(io.BytesIO(copy)) as picture:
        assert picture.mode == ("RGBA" if mode == "RGBA" else "RGB")
        assert picture.width == picture.height <= 256


def test_a_copy_that_cannot_be_small_enough_is_none() -> None:
    assert shrink(noise("RGB", 256, "PNG"), 10) is None


def test_a_very_wide_image_is_scaled_to_fit_a_webp() -> None:
    data = io.BytesIO()
    Image.new("RGB", (20_000, 40)).save(data, "PNG")
    copy = shrink(data.getvalue(), 100_000)
    assert copy is not None
    assert sniff_kind(copy) == "webp"
