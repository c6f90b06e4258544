"""When to read which task."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule

NOW = 1000.0


def snapshot(number: int = 1, status: str = "IN_PROGRESS", changed: float | None = None) -> TaskSnapshot:
    task = Task(TaskId(f"task-{number}"), status=status)
    return TaskSnapshot(task.id, opened_at=NOW, task=task, seen_at=NOW, changed_at=changed)


def simulate(book: PollSchedule, step: float, seconds: float, start: float = NOW) -> tuple[int, float]:
    """Drive the book against one task that changes every ``step`` seconds: requests, last interval."""
    now, requests, current = start, 0, snapshot(changed=start)
    book.follow(current, now)
    while (at := book.wake_at()) is not None and at < start + seconds:
        now = max(now, at)
        requests += len(book.due(now))
        changed = start + (now - start) // step * step
        if changed != current.changed_at and changed > (current.changed_at or 0):
            current = replace(current, changed_at=now)
        book.record([current], now)
    return requests, book.poll_intervals.running


@pytest.mark.parametrize(
    ("step", "low", "high"), [(6.6, 2.5, 4.5), (15.0, 6.0, 9.0), (1.0, 2.0, 2.0), (50, 14, 15)]
)
def test_the_interval_becomes_half_of_the_service_s_own_step(step: float, low: float, high: float) -> None:
    _, interval = simulate(PollSchedule(PollSettings()), step, 900)
    assert low <= interval <= high


@pytest.mark.parametrize("count", [1, 100, 101, 250, 1000, 2345])
def test_in_one_interval_each_task_is_read_and_requests_are_few_and_evenly_apart(count: int) -> None:
    book = PollSchedule(PollSettings())
    snapshots = {each.id: each for each in (snapshot(n) for n in range(count))}
    for n, each in enumerate(snapshots.values()):
        book.follow(each, NOW + n % 40 / 10)
    now, starts = NOW, []
    read: dict[TaskId, float] = {}
    gaps: list[float] = []
    while now < NOW + 100:
        now = max(now, book.wake_at() or now)
        for batch in book.due(now):
            starts.append(now)
            assert len(batch) <= 100
            gaps += [now - read[each] for each in batch if each in read and now > NOW + 20]
            read |= dict.fromkeys(batch, now)
            book.record([snapshots[each] for each in batch], now)
    interval = book.poll_intervals.running
    assert max(gaps) <= interval * 1.05
    steady = [at for at in starts if at > NOW + 20]
    fewest = -(-count // 100)
    assert len(steady) <= 1.05 * fewest * 80 / interval + 1
    assert min(after - before for before, after in pairwise(steady)) >= interval / fewest - 1e-6


def test_a_request_that_is_under_way_does_not_hold_up_the_next() -> None:
    book = PollSchedule(PollSettings())
    for n in range(300):
        book.follow(snapshot(n), NOW, soon=True)
    now, read = NOW, set[TaskId]()
    for _ in range(3):
        now = max(now, book.wake_at() or now)
        (batch,) = book.due(now)
        read |= set(batch)
    assert len(read) == 300
    assert now - NOW <= 4.0


def test_after_a_restart_ten_thousand_tasks_are_read_at_seven_requests_a_second() -> None:
    book = PollSchedule(PollSettings())
    snapshots = {each.id: each for each in (snapshot(n) for n in range(10_000))}
    for each in snapshots.values():
        book.follow(each, NOW, soon=True)
    now, starts, read = NOW, [], set[TaskId]()
    while len(read) < 10_000:
        now = max(now, book.wake_at() or now)
        for batch in book.due(now):
            starts.append(now)
            read |= set(batch)
            book.record([snapshots[each] for each in batch], now)
    assert len(starts) == 100
    assert now - NOW == pytest.approx(99 / 7)


@pytest.mark.parametrize(
    ("visible", "seconds"),
    [
        (snapshot(), 4),
        (snapshot(status="SUBMITTED"), 8),
        (snapshot(status="MODAL"), 15),
        (replace(snapshot(), condition=Condition.QUIET), 15),
    ],
)
def test_waiting_tasks_are_read_less_often(visible: TaskSnapshot, seconds: float) -> None:
    book = PollSchedule(PollSettings())
    book.follow(visible, NOW)
    assert book.wake_at() == NOW + seconds


def test_an_outage_costs_one_request_at_a_time_and_backs_off() -> None:
    book = PollSchedule(PollSettings())
    for n in range(500):
        book.follow(snapshot(n), NOW, soon=True)
    book.failed(book.due(NOW)[0], NOW)
    now, moments = NOW, []
    for _ in range(8):
        now = book.wake_at() or now
        batches = book.due(now)
        assert len(batches) == 1
        assert book.due(now) == []
        moments.append(now - NOW)
        book.failed(batches[0], now)
    assert moments == [2, 6, 14, 30, 62, 122, 182, 242]
    book.succeeded()
    read = set[TaskId]()
    while len(read) < 500:
        now = max(now, book.wake_at() or now)
        read |= {each for batch in book.due(now) for each in batch}
    assert now - NOW - moments[-1] <= 1.0


def test_retry_after_is_a_minimum() -> None:
    book = PollSchedule(PollSettings())
    book.follow(snapshot(), NOW, soon=True)
    book.failed(book.due(NOW)[0], NOW, retry_after=40)
    assert book.wake_at() == NOW + 40
    assert book.due(NOW + 39) == []


def test_a_task_in_flight_is_not_read_twice() -> None:
    book = PollSchedule(PollSettings())
    book.follow(snapshot(), NOW, soon=True)
    assert book.due(NOW) == [("task-1",)]
    assert book.due(NOW + 100) == []


def test_an_alarm_wakes_the_book_once() -> None:
    book = PollSchedule(PollSettings())
    book.follow(snapshot(), NOW)
    book.set_alarm(TaskId("task-1"), NOW + 1)
    assert book.wake_at() == NOW + 1
    assert book.alarms(NOW + 1) == ["task-1"]
    assert book.alarms(NOW + 1) == []


def test_the_book_does_not_wake_its_loop_while_one_request_asks_whether_an_outage_is_over() -> None:
    book = PollSchedule(PollSettings(batch=1))
    for n in range(3):
        book.follow(snapshot(n), NOW, soon=True)
    for batch in book.due(NOW):
        book.failed(batch, NOW)
    now = book.wake_at() or NOW
    assert len(book.due(now)) == 1
    assert book.wake_at() is None


def test_an_outage_of_a_week_is_backed_off_from_like_one_of_an_hour() -> None:
    book = PollSchedule(PollSettings())
    book.follow(snapshot(), NOW, soon=True)
    for _ in range(10_000):
        book.failed([TaskId("task-1")], NOW)
    assert book.wake_at() == NOW + 60


def test_hints_bring_one_request_each_quarter_of_a_second_forward_however_many_come() -> None:
    book = PollSchedule(PollSettings(60, 60))
    snapshots = {each.id: each for each in (snapshot(n) for n in range(150))}
    for each in snapshots.values():
        book.follow(each, 0.0)
    rounds = []
    for tenth in range(11):
        now = 10 + tenth / 10
        for task_id in snapshots:
            book.hint(task_id, now)
        if batches := book.due(now):
            rounds.append(tenth)
            assert [len(each) for each in batches] == [100]
            book.record([snapshots[each] for each in batches[0]], now)
    assert rounds == [0, 3, 6, 9]


def test_hinted_tasks_that_did_not_fit_go_with_the_next_request() -> None:
    book = PollSchedule(PollSettings(60, 60))
    for n in range(150):
        book.follow(snapshot(n), 0.0)
        book.hint(TaskId(f"task-{n}"), 0.0)
    (first,) = book.due(10.0)
    assert book.wake_at() == 10.25
    (second,) = book.due(10.25)
    assert (len(first), len(second)) == (100, 50)
    assert not set(first) & set(second)


def test_a_hint_during_a_read_asks_again_and_hinted_tasks_are_read_seldom_unasked() -> None:
    book = PollSchedule(PollSettings(2, 15))
    visible = snapshot()
    book.follow(visible, 0.0, soon=True)
    assert book.due(0.0)
    book.hint(visible.id, 0.0)
    assert book.due(0.1) == []
    book.record([visible], 0.2)
    assert book.due(0.2)
    book.record([visible], 0.3)
    wake = book.wake_at()
    assert wake is not None
    assert wake >= 0.2 + 15 * 0.9


def test_a_service_that_tells_of_a_task_no_more_is_asked_for_it_as_before() -> None:
    book = PollSchedule(PollSettings(2, 15))
    visible = snapshot()
    book.follow(visible, 0.0, soon=True)
    book.hint(visible.id, 0.0)
    for now in (0.0, 61.0):
        assert book.due(now)
        book.record([visible], now)
    assert (book.wake_at() or 0) < 61 + 5


@pytest.mark.parametrize("before", [snapshot(1, "MODAL"), snapshot(1, "SUBMITTED")])
def test_a_task_that_comes_while_others_are_read_seldom_is_read_when_it_is_due(before: TaskSnapshot) -> None:
    book = PollSchedule(PollSettings())
    book.follow(before, NOW, soon=True)
    assert book.due(NOW)
    book.record([before], NOW)
    book.follow(snapshot(2), NOW + 1)
    assert book.wake_at() == NOW + 5
    book.follow(snapshot(3), NOW + 2, soon=True)
    assert (book.wake_at() or 0) <= NOW + 2.2


def test_a_task_that_begins_to_run_is_read_as_often_as_that_asks_for() -> None:
    book = PollSchedule(PollSettings())
    book.follow(snapshot(1, "MODAL"), NOW, soon=True)
    assert book.due(NOW)
    book.record([snapshot(1)], NOW)
    assert book.wake_at() == NOW + 4
