"""Recognizes MP4 and QuickTime videos by their bytes, and detects incomplete files.

Both formats are sequences of boxes, each of which declares its length: ISO/IEC 14496-12, section 4.2.
"""

from __future__ import annotations

import struct

# Major brands of videos; images (avif, heic) and sounds (M4A) are in the same kind of file.
_BRANDS = {
    **dict.fromkeys((b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VP", b"dash", b"MSNV", b"f4v "), "mp4"),
    **{b"iso%d" % n: "mp4" for n in range(2, 10)},
    b"qt  ": "mov",
}
_MAX_BOXES = 16_384  # a fragmented video has two for each second or so


def kind_of(data: bytes) -> str | None:
    """Return "mp4" or "mov" for a video that Discord can play, or None for anything else."""
    return _BRANDS.get(data[8:12]) if data[4:8] == b"ftyp" else None


def is_complete(data: bytes) -> bool:
    """Return whether the file has its index and its contents, and no truncated box."""
    found, at = set[bytes](), 0
    for _ in range(_MAX_BOXES):
        if at + 8 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, at)
        if length == 1 and at + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, at + 8)
        elif length == 0:  # up to the end of the file
            length = len(data) - at
        if length < 8 or at + length > len(data):
            return False
        found.add(kind)
        at += length
    return at + 8 > len(data) and found >= {b"moov", b"mdat"}
