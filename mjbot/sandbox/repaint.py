"""Repaints part of a picture, as Vary (Region) does."""

from __future__ import annotations

import base64
import io

from PIL import Image


def repaint(kept: Image.Image, new: Image.Image, mask: bytes, cells: int) -> Image.Image:
    """Return a copy of ``new`` that shows ``kept`` where the mask is black.

    ``new`` is a sheet of ``cells`` x ``cells`` images. The mask applies to each of them.
    """
    width, height = new.width // cells, new.height // cells
    with Image.open(io.BytesIO(mask)) as opened:
        white = opened.convert("L").resize((width, height), Image.Resampling.NEAREST)
    below = kept.resize((width, height), Image.Resampling.LANCZOS)
    sheet = new.copy()
    for place in range(cells * cells):
        at = place % cells * width, place // cells * height
        part = new.crop((*at, at[0] + width, at[1] + height))
        sheet.paste(Image.composite(part, below, white), at)
    return sheet


def mask_of(text: str) -> bytes:
    """Decode a submitted mask from a data URL or plain base64, or return b"" if it is not an image."""
    try:
        data = base64.b64decode(text.rpartition(",")[2], validate=True)
        with Image.open(io.BytesIO(data)):
            return data
    except (ValueError, OSError):
        return b""
