"""Writes by how much memory grows when each of the files is decoded; a process, as a peak never falls."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from mjbot.pictures import masks, raster
from tests.pictures.web import drawn

CELLS = frozenset({1, 5})
KIB = 1024


def decode(data: bytes) -> None:
    """Everything that we do with an image from outside."""
    masks._draw_preview(data, CELLS)
    masks._binarize(data)
    raster.shrink(data, 1_000_000)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB


if __name__ == "__main__":
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        decode(drawn(kind))  # loads the decoders and a font
    before = peak()
    grown = {}
    for name in sys.argv[1:]:
        decode(Path(name).read_bytes())
        grown[Path(name).name] = peak() - before
    sys.stdout.write(json.dumps(grown))
