"""Parses the header of an image in bounded time, before any decoder opens the file.

Merely opening an image can make a decoder allocate the whole canvas, as libwebp does, so the size in the
header is checked first. The formats: https://www.w3.org/TR/png-3/, ITU T.81 (JPEG), GIF89a,
https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB`\x82"
_MAGIC = {_PNG: "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif"}
_MAX_PARTS = 4_096  # chunks, segments or blocks before the pixels; a hostile file has millions
_MAX_DECODED_PARTS = 16_384  # in the whole file; a PNG of 32 MiB has 4,096 pieces of 8 KiB
_MAX_SCANS = 100  # of a JPEG; 10 are usual
_MIB = 1024 * 1024
DECODED_BYTES = 128 * _MIB
"""The memory limit for decoding an image: enough for a PNG of 4096 × 4096 pixels, a WebP of 2896 × 2896."""


class Header(NamedTuple):
    """The file type and the size in pixels that the file declares."""

    kind: str
    size: tuple[int, int]
    animated: bool = False
    reducible: bool = False
    """True for a JPEG that can be decoded at a half, a quarter or an eighth of its size, row by row."""
    pixels_at: int = 0
    """The offset in bytes at which the pixels of a JPEG begin."""

    @property
    def pixels(self) -> int:
        """The number of pixels in one frame: width times height."""
        return self.size[0] * self.size[1]

    @property
    def reduction(self) -> int:
        """The divisor of width and height that makes decoding fit into `DECODED_BYTES`, or 0 if none does."""
        # 4 bytes a pixel and a copy. libwebp and animations keep further canvases, and libjpeg the
        # coefficients of all scans.
        cheap = self.reducible or (self.kind in ("png", "gif") and not self.animated)
        cost = self.pixels * (8 if cheap else 16)
        divisors = (1, 2, 4, 8) if self.reducible else (1,)
        return next((n for n in divisors if cost <= DECODED_BYTES * n * n), 0)


def kind_of(data: bytes) -> str | None:
    """Return the file type given by the magic bytes, or None if it is not a supported raster image."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)


def read_header(data: bytes) -> Header | None:
    """Return the header of an image, or None if it is not valid. Never raises."""
    parse = {"png": _png, "jpg": _jpeg, "gif": _gif, "webp": _webp}.get(kind_of(data) or "")
    try:
        header = parse(data) if parse else None
    except (struct.error, IndexError, ValueError):
        return None
    return header if header and header.pixels > 0 else None


def is_complete(data: bytes, header: Header) -> bool:
    """Return whether the file is complete. A broken connection can look like the end of a download.

    Trailing bytes are allowed. A truncated WebP file does not reach this check, because its header is
    invalid.
    """
    match header.kind:
        case "png":
            return _PNG_END in data
        case "jpg":  # in pixel data, 0xFF is never followed by 0xD9; before it, a thumbnail has its own end
            return data.find(b"\xff\xd9", header.pixels_at) >= 0
        case "gif":  # the end of the last block, and the trailer
            return data.rstrip(b"\0").endswith(b"\0;")
    return True


def is_laborious(data: bytes, header: Header) -> bool:
    """Return whether the file has so many parts that decoding could take minutes even for a small image."""
    if header.kind == "jpg":  # each scan goes over all pixels; in pixel data, 0xFF is never followed by 0xDA
        return data.count(b"\xff\xda") > _MAX_SCANS
    if header.kind == "gif":  # its first frame is one part
        return False
    at, size, overhead, padded = (8, ">I", 12, 0) if header.kind == "png" else (12, "<4xI", 8, 1)
    for _ in range(_MAX_DECODED_PARTS):
        if at + overhead > len(data):
            return False
        (length,) = struct.unpack_from(size, data, at)
        at += overhead + length + (length & padded)
    return True


def _png(data: bytes) -> Header:
    size, animated = (0, 0), False
    for kind, start, length in _png_chunks(data):
        if kind == b"IHDR":
            if size != (0, 0) or length != 13:
                raise ValueError("more than one header")
            size = struct.unpack_from(">II", data, start)
        elif kind == b"acTL":
            animated = True
        elif kind == b"IDAT":
            return Header("png", size, animated)
    raise ValueError("no pixels")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = len(_PNG)
    for _ in range(_MAX_PARTS):
        length, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if kind != b"IDAT":  # Pillow checks this, too, for the chunks that it reads
            (crc,) = struct.unpack_from(">I", data, start + length)
            if zlib.crc32(data[at + 4 : start + length]) != crc:
                raise ValueError("a damaged chunk")
        yield kind, start, length
        at = start + length + 4


def _jpeg(data: bytes) -> Header:
    at, frame = 2, None
    for _ in range(_MAX_PARTS):
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        at += 2
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # without content
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if frame is not None:
                raise ValueError("more than one frame")
            height, width, components = struct.unpack_from(">HHB", data, at + 3)
            frame = marker, (width, height), components
        elif marker == 0xDA:
            if frame is None:
                raise ValueError("no frame")
            marker, size, components = frame
            # Otherwise libjpeg keeps the coefficients of the whole image, however much it is reduced.
            reducible = marker in (0xC0, 0xC1) and data[at + 2] == components
            return Header("jpg", size, reducible=reducible, pixels_at=at)
        elif marker == 0xD9:
            raise ValueError("the end before the pixels")
        at += max(length, 2)
    raise ValueError("too many segments")


def _gif(data: bytes) -> Header:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)  # after the palette
    in_extension = False
    for _ in range(_MAX_PARTS):
        if in_extension:
            in_extension = data[at] != 0
            at += 1 + data[at]
        elif data[at] == 0x21:
            in_extension = True
            at += 2
        elif data[at] == 0x2C:
            left, top, columns, rows = struct.unpack_from("<HHHH", data, at + 1)
            # Pillow enlarges the canvas for a first frame that reaches beyond it.
            return Header("gif", (max(width, left + columns), max(height, top + rows)))
        else:
            raise ValueError("no block")
    raise ValueError("too many blocks")


def _webp(data: bytes) -> Header:
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise ValueError("cut off")
    canvas, animated, at = None, False, 12
    for _ in range(_MAX_PARTS):
        kind, length = struct.unpack_from("<4sI", data, at)
        start = at + 8
        if kind == b"VP8X" and canvas is None:
            canvas = _uint24(data, start + 4) + 1, _uint24(data, start + 7) + 1
            animated = bool(data[start] & 0x02)
        elif kind in (b"ANIM", b"ANMF"):
            animated = True
        if kind in (b"VP8 ", b"VP8L", b"ANMF"):
            frame = _webp_frame(data, kind, start)
            canvas = canvas or frame
            # A decoder may use either size.
            return Header("webp", (max(canvas[0], frame[0]), max(canvas[1], frame[1])), animated)
        at = start + length + (length & 1)
    raise ValueError("no pixels")


def _webp_frame(data: bytes, kind: bytes, start: int) -> tuple[int, int]:
    if kind == b"ANMF":
        return _uint24(data, start + 6) + 1, _uint24(data, start + 9) + 1
    if kind == b"VP8L":
        if data[start] != 0x2F:
            raise ValueError("no signature")
        (bits,) = struct.unpack_from("<I", data, start + 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[start + 3 : start + 6] != b"\x9d\x01\x2a":
        raise ValueError("no start code")
    width, height = struct.unpack_from("<HH", data, start + 6)
    return width & 0x3FFF, height & 0x3FFF


def _uint24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")
