"""Poll intervals."""

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
        # over budget, queued tasks are stretched first
        (6.6, (800, 5000, 0), 100, (3.3, 50 / (7 - 8 / 3.3), 15), 1 / 7),
        # then all tasks
        (6.6, (800, 9200, 0), 100, (4.0327, 18.33, 18.33), 1 / 7),
    ],
)
def test_intervals_follow_the_service_and_stretch_over_budget(
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
def test_polls_stay_within_budget_and_running_tasks_are_read_most_often(
    interval: float, running: int, queued: int, slow: int, per_request: int
) -> None:
    tasks = dict(zip(PollClass, (running, queued, slow), strict=True))
    found = poll_intervals(PollSettings(), interval, tasks, per_request)
    load = sum(count / found.intervals[poll_class] for poll_class, count in tasks.items()) / per_request
    assert load <= POLLS_PER_SECOND * 1.000001
    assert load * found.spacing <= 1.000001, "requests are close enough together for the load"
    assert found.spacing >= 0.99999 / POLLS_PER_SECOND
    assert found.running <= found.intervals[PollClass.QUEUED] <= found.intervals[PollClass.SLOW]


@pytest.mark.parametrize(("interval", "estimate"), [(6.6, 6.6), (0.0, 8.0), (-1.0, 8.0), (61.0, 8.0)])
def test_the_change_interval_is_measured_and_outliers_are_ignored(interval: float, estimate: float) -> None:
    estimator = ChangeIntervalEstimator()
    for _ in range(100):
        estimator.observe(interval)
    assert estimator.interval == pytest.approx(estimate)
