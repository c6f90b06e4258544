"""Rate limiters: no sequence of starts exceeds the limit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.scheduling.rate_limiters import LeakyBucket, SlidingWindow, SlidingWindows, parse_retry_after

waits = st.lists(st.floats(0, 3), min_size=1, max_size=60)


def starts(limiter: SlidingWindow | LeakyBucket, waits: list[float]) -> list[float]:
    now, found = 1000.0, []
    for wait in waits:
        now = limiter.ready_at(now + wait)
        limiter.take(now)
        found.append(now)
    return found


@given(waits)
def test_a_sliding_window_never_allows_more_starts_in_any_span(waits: list[float]) -> None:
    found = starts(SlidingWindow(4, 5.0), waits)
    assert all(after - before >= 5.0 - 1e-9 for before, after in zip(found, found[4:], strict=False))


@given(waits)
def test_a_leaky_bucket_allows_a_burst_and_spaces_the_rest_evenly(waits: list[float]) -> None:
    found = starts(LeakyBucket(0.5, 3), waits)
    for first, at in enumerate(found):
        for last, later in enumerate(found[first:]):
            assert last <= 3 - 1 + (later - at) / 0.5 + 1e-6


def test_windows_of_keys_that_are_no_longer_used_are_dropped() -> None:
    windows: SlidingWindows[int] = SlidingWindows(1, 5.0)
    for key in range(50_000):
        now = key / 100  # 500 keys in any five seconds
        assert windows.ready_at(key, now) == now
        windows.take(key, now)
        assert windows.ready_at(key, now) == now + 5.0
        assert len(windows) <= 1_000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0.25", 0.25),
        (" 12 ", 12),
        ("0", 0),
        ("-5", None),
        ("inf", math.inf),
        ("nan", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_retry_after_is_a_number_of_seconds_or_nothing(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header) == seconds
