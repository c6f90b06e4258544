"""The poll schedule: which task is read when."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule

NOW = 1000.0


def make_snapshot(number: int = 1, status: str = "IN_PROGRESS", changed: float | None = None) -> TaskSnapshot:
    task = Task(TaskId(f"task-{number}"), status=status)
    return TaskSnapshot(task.id, opened_at=NOW, task=task, seen_at=NOW, changed_at=changed)


def simulate(schedule: PollSchedule, step: float, seconds: float, start: float = NOW) -> tuple[int, float]:
    """Poll one task that changes every ``step`` seconds; return the requests and the last interval."""
    now, requests, current = start, 0, make_snapshot(changed=start)
    schedule.follow(current, now)
    while (at := schedule.wake_at()) is not None and at < start + seconds:
        now = max(now, at)
        requests += len(schedule.due(now))
        changed = start + (now - start) // step * step
        if changed != current.changed_at and changed > (current.changed_at or 0):
            current = replace(current, changed_at=now)
        schedule.record([current], now)
    return requests, schedule.poll_intervals.running


@pytest.mark.parametrize(
    ("step", "low", "high"), [(6.6, 2.5, 4.5), (15.0, 6.0, 9.0), (1.0, 2.0, 2.0), (50, 14, 15)]
)
def test_the_interval_becomes_half_of_the_measured_change_interval(
    step: float, low: float, high: float
) -> None:
    _, interval = simulate(PollSchedule(PollSettings()), step, 900)
    assert low <= interval <= high


@pytest.mark.parametrize("count", [1, 100, 101, 250, 1000, 2345])
def test_each_task_is_read_once_an_interval_by_few_evenly_spaced_requests(count: int) -> None:
    schedule = PollSchedule(PollSettings())
    snapshots = {each.id: each for each in (make_snapshot(n) for n in range(count))}
    for n, each in enumerate(snapshots.values()):
        schedule.follow(each, NOW + n % 40 / 10)
    now, starts = NOW, []
    read: dict[TaskId, float] = {}
    gaps: list[float] = []
    while now < NOW + 100:
        now = max(now, schedule.wake_at() or now)
        for batch in schedule.due(now):
            starts.append(now)
            assert len(batch) <= 100
            gaps += [now - read[each] for each in batch if each in read and now > NOW + 20]
            read |= dict.fromkeys(batch, now)
            schedule.record([snapshots[each] for each in batch], now)
    interval = schedule.poll_intervals.running
    assert max(gaps) <= interval * 1.05
    steady = [at for at in starts if at > NOW + 20]
    fewest = -(-count // 100)
    assert len(steady) <= 1.05 * fewest * 80 / interval + 1
    assert min(after - before for before, after in pairwise(steady)) >= interval / fewest - 1e-6


def test_a_request_in_flight_does_not_delay_the_next() -> None:
    schedule = PollSchedule(PollSettings())
    for n in range(300):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    now, read = NOW, set[TaskId]()
    for _ in range(3):
        now = max(now, schedule.wake_at() or now)
        (batch,) = schedule.due(now)
        read |= set(batch)
    assert len(read) == 300
    assert now - NOW <= 4.0


def test_after_a_restart_ten_thousand_tasks_are_read_at_seven_requests_a_second() -> None:
    schedule = PollSchedule(PollSettings())
    snapshots = {each.id: each for each in (make_snapshot(n) for n in range(10_000))}
    for each in snapshots.values():
        schedule.follow(each, NOW, soon=True)
    now, starts, read = NOW, [], set[TaskId]()
    while len(read) < 10_000:
        now = max(now, schedule.wake_at() or now)
        for batch in schedule.due(now):
            starts.append(now)
            read |= set(batch)
            schedule.record([snapshots[each] for each in batch], now)
    assert len(starts) == 100
    assert now - NOW == pytest.approx(99 / 7)


@pytest.mark.parametrize(
    ("current", "seconds"),
    [
        (make_snapshot(), 4),
        (make_snapshot(status="SUBMITTED"), 8),
        (make_snapshot(status="MODAL"), 15),
        (replace(make_snapshot(), condition=Condition.QUIET), 15),
    ],
)
def test_queued_and_quiet_tasks_are_read_less_often(current: TaskSnapshot, seconds: float) -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(current, NOW)
    assert schedule.wake_at() == NOW + seconds


def test_an_outage_is_probed_one_request_at_a_time_with_back_off() -> None:
    schedule = PollSchedule(PollSettings())
    for n in range(500):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    schedule.failed(schedule.due(NOW)[0], NOW)
    now, moments = NOW, []
    for _ in range(8):
        now = schedule.wake_at() or now
        batches = schedule.due(now)
        assert len(batches) == 1
        assert schedule.due(now) == []
        moments.append(now - NOW)
        schedule.failed(batches[0], now)
    assert moments == [2, 6, 14, 30, 62, 122, 182, 242]
    schedule.succeeded()
    read = set[TaskId]()
    while len(read) < 500:
        now = max(now, schedule.wake_at() or now)
        read |= {each for batch in schedule.due(now) for each in batch}
    assert now - NOW - moments[-1] <= 1.0


def test_retry_after_is_a_minimum() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW, soon=True)
    schedule.failed(schedule.due(NOW)[0], NOW, retry_after=40)
    assert schedule.wake_at() == NOW + 40
    assert schedule.due(NOW + 39) == []


def test_a_task_in_flight_is_not_read_twice() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW, soon=True)
    assert schedule.due(NOW) == [("task-1",)]
    assert schedule.due(NOW + 100) == []


def test_an_alarm_wakes_the_loop_once() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW)
    schedule.set_alarm(TaskId("task-1"), NOW + 1)
    assert schedule.wake_at() == NOW + 1
    assert schedule.alarms(NOW + 1) == ["task-1"]
    assert schedule.alarms(NOW + 1) == []


def test_the_loop_is_not_woken_while_a_probe_is_in_flight() -> None:
    schedule = PollSchedule(PollSettings(batch=1))
    for n in range(3):
        schedule.follow(make_snapshot(n), NOW, soon=True)
    for batch in schedule.due(NOW):
        schedule.failed(batch, NOW)
    now = schedule.wake_at() or NOW
    assert len(schedule.due(now)) == 1
    assert schedule.wake_at() is None


def test_the_back_off_of_a_week_long_outage_is_capped() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(), NOW, soon=True)
    for _ in range(10_000):
        schedule.failed([TaskId("task-1")], NOW)
    assert schedule.wake_at() == NOW + 60


def test_any_number_of_hints_adds_one_request_each_quarter_of_a_second() -> None:
    schedule = PollSchedule(PollSettings(60, 60))
    snapshots = {each.id: each for each in (make_snapshot(n) for n in range(150))}
    for each in snapshots.values():
        schedule.follow(each, 0.0)
    rounds = []
    for tenth in range(11):
        now = 10 + tenth / 10
        for task_id in snapshots:
            schedule.hint(task_id, now)
        if batches := schedule.due(now):
            rounds.append(tenth)
            assert [len(each) for each in batches] == [100]
            schedule.record([snapshots[each] for each in batches[0]], now)
    assert rounds == [0, 3, 6, 9]


def test_hinted_tasks_that_did_not_fit_go_with_the_next_request() -> None:
    schedule = PollSchedule(PollSettings(60, 60))
    for n in range(150):
        schedule.follow(make_snapshot(n), 0.0)
        schedule.hint(TaskId(f"task-{n}"), 0.0)
    (first,) = schedule.due(10.0)
    assert schedule.wake_at() == 10.25
    (second,) = schedule.due(10.25)
    assert (len(first), len(second)) == (100, 50)
    assert not set(first) & set(second)


def test_a_hint_during_a_read_repeats_it_and_slows_down_polling() -> None:
    schedule = PollSchedule(PollSettings(2, 15))
    current = make_snapshot()
    schedule.follow(current, 0.0, soon=True)
    assert schedule.due(0.0)
    schedule.hint(current.id, 0.0)
    assert schedule.due(0.1) == []
    schedule.record([current], 0.2)
    assert schedule.due(0.2)
    schedule.record([current], 0.3)
    wake = schedule.wake_at()
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
    assert (schedule.wake_at() or 0) < 61 + 5


@pytest.mark.parametrize("before", [make_snapshot(1, "MODAL"), make_snapshot(1, "SUBMITTED")])
def test_a_new_task_is_read_when_due_although_others_are_slow(before: TaskSnapshot) -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(before, NOW, soon=True)
    assert schedule.due(NOW)
    schedule.record([before], NOW)
    schedule.follow(make_snapshot(2), NOW + 1)
    assert schedule.wake_at() == NOW + 5
    schedule.follow(make_snapshot(3), NOW + 2, soon=True)
    assert (schedule.wake_at() or 0) <= NOW + 2.2


def test_a_task_that_starts_running_is_read_at_the_running_interval() -> None:
    schedule = PollSchedule(PollSettings())
    schedule.follow(make_snapshot(1, "MODAL"), NOW, soon=True)
    assert schedule.due(NOW)
    schedule.record([make_snapshot(1)], NOW)
    assert schedule.wake_at() == NOW + 4
