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
        # one request reads all tasks: one a second
        (6.6, (10, 0, 0), 100, (1, 4, 15), 1),
        (6.6, (100, 0, 0), 100, (1, 4, 15), 1),
        (6.6, (0, 50, 0), 100, (1, 4, 15), 4),
        (1.0, (10, 0, 0), 100, (1, 4, 15), 1),
        # not more than eight reads of a task in the time in which it changes
        (15.0, (10, 0, 0), 100, (1.875, 7.5, 15), 1.875),
        (60.0, (10, 0, 0), 100, (7.5, 15, 15), 7.5),
        # two to seven requests a second, as more are needed to read all tasks
        (6.6, (200, 0, 0), 100, (2 / 1.903, 4 * 2 / 1.903, 15), 1 / 1.903),
        (6.6, (1000, 0, 0), 100, (2.5, 10, 15), 0.25),
        (15.0, (2000, 500, 0), 100, (2125 / 519.4, 15, 15), 0.186),
        # more than usual, where running tasks would be read less than twice in that time
        (2.6, (1000, 0, 0), 100, (10 / 7, 40 / 7, 15 * 10 / 9.1), 1 / 7),
        (6.6, (2000, 0, 0), 100, (3.3, 13.2, 15), 3.3 / 20),
        # without batch reads
        (8.0, (5, 0, 0), 1, (5 / 3.097, 4 * 5 / 3.097, 15), 1 / 3.097),
        (8.0, (300, 0, 0), 1, (300 / 7, 15 * 75 / 7, 15 * 75 / 7), 1 / 7),
        # over budget, queued tasks are stretched first
        (6.6, (800, 7000, 0), 100, (800 / 239.3, 15.195, 15.195), 1 / 7),
        # then all tasks
        (6.6, (800, 9200, 0), 100, (4.0327, 18.33, 18.33), 1 / 7),
    ],
)
def test_intervals_fit_the_budget_and_the_pace_of_the_service(
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
    assert found.spacing == pytest.approx(spacing, rel=1e-3)


@given(
    st.floats(0.1, 60),
    counts,
    counts,
    counts,
    st.sampled_from([1, 50, 100]),
    st.booleans(),
    st.floats(0.1, 15),
)
def test_polls_stay_within_budget_and_running_tasks_are_read_most_often(
    interval: float, running: int, queued: int, slow: int, per_request: int, limited: bool, shortest: float
) -> None:
    tasks = dict(zip(PollClass, (running, queued, slow), strict=True))
    found = poll_intervals(PollSettings(shortest), interval, tasks, per_request, limited=limited)
    load = sum(count / found.intervals[poll_class] for poll_class, count in tasks.items()) / per_request
    most = POLLS_PER_SECOND / (1 + limited)
    assert load <= most * 1.000001
    assert load * found.spacing <= 1.000001, "requests are close enough together for the load"
    assert found.spacing >= 0.99999 / most
    assert min(shortest, 15) <= found.running * 1.000001
    assert min(interval / 8, 15) <= found.running * 1.000001
    assert found.running <= found.intervals[PollClass.QUEUED] <= found.intervals[PollClass.SLOW]
    if running + queued + slow <= per_request:
        assert found.spacing * 1.000001 >= min(shortest, 15)


@pytest.mark.parametrize("tasks", [(100, 0, 0), (1000, 0, 0), (1000, 9000, 0)])
def test_half_as_many_requests_are_sent_after_the_service_has_asked_for_fewer(
    tasks: tuple[int, int, int],
) -> None:
    counted = dict(zip(PollClass, tasks, strict=True))
    usual, fewer = (
        poll_intervals(PollSettings(), 20.0, counted, 100, limited=limited) for limited in (False, True)
    )
    assert fewer.spacing == pytest.approx(2 * usual.spacing, rel=0.01)


@pytest.mark.parametrize(("interval", "estimate"), [(6.6, 6.6), (0.0, 8.0), (-1.0, 8.0), (61.0, 8.0)])
def test_the_change_interval_is_measured_and_outliers_are_ignored(interval: float, estimate: float) -> None:
    estimator = ChangeIntervalEstimator()
    for _ in range(100):
        estimator.observe(interval)
    assert estimator.interval == pytest.approx(estimate)
