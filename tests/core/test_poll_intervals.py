"""How often tasks are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.polling.intervals import (
    POLLS_PER_SECOND,
    ChangeIntervalEstimator,
    PollClass,
    PollSettings,
    poll_intervals,
)

counts = st.integers(0, 20_000)


@pytest.mark.parametrize(
    ("interval", "tasks", "per_request", "intervals", "spacing"),
    [
        (6.6, (10, 0, 0), 100, (3.3, 6.6, 15), 3.3),
        (6.6, (1000, 0, 0), 100, (3.3, 6.6, 15), 0.33),
        (6.6, (250, 0, 0), 100, (3.3, 6.6, 15), 1.1),
        (6.6, (0, 50, 0), 100, (3.3, 6.6, 15), 6.6),
        (1.0, (10, 0, 0), 100, (2, 4, 15), 2),
        (60.0, (10, 0, 0), 100, (15, 15, 15), 15),
        (8.0, (300, 0, 0), 1, (300 / 7, 600 / 7, 15 * 75 / 7), 1 / 7),
        # the queue gives way first
        (6.6, (800, 5000, 0), 100, (3.3, 50 / (7 - 8 / 3.3), 15), 1 / 7),
        # and then all together
        (6.6, (800, 9200, 0), 100, (4.0327, 18.33, 18.33), 1 / 7),
    ],
)
def test_intervals_follow_the_service_and_stretch_when_there_is_too_much_to_read(
    interval: float,
    tasks: tuple[int, int, int],
    per_request: int,
    intervals: tuple[float, float, float],
    spacing: float,
) -> None:
    found = poll_intervals(PollSettings(), interval, dict(zip(PollClass, tasks, strict=True)), per_request)
    assert tuple(found.intervals[poll_class] for poll_class in PollClass) == pytest.approx(
        intervals, rel=1e-3
    )
    assert found.spacing == pytest.approx(spacing)


@given(st.floats(0.1, 60), counts, counts, counts, st.sampled_from([1, 50, 100]))
def test_the_reads_never_exceed_their_share_and_running_tasks_are_never_behind_the_others(
    interval: float, running: int, queued: int, seldom: int, per_request: int
) -> None:
    tasks = dict(zip(PollClass, (running, queued, seldom), strict=True))
    found = poll_intervals(PollSettings(), interval, tasks, per_request)
    load = sum(count / found.intervals[poll_class] for poll_class, count in tasks.items()) / per_request
    assert load <= POLLS_PER_SECOND * 1.000001
    assert load * found.spacing <= 1.000001, "there are enough requests for what is to be read"
    assert found.spacing >= 0.99999 / POLLS_PER_SECOND
    assert found.running <= found.intervals[PollClass.QUEUED] <= found.intervals[PollClass.SLOW]


@pytest.mark.parametrize(("interval", "heard"), [(6.6, 6.6), (0.0, 8.0), (-1.0, 8.0), (61.0, 8.0)])
def test_the_service_s_own_step_is_heard_and_what_says_nothing_of_it_is_not(
    interval: float, heard: float
) -> None:
    ear = ChangeIntervalEstimator()
    for _ in range(100):
        ear.observe(interval)
    assert ear.interval == pytest.approx(heard)
