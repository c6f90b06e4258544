"""The chart: how many reads each program makes a second, and how stale its messages are, at each size."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.benchmarks.figures import Figures
from tests.benchmarks.medians import middle
from tests.benchmarks.report import SIZES
from tests.benchmarks.targets import Runs, number

_WIDTH, _ROW, _GAP, _LEFT, _BAR = 1040, 26, 12, 230, 320
_INK, _PALE, _OURS, _THEIRS = "#1e1f22", "#6d6f78", "#5865f2", "#b5bac1"
_READS, _SECONDS = 1_000.0, 100.0  # at the right end of the scales


def draw(runs: Runs, path: Path) -> None:
    """Draw two bars for each program at each size, both on a logarithmic scale."""
    rows = _rows(runs)
    image = Image.new("RGB", (_WIDTH, 70 + sum(_ROW + _GAP * first for first, _ in rows)), "white")
    canvas = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=15)
    second = _LEFT + _BAR + 90
    canvas.text((_LEFT, 20), "reads a second (log scale)", _PALE, font)
    canvas.text((second, 20), "staleness p95, seconds (log scale)", _PALE, font)
    top = 45
    for first, run in rows:
        top += _GAP * first
        color = _OURS if run.program == "mjbot" else _THEIRS
        canvas.text((20, top), f"{run.tasks:,} tasks: {run.program}", _INK, font)
        reads, stale = run.reads_a_second, run.staleness[1]
        _bar(canvas, (_LEFT, top), _share(reads, _READS), color, f"{reads:,.1f}", font)
        _bar(canvas, (second, top), _share(stale, _SECONDS), color, number(stale, 1), font)
        top += _ROW
    image.save(path, optimize=True)


def _rows(runs: Runs) -> list[tuple[bool, Figures]]:
    """Ours and the peers, by the number of tasks; True for the first of each number."""
    rows = []
    for tasks, name in SIZES.items():
        peers = [found for found in runs.values() if found[0].program != "mjbot" and found[0].tasks == tasks]
        ours = [runs[name]] if name in runs else []
        rows += [(number == 0, middle(each)) for number, each in enumerate((*ours, *peers))]
    return rows


def _share(value: float, most: float) -> float:
    return min(1.0, math.log10(1 + 20 * value) / math.log10(1 + 20 * most))


def _bar(
    canvas: ImageDraw.ImageDraw,
    at: tuple[int, int],
    share: float,
    color: str,
    text: str,
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
) -> None:
    right = at[0] + 2 + int(_BAR * 0.85 * share)
    canvas.rectangle((at[0], at[1], right, at[1] + 18), fill=color)
    canvas.text((right + 8, at[1]), text, _INK, font)
