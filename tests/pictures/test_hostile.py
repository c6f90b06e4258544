"""Small files that decode to large images are refused by their header, before a decoder sees them."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mjbot.pictures.header import DECODED_BYTES, Header, is_laborious, read_header
from mjbot.pictures.masks import Masks
from mjbot.pictures.raster import shrink
from mjbot.ports import MaskProblem, MaskRefused
from tests.pictures.hostile import animated_gif, animated_webp, chunk, encoded, png, still_webp
from tests.pictures.test_masks import masks, web
from tests.pictures.web import drawn

__all__ = ["masks", "web"]  # fixtures

MIB = 1024 * 1024
ROOT = Path(__file__).parents[2]
REFUSED: dict[str, Callable[[], bytes]] = {
    "an animated WebP on a canvas of 8000": lambda: animated_webp(8000),
    "an animated WebP on a canvas of 16383": lambda: animated_webp(16383),
    "an animated WebP of a thousand frames": lambda: animated_webp(4000, frames=1000),
    "a still WebP of 4096": lambda: still_webp(4096),
    "a PNG of 8000": lambda: png(8000, 8000),
    "a PNG of 9000 with one channel": lambda: png(9_000, 9_000, channels=1),
    "a wide PNG": lambda: png(60_000, 300),
    "an APNG of 4096": lambda: png(4096, 4096, channels=4, frames=100),
    "a progressive JPEG of 4096": lambda: encoded(4096, 4096, "JPEG", progressive=True),
}
DECODED: dict[str, Callable[[], bytes]] = {
    "a PNG of 4096 with alpha": lambda: png(4096, 4096, channels=4),
    "a still WebP of 2896": lambda: still_webp(2896),
    "a progressive JPEG of 2800": lambda: encoded(2800, 2800, "JPEG", progressive=True),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_small_file_that_decodes_to_a_large_mask_is_refused(masks: Masks, name: str) -> None:
    data = REFUSED[name]()
    assert len(data) < 300_000
    header = read_header(data)
    assert header is not None
    assert header.reduction == 0
    with pytest.raises(MaskRefused) as caught:
        await masks.of_upload(None, data)
    assert caught.value.problem is MaskProblem.NOT_AN_IMAGE


@pytest.mark.parametrize(
    "data",
    [animated_webp(64), png(64, 64, frames=1), animated_gif(64)],
    ids=["webp", "apng", "gif"],
)
async def test_an_animated_mask_is_refused_whatever_its_size(masks: Masks, data: bytes) -> None:
    with pytest.raises(MaskRefused) as caught:
        await masks.of_upload(None, data)
    assert caught.value.problem is MaskProblem.NOT_AN_IMAGE


def test_decoding_any_file_takes_a_bounded_amount_of_memory(tmp_path: Path) -> None:
    refused = [
        "an animated WebP on a canvas of 8000",
        "a still WebP of 4096",
        "a PNG of 9000 with one channel",
    ]
    names = [*refused, *DECODED]
    for name in names:
        (tmp_path / name).write_bytes((REFUSED | DECODED)[name]())
    paths = [tmp_path / name for name in names]
    run = subprocess.run(
        [sys.executable, "-m", "tests.pictures.peak", *paths], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    grown = json.loads(run.stdout)
    assert {name: size for name, size in grown.items() if name in refused and size > 8 * MIB} == {}
    # The encoder of a smaller copy needs a little more than the decoder.
    assert {name: size for name, size in grown.items() if size > DECODED_BYTES * 3 // 2} == {}


def with_chunks(data: bytes, at: int, count: int) -> bytes:
    """A PNG with more chunks, from this offset on."""
    return data[:at] + chunk(b"abCd", b"") * count + data[at:]


@pytest.mark.parametrize(
    ("data", "laborious"),
    [
        (png(8, 8), False),
        (with_chunks(png(8, 8), -12, 100_000), True),
        (png(8, 8)[:33] + chunk(b"IDAT", b"") * 100_000 + png(8, 8)[33:], True),
        (animated_webp(64, frames=100), False),
        (animated_webp(64, frames=100_000), True),
        (encoded(64, 64, "JPEG", progressive=True), False),
        (encoded(64, 64, "JPEG", progressive=True)[:-2] + b"\xff\xda\0\x06\x01\x01\0\0" * 10_000, True),
        (animated_gif(64), False),
    ],
    ids=["png", "trailing chunks", "pieces", "frames", "too many frames", "scans", "too many scans", "gif"],
)
def test_a_file_that_keeps_a_decoder_busy_is_not_decoded(data: bytes, laborious: bool) -> None:
    header = read_header(data)
    assert header is not None
    assert is_laborious(data, header) is laborious
    assert (shrink(data, MIB) is None) is laborious


def test_comments_of_a_million_blocks_are_no_header() -> None:
    screen, frame = struct.pack("<6sHH3x", b"GIF89a", 8, 8), struct.pack("<BHHHHB", 0x2C, 0, 0, 8, 8, 0)
    comment = b"\x21\xfe" + b"\x01a" * 1_000 + b"\0"
    assert read_header(screen + comment + frame) is not None
    assert read_header(screen + comment * 1_000 + frame) is None


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (drawn("PNG", 9), Header("png", (9, 9))),
        (drawn("GIF", 9), Header("gif", (9, 9))),
        (drawn("WEBP", 9), Header("webp", (9, 9))),
        (drawn("WEBP", 9, "RGBA"), Header("webp", (9, 9))),
        (encoded(9, 7, "WEBP", lossless=True), Header("webp", (9, 7))),
        (encoded(9, 7, "JPEG"), Header("jpg", (9, 7), reducible=True)),
        (encoded(9, 7, "JPEG", progressive=True), Header("jpg", (9, 7))),
        (encoded(9, 7, "JPEG", exif=b"Exif\0\0" + bytes(60_000)), Header("jpg", (9, 7), reducible=True)),
        (png(9, 7, frames=4), Header("png", (9, 7), animated=True)),
        (animated_webp(900), Header("webp", (900, 900), animated=True)),
        (animated_webp(8, frame=16), Header("webp", (16, 16), animated=True)),  # beyond its canvas
    ],
)
def test_a_header_is_read_without_a_decoder(data: bytes, header: Header) -> None:
    found = read_header(data)
    assert found is not None
    assert found._replace(pixels_at=0) == header


@pytest.mark.parametrize(
    ("header", "reduction"),
    [
        (Header("png", (4096, 4096)), 1),
        (Header("png", (4097, 4096)), 0),
        (Header("png", (4096, 4096), animated=True), 0),
        (Header("webp", (2896, 2896)), 1),
        (Header("webp", (2897, 2896)), 0),
        (Header("jpg", (4096, 4096), reducible=True), 1),
        (Header("jpg", (8000, 8000), reducible=True), 2),
        (Header("jpg", (60_000, 60_000), reducible=True), 0),
        (Header("jpg", (4096, 4096)), 0),
    ],
)
def test_an_image_is_decoded_only_as_far_as_memory_allows(header: Header, reduction: int) -> None:
    assert header.reduction == reduction
