"""Exponential back-off."""

from __future__ import annotations

_MOST_DOUBLINGS = 10  # more than any ceiling needs; an unbounded power would overflow within a day


def backoff(first: float, failures: int, longest: float) -> float:
    """Return the pause after a failure: ``first``, doubled for each earlier failure, at most ``longest``."""
    return min(first * 2.0 ** min(failures, _MOST_DOUBLINGS), longest)
