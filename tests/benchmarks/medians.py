"""The medians of several runs of one scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from statistics import median_high
from typing import Any

from tests.benchmarks.figures import Figures


def middle(runs: Sequence[Figures]) -> Figures:
    """The median of each figure: of an even number, the larger of the two in the middle.

    Of wasted edits and 429s it is the most of any run, since there should be none in any.
    """
    found: Figures = _middle(runs)
    return replace(
        found, wasted=max(each.wasted for each in runs), count_429=max(each.count_429 for each in runs)
    )


def _middle(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, str) or first is None:
        return first
    if isinstance(first, tuple):
        return tuple(_middle(each) for each in zip(*values, strict=True))
    if is_dataclass(first) and not isinstance(first, type):
        names = [each.name for each in fields(first)]
        return replace(first, **{name: _middle([getattr(each, name) for each in values]) for name in names})
    return median_high(values)
