"""The poll schedule: which task is read when."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule
from tests.core.polls import Job, poll, spread, steps

NOW = 1000.0


def make_snapshot(number: int = 1, status: str = "IN_PROGRESS", changed: float | None = None) -> TaskSnapshot:
    task = Task(TaskId(f"task-{number}"), status=status)
    return TaskSnapshot(task.id, opened_at=NOW, task=task, seen_at=NOW, changed_at=changed)


@pytest.mark.parametrize(
    ("count", "reads", "staleness"),
    [(10, 75, 1.1), (100, 75, 1.1), (150, 120, 1.1), (300, 160, 1.6), (1000, 250, 2.6)],
)
def test_changes_are_found_within_seconds_for_few_requests(count: int, reads: int, staleness: float) -> None:
    polled = poll(spread(count), 75.0)
    assert len(polled.requests) <= reads
    assert polled.staleness() <= staleness


@given(st.integers(1, 100), st.sampled_from([6.6, 15.0, 40.0]), st.integers(0, 2**32))
@settings(max_examples=12)
def test_up_to_a_hundred_tasks_cost_a_poll_a_second(count: int, step: float, seed: int) -> None:
    polled = poll(spread(count, step, within=60.0, seed=seed), 90.0)
    assert polled.most_requests(10.0) <= 11
    assert polled.most_requests(0.9) == 1


def test_the_pace_of_a_slow_service_is_learnt() -> None:
    polled = poll(spread(50, 30.0, within=200.0), 280.0)
    late = [each for each in polled.requests if each > 180.0]
    assert len(late) <= 100 / (30 / 8) + 3
    assert polled.staleness(180.0) <= 30 / 8 + 0.3


@pytest.mark.parametrize("step", [6.6, 15.0])
def test_slow_polling_does_not_make_the_service_look_slow(step: float) -> None:
    """The last tasks of many are read once a second again."""
    jobs = [*spread(600, step), *spread(20, step, within=60.0, seed=1)]
    polled = poll(jobs, 70.0 + 8 * step)
    assert polled.staleness(30 + 8 * step) <= max(1.1, step / 8 * 1.1)


def test_queued_tasks_ride_along() -> None:
    jobs = [*spread(5), *(Job(0.0, steps(50 + each / 3, 6.6), queued=True) for each in range(90))]
    polled = poll(jobs, 140.0)
    assert len(polled.requests) <= 140
    assert polled.staleness() <= 1.2


def test_a_new_queued_task_is_read_each_second_at_first() -> None:
    jobs = [Job(0.0, (900.0,), queued=True), Job(10.0, (28.5, 900.0), queued=True)]
    polled = poll(jobs, 80.0)
    assert polled.staleness() <= 1.1
    polled = poll(jobs[:1], 80.0)
    assert sum(each < 30.0 for each in polled.requests) >= 27
    assert sum(each > 31.0 for each in polled.requests) <= 13


def test_a_request_in_flight_does_not_delay_the_next() -> None:
    schedule = PollSchedule(PollSettings())
    for n in range(300):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    now, read = NOW, set[TaskId]()
    for _ in range(3):
        now = max(now, schedule.wake_at(now) or now)
        read |= set(schedule.due(now))
    assert len(read) == 300
    assert now - NOW <= 4.0


def test_after_a_restart_ten_thousand_tasks_are_read_at_seven_requests_a_second() -> None:
    schedule = PollSchedule(PollSettings())
    snapshots = {each.id: each for each in (make_snapshot(n) for n in range(10_000))}
    for each in snapshots.values():
        schedule.follow(each, NOW, soon=True)
    now, starts, read = NOW, [], set[TaskId]()
    while len(read) < 10_000:
        now = max(now, schedule.wake_at(now) or now)
        if batch := schedule.due(now):
            starts.append(now)
            read |= set(batch)
            schedule.record([snapshots[each] for each in batch], now)
    assert len(starts) == 100
    assert now - NOW == pytest.approx(99 / 7)


@pytest.mark.parametrize(
    ("current", "seconds"),
    [
        (make_snapshot(), 1),
        (make_snapshot(status="MODAL"), 15),
        (replace(make_snapshot(), condition=Condition.QUIET), 15),
    ],
)
def test_tasks_that_wait_for_input_and_quiet_tasks_are_read_less_often(
    current: TaskSnapshot, seconds: float
) -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(current, NOW)
    assert schedule.wake_at(NOW) == NOW + seconds


def test_an_outage_is_probed_one_request_at_a_time_with_back_off() -> None:
    schedule = PollSchedule(PollSettings())
    for n in range(500):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    schedule.failed(schedule.due(NOW), NOW)
    now, moments = NOW, []
    for _ in range(8):
        now = schedule.wake_at(now) or now
        batch = schedule.due(now)
        assert batch
        assert not schedule.due(now)
        moments.append(now - NOW)
        schedule.failed(batch, now)
    assert moments == [1, 3, 7, 15, 31, 63, 123, 183]
    schedule.succeeded()
    read = set[TaskId]()
    while len(read) < 500:
        now = max(now, schedule.wake_at(now) or now)
        read |= set(schedule.due(now))
    assert now - NOW - moments[-1] <= 1.0


def test_retry_after_is_a_minimum() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW, soon=True)
    schedule.failed(schedule.due(NOW), NOW, retry_after=40)
    assert schedule.wake_at(NOW) == NOW + 40
    assert not schedule.due(NOW + 39)


@pytest.mark.parametrize("others", ["a", "f", "aaa", "fa", "af", "s", "sa", "as"])
def test_the_answers_of_other_requests_do_not_shorten_a_retry_after(others: str) -> None:
    """Other requests were in flight: they are answered, fail, or fail with a shorter Retry-After."""
    schedule = PollSchedule(PollSettings(batch=1))
    for n in range(9):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    batches = [schedule.due(NOW + n) for n in range(1 + len(others))]
    now = NOW + 9
    schedule.failed(batches[0], now, retry_after=40)
    for batch, other in zip(batches[1:], others, strict=True):
        schedule.record([make_snapshot(int(each[5:])) for each in batch], now)
        if other == "a":
            schedule.succeeded()
        else:
            schedule.failed(batch, now, retry_after=2 if other == "s" else None)
    schedule.poll_soon(TaskId("task-1"))
    assert schedule.wake_at(now) == now + 40
    assert not schedule.due(now + 39)
    assert schedule.due(now + 40)


def test_the_loop_sleeps_if_a_read_fails_at_the_end_of_a_retry_after() -> None:
    schedule = PollSchedule(PollSettings(batch=1))
    for n in range(3):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    first, second, third = (schedule.due(NOW + n) for n in range(3))
    schedule.failed(first, NOW + 3, retry_after=40)
    schedule.record([make_snapshot(int(each[5:])) for each in second], NOW + 3)
    schedule.succeeded()
    schedule.failed(third, NOW + 42.8)
    assert schedule.wake_at(NOW + 43) == NOW + 43.8
    assert schedule.due(NOW + 43.8)


@pytest.mark.parametrize("in_flight", [1, 2, 7, 70])
def test_requests_that_fail_together_begin_one_back_off(in_flight: int) -> None:
    schedule = PollSchedule(PollSettings(batch=1))
    for n in range(in_flight):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    batches = [schedule.due(NOW + n) for n in range(in_flight)]
    now = NOW + in_flight
    for batch in batches:
        now += 0.001
        schedule.failed(batch, now)
    assert schedule.wake_at(now) == now + 1


def test_a_task_in_flight_is_not_read_twice() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW, soon=True)
    assert schedule.due(NOW) == ("task-1",)
    assert not schedule.due(NOW + 100)


def test_an_alarm_wakes_the_loop_once() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW)
    schedule.set_alarm(TaskId("task-1"), NOW + 1)
    assert schedule.wake_at(NOW) == NOW + 1
    assert schedule.alarms(NOW + 1) == ["task-1"]
    assert schedule.alarms(NOW + 1) == []


def test_the_loop_is_not_woken_while_a_probe_is_in_flight() -> None:
    schedule = PollSchedule(PollSettings(batch=1))
    for n in range(3):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    schedule.failed(schedule.due(NOW), NOW)
    now = schedule.wake_at(NOW) or NOW
    assert len(schedule.due(now)) == 1
    assert schedule.wake_at(now) is None


def test_the_back_off_of_a_week_long_outage_is_capped() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW, soon=True)
    for minute in range(10_000):
        schedule.failed([TaskId("task-1")], NOW + 60 * minute)
    assert schedule.wake_at(NOW + 60 * 9_999) == NOW + 60 * 10_000


@pytest.mark.parametrize(("limited", "starts"), [(False, [0, 3, 6, 9]), (True, [0, 5, 10])])
def test_any_number_of_hints_adds_four_requests_a_second_or_half_as_many_after_a_rate_limit(
    limited: bool, starts: list[int]
) -> None:
    schedule = PollSchedule(PollSettings(60, 60))
    snapshots = {each.id: each for each in (make_snapshot(n) for n in range(150))}
    for each in snapshots.values():
        schedule.follow(each, 0.0)
    if limited:
        schedule.record_rate_limit(1.0)
    found = []
    for tenth in range(11):
        now = 10 + tenth / 10
        for task_id in snapshots:
            schedule.hint(task_id, now)
        if batch := schedule.due(now):
            found.append(tenth)
            assert len(batch) == 100
            schedule.record([snapshots[each] for each in batch], now)
    assert found == starts


def test_hinted_tasks_that_did_not_fit_go_with_the_next_request() -> None:
    schedule = PollSchedule(PollSettings(60, 60))
    for n in range(150):
        schedule.follow(make_snapshot(n), 0.0)
        schedule.hint(TaskId(f"task-{n}"), 0.0)
    first = schedule.due(10.0)
    assert schedule.wake_at(10.0) == 10.25
    second = schedule.due(10.25)
    assert (len(first), len(second)) == (100, 50)
    assert not set(first) & set(second)


def test_a_hint_during_a_read_repeats_it_and_slows_down_polling() -> None:
    schedule = PollSchedule(PollSettings(2, 15))
    current = make_snapshot()
    schedule.follow(current, 0.0, soon=True)
    assert schedule.due(0.0)
    schedule.hint(current.id, 0.0)
    assert not schedule.due(0.1)
    schedule.record([current], 0.2)
    assert schedule.due(0.2)
    schedule.record([current], 0.3)
    wake = schedule.wake_at(0.3)
    assert wake is not None
    assert wake >= 0.2 + 15 * 0.9


def test_without_further_hints_a_task_is_polled_as_before() -> None:
    schedule = PollSchedule(PollSettings(2, 15))
    current = make_snapshot()
    schedule.follow(current, 0.0, soon=True)
    schedule.hint(current.id, 0.0)
    for now in (0.0, 61.0):
        assert schedule.due(now)
        schedule.record([current], now)
    assert (schedule.wake_at(61.0) or 0) < 61 + 5


@pytest.mark.parametrize("before", [make_snapshot(1, "MODAL"), make_snapshot(1, "SUBMITTED")])
def test_a_new_task_is_read_when_due_although_others_are_slow(before: TaskSnapshot) -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(before, NOW, soon=True)
    assert schedule.due(NOW)
    schedule.record([before], NOW)
    schedule.follow(make_snapshot(2), NOW + 1)
    assert schedule.wake_at(NOW + 1) == NOW + 2
    schedule.follow(make_snapshot(3), NOW + 2, soon=True)
    assert (schedule.wake_at(NOW + 2) or 0) <= NOW + 2.2


def test_a_task_that_starts_running_is_read_at_the_running_interval() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(1, "MODAL"), NOW, soon=True)
    assert schedule.due(NOW)
    schedule.record([make_snapshot(1)], NOW)
    assert schedule.wake_at(NOW) == NOW + 1.025


def test_a_service_that_asks_for_fewer_requests_is_sent_half_as_many_for_ten_minutes() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW, soon=True)
    assert schedule.due(NOW)
    schedule.record_rate_limit(NOW)
    schedule.record([make_snapshot()], NOW)
    assert schedule.wake_at(NOW) == NOW + 2 * 1.025
    assert schedule.due(NOW + 600)
    schedule.record([make_snapshot()], NOW + 600)
    assert schedule.wake_at(NOW + 600) == NOW + 600 + 1.025


@pytest.mark.parametrize("hints", [0, 100])
def test_overdue_tasks_are_read_at_half_the_rate_too_after_the_service_has_asked_for_fewer(
    hints: int,
) -> None:
    schedule = PollSchedule(PollSettings())
    for n in range(2_000):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    schedule.record_rate_limit(NOW)
    now, starts, hinted = NOW, [], iter(range(1_999, -1, -1))
    while now < NOW + 3:
        for _ in range(hints):
            schedule.hint(TaskId(f"task-{next(hinted)}"), now)
        now = max(now, schedule.wake_at(now) or now)
        if schedule.due(now):
            starts.append(now)
    assert min(after - before for before, after in pairwise(starts)) >= 2 / 7 - 1e-6
