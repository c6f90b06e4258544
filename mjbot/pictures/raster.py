"""Recognizes images by their header, and makes smaller copies. Blocking: run it in a thread.

Pillow's limits and Python's warning filters are process-wide: call from one thread at a time.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from PIL import Image, ImageOps

_MAGIC = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif"}
_FORMATS = {"png": "PNG", "jpg": "JPEG", "gif": "GIF", "webp": "WEBP"}
# A header of millions of tiny chunks keeps Pillow busy for a quarter of a minute, so it gets no more.
_HEADER_BYTES = 2 * 1024 * 1024
_MAX_SIDE = 4096
_MIN_SIDE = 64
_QUALITY = 90
COPY_KIND = "webp"


def kind_of(data: bytes) -> str | None:
    """The file type by its magic bytes; None for anything that is not a raster image."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)


class Header(NamedTuple):
    """The file type and the size in pixels, as the file declares them."""

    kind: str
    size: tuple[int, int]


def sniff_header(data: bytes, max_pixels: int) -> Header | None:
    """The header of an image, if it is valid and declares at most ``max_pixels``; no pixel is decoded.

    Never raises: a broken file is no image.
    """
    kind = kind_of(data)
    if kind is None:
        return None
    head = data if kind == "webp" else data[:_HEADER_BYTES]  # a WebP is parsed whole, in one C call
    try:
        with open_image(head, kind) as image:
            width, height = image.size
    except Exception:  # Pillow raises nearly anything for a broken file
        return None
    fits = width > 0 and height > 0 and width * height <= max_pixels
    return Header(kind, (width, height)) if fits else None


def shrink(data: bytes, kind: str, max_bytes: int) -> bytes | None:
    """A still WebP copy of at most ``max_bytes``, downscaled as far as needed; None if that is impossible.

    Only for data that passed `sniff_header`: it decodes every pixel (4 bytes each).
    """
    try:
        with open_image(data, kind) as original:
            mode = "RGBA" if original.has_transparency_data else "RGB"
            image = original if original.mode == mode else original.convert(mode)
            image.thumbnail((_MAX_SIDE, _MAX_SIDE))
            image = ImageOps.exif_transpose(image)
            return _encode_within(image, max_bytes)
    except Exception:  # Pillow raises nearly anything for a broken file
        return None


def _encode_within(image: Image.Image, max_bytes: int) -> bytes | None:
    while True:
        copy = io.BytesIO()
        image.save(copy, "WEBP", quality=_QUALITY)
        if copy.tell() <= max_bytes:
            return copy.getvalue()
        width, height = (side * 3 // 4 for side in image.size)
        if max(width, height) < _MIN_SIDE or not min(width, height):
            return None
        image = image.resize((width, height))


@contextmanager
def open_image(data: bytes, kind: str) -> Iterator[Image.Image]:
    """Open an image of a known kind; a decompression bomb warning is raised as an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a strange file is not worth a warning
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # Only the decoder of the magic bytes: a polyglot file must not choose another one.
        with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as image:
            yield image
