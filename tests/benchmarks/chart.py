"""The chart: how many reads each program makes, and how stale its messages are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.benchmarks.figures import Figures

_WIDTH, _ROW, _LEFT, _BAR = 1140, 30, 270, 340
_INK, _PALE, _OURS, _THEIRS = "#1e1f22", "#6d6f78", "#5865f2", "#b5bac1"
_CEILING = 60.0  # seconds; a bar for "never" ends here


def draw(runs: Sequence[Figures], path: Path) -> None:
    """Draw two bars for each run, the first on a logarithmic scale."""
    image = Image.new("RGB", (_WIDTH, 70 + _ROW * len(runs)), "white")
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=15)
    second = _LEFT + _BAR + 90
    canvas.text((_LEFT, 20), "reads per task and minute (log scale)", _PALE, font)
    canvas.text((second, 20), "staleness p95, seconds", _PALE, font)
    for n, run in enumerate(runs):
        top = 55 + _ROW * n
        color = _OURS if run.program == "mjbot" else _THEIRS
        canvas.text((20, top), f"{run.label}: {run.tasks} in {run.channels}", _INK, font)
        cost = math.log10(1 + 100 * run.requests_a_minute) / math.log10(1 + 100 * 60)
        _bar(canvas, (_LEFT, top), cost, color, f"{run.requests_a_minute:.2f}", font)
        stale = run.staleness[1]
        text = "never" if math.isinf(stale) else f"{stale:.1f}"
        _bar(canvas, (second, top), min(stale, _CEILING) / _CEILING, color, text, font)
    image.save(path, optimize=True)


def _bar(
    canvas: ImageDraw.ImageDraw,
    at: tuple[int, int],
    share: float,
    color: str,
    text: str,
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
) -> None:
    right = at[0] + 2 + int(_BAR * 0.85 * min(1.0, share))
    canvas.rectangle((at[0], at[1], right, at[1] + 18), fill=color)
    canvas.text((right + 8, at[1]), text, _INK, font)
