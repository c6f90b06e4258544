"""Decodes images within a memory limit, and makes smaller copies.

The functions block, so run them in a thread. Pillow's limits and Python's warning filters are process-wide,
so call from one thread at a time.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps

from mjbot.pictures.header import is_laborious, read_header

_FORMATS = {"png": "PNG", "jpg": "JPEG", "gif": "GIF", "webp": "WEBP"}
_MAX_SIDE, _MAX_SIDE_WITH_ALPHA = 4096, 2896  # an alpha channel doubles the memory of the encoder
_MIN_SIDE = 64
_QUALITY = 90
COPY_KIND = "webp"


def shrink(data: bytes, max_bytes: int) -> bytes | None:
    """Return a still WebP copy of up to ``max_bytes``, downscaled if needed, or None if impossible."""
    try:
        with open_image(data) as image:
            mode = "RGBA" if image.has_transparency_data else "RGB"
            side = _MAX_SIDE_WITH_ALPHA if mode == "RGBA" else _MAX_SIDE
            image.thumbnail((side, side))
            copy = image if image.mode == mode else image.convert(mode)
            ImageOps.exif_transpose(copy, in_place=True)
            return _encode_within(copy, "WEBP", max_bytes)
    except Exception:  # Pillow raises nearly anything for a broken file
        return None


def reencode(data: bytes, side: int, max_bytes: int) -> bytes | None:
    """Return a JPEG copy of up to ``max_bytes`` whose longer side is at most ``side``, or None if impossible.

    The copy has no metadata. Transparent pixels become white, and only the first frame of an animation is
    kept.
    """
    try:
        with open_image(data) as image:
            image.thumbnail((side, side))
            mode = "RGBA" if image.has_transparency_data else "RGB"
            copy = ImageOps.exif_transpose(image).convert(mode)
            opaque = Image.new("RGB", copy.size, "white")
            opaque.paste(copy, mask=copy if mode == "RGBA" else None)
            return _encode_within(opaque, "JPEG", max_bytes)
    except Exception:  # Pillow raises nearly anything for a broken file
        return None


def _encode_within(image: Image.Image, kind: str, max_bytes: int) -> bytes | None:
    while True:
        copy = io.BytesIO()
        image.save(copy, kind, quality=_QUALITY)
        if copy.tell() <= max_bytes:
            return copy.getvalue()
        width, height = (side * 3 // 4 for side in image.size)
        if max(width, height) < _MIN_SIDE or not min(width, height):
            return None
        image = image.resize((width, height))


@contextmanager
def open_image(data: bytes) -> Iterator[Image.Image]:
    """Open an image whose first frame can be decoded within `DECODED_BYTES`.

    A large JPEG is decoded at a reduced size. Raises ValueError if decoding would take too much memory or
    time, and any Pillow exception if the file is broken.
    """
    header = read_header(data)
    if header is None or not header.reduction or is_laborious(data, header):
        raise ValueError("not an image, or too large to decode")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd file is not worth a warning
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # Only the decoder that the magic bytes name: a polyglot file must not choose another one.
        with Image.open(io.BytesIO(data), formats=[_FORMATS[header.kind]]) as image:
            if image.size != header.size:
                raise ValueError("the decoder reads another size")
            if header.reduction > 1:
                width, height = (side // header.reduction for side in header.size)
                image.draft(None, (width, height))
            yield image
