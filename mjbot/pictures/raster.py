"""What a picture is, by its first bytes and its header; and a smaller copy of one. Blocking: for a thread.

Pillow keeps its limits, and Python its warnings, once for the process: call from one thread at a time.
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
# A header made of millions of tiny chunks keeps Pillow busy for a quarter of a minute, so it gets no more.
_HEAD_BYTES = 2 * 1024 * 1024
_SIDE, _LEAST_SIDE = 4096, 64
_QUALITY = 90
COPY_KIND = "webp"


def kind_of(data: bytes) -> str | None:
    """The file type by its first bytes; None for anything that is not a raster picture."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)


class Header(NamedTuple):
    """What a picture says of itself."""

    kind: str
    size: tuple[int, int]


def sniff_header(data: bytes, pixels: int) -> Header | None:
    """What a picture is, if its header bears it out and tells of at most so many pixels; none is decoded.

    Never raises: whatever is broken is no picture.
    """
    kind = kind_of(data)
    if kind is None:
        return None
    head = data if kind == "webp" else data[:_HEAD_BYTES]  # a WebP is read whole, in one C call
    try:
        with opened(head, kind) as picture:
            width, height = picture.size
    except Exception:  # Pillow raises nearly anything for a broken file
        return None
    fits = width > 0 and height > 0 and width * height <= pixels
    return Header(kind, (width, height)) if fits else None


def smaller(data: bytes, kind: str, most: int) -> bytes | None:
    """A still WebP copy of at most ``most`` bytes, downscaled as far as that takes; None if it cannot be.

    Give it only what was `sniff_header`: it decodes every pixel (4 bytes each).
    """
    try:
        with opened(data, kind) as original:
            mode = "RGBA" if original.has_transparency_data else "RGB"
            picture = original if original.mode == mode else original.convert(mode)
            picture.thumbnail((_SIDE, _SIDE))
            picture = ImageOps.exif_transpose(picture)
            return _encoded(picture, most)
    except Exception:  # Pillow raises nearly anything for a broken file
        return None


def _encoded(picture: Image.Image, most: int) -> bytes | None:
    while True:
        copy = io.BytesIO()
        picture.save(copy, "WEBP", quality=_QUALITY)
        if copy.tell() <= most:
            return copy.getvalue()
        width, height = (side * 3 // 4 for side in picture.size)
        if max(width, height) < _LEAST_SIDE or not min(width, height):
            return None
        picture = picture.resize((width, height))


@contextmanager
def opened(data: bytes, kind: str) -> Iterator[Image.Image]:
    """Open what was `sniff_header`, with warnings of bombs as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a strange file is not news
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # Only the reader that the first bytes call for: a file of two kinds is not to choose.
        with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as picture:
            yield picture
