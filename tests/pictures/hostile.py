"""Small files that decode to large images."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, channels: int = 3, depth: int = 8, frames: int = 0) -> bytes:
    """A black PNG that is valid to its last row; with ``frames`` an APNG."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    pack = zlib.compressobj(6)
    row = bytes(1 + width * channels * depth // 8)
    pixels = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))]
    if frames:
        parts.append(chunk(b"acTL", struct.pack(">II", frames, 0)))
        parts.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, width, height, 0, 0, 1, 1, 0, 0)))
    return _SIGNATURE + b"".join([*parts, chunk(b"IDAT", pixels), chunk(b"IEND", b"")])


def encoded(width: int, height: int, kind: str, **options: object) -> bytes:
    """A black image by Pillow."""
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, kind, **options)
    return file.getvalue()


def animated_webp(side: int, frames: int = 2, frame: int = 16) -> bytes:
    """An animation on a large canvas, each frame a small image."""
    image = encoded(frame, frame, "WEBP", lossless=True)[12:]
    canvas, inner = (side - 1).to_bytes(3, "little"), (frame - 1).to_bytes(3, "little")
    head = bytes(6) + inner + inner + (100).to_bytes(3, "little") + b"\0"
    body = b"WEBP" + _riff(b"VP8X", b"\x02\0\0\0" + canvas + canvas) + _riff(b"ANIM", bytes(6))
    body += _riff(b"ANMF", head + image) * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def still_webp(side: int) -> bytes:
    """A valid still WebP on a canvas of its own size."""
    return encoded(side, side, "WEBP", lossless=True)


def animated_gif(side: int, frames: int = 3) -> bytes:
    """A GIF with many frames as large as its canvas."""
    file = io.BytesIO()
    images = [Image.new("P", (side, side), n) for n in range(frames)]
    images[0].save(file, "GIF", save_all=True, append_images=images[1:])
    return file.getvalue()


def _riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
