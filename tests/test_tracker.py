"""The poll loop contains what fails in one read, one task or one report."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import pytest

from mjbot.clock import Clock
from mjbot.core.model.snapshot import DEFAULT_THRESHOLDS, Condition, Seen, TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule
from mjbot.errors import StoreFailed, UpstreamError, UpstreamRateLimited
from mjbot.guard import LoopGuard
from mjbot.ports import FetchReport
from mjbot.tracker import TaskTracker

A, B = TaskId("task-1"), TaskId("task-2")
RESULT = "https://h.example/result.png"


class Source:
    """A `BatchSource` that fails as often as it is told, and then says that all tasks have ended."""

    per_request = 100

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.reads = 0
        self.poisoned: set[TaskId] = set()  # a read of one of these fails
        self.refused: dict[TaskId, list[UpstreamError]] = {}
        self.asked: list[Sequence[TaskId]] = []

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        self.reads += 1
        self.asked.append(ids)
        if self.poisoned.intersection(ids):
            raise ValueError("poisoned")
        if self.errors:
            raise self.errors.pop(0)
        failed = {each: errors.pop(0) for each in ids if (errors := self.refused.get(each))}
        ended = [each for each in ids if each not in failed]
        return FetchReport(
            {each: Task(each, status="SUCCESS", image_url=RESULT) for each in ended}, failed=failed
        )


class Rig:
    def __init__(self, *errors: Exception, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.source = Source(*errors)
        self.schedule = PollSchedule(PollSettings(0.1, 0.2, 100), lambda: 0.5)
        guard = partial(LoopGuard, clock=self.clock)
        self.tracker = TaskTracker(self.source, self.schedule, self.clock, DEFAULT_THRESHOLDS, guard)
        self.reported: list[TaskSnapshot] = []
        self.failing: dict[TaskId, list[Exception]] = {}
        self.ended = asyncio.Event()
        self.tracker.subscribe(self.report)

    async def report(self, snapshots: Sequence[TaskSnapshot]) -> None:
        for each in snapshots:
            if errors := self.failing.get(each.id):
                raise errors.pop(0)
        self.reported += snapshots
        if {each.id for each in self.reported if each.settled} == {A, B}:
            self.ended.set()

    async def run(self, seconds: float = 20) -> None:
        """Follow both tasks until their ends are reported."""
        loop = asyncio.ensure_future(self.tracker.run())
        for each in (A, B):
            self.tracker.follow(TaskSnapshot(each, opened_at=self.clock.now()), soon=True)
        try:
            async with asyncio.timeout(seconds):
                await self.ended.wait()
        finally:
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop


async def test_one_refusal_for_too_many_requests_slows_down_polling() -> None:
    rig = Rig()
    rig.source.refused[A] = [UpstreamRateLimited()]
    usual = rig.schedule.intervals(rig.clock.now()).spacing
    await rig.run()
    assert rig.schedule.intervals(rig.clock.now()).spacing > usual


@pytest.mark.parametrize("error", [ValueError("x"), RecursionError("x"), KeyError("x"), TypeError("x")])
async def test_a_read_that_fails_in_an_unforeseen_way_costs_one_try(error: Exception) -> None:
    rig = Rig(error)
    await rig.run()
    assert rig.source.reads >= 2


async def test_a_task_that_cannot_be_reported_does_not_hold_up_the_others() -> None:
    rig = Rig()
    rig.failing[A] = [ValueError("x")] * 2
    await rig.run()
    assert rig.failing[A] == []
    ends = [each.id for each in rig.reported if each.settled]
    assert ends.index(B) < ends.index(A)


async def test_a_database_that_fails_while_an_end_is_reported_loses_no_end() -> None:
    rig = Rig()
    rig.failing[A] = [StoreFailed()] * 2
    rig.failing[B] = [StoreFailed()]
    await rig.run()


async def test_reports_to_a_database_that_fails_are_a_second_apart() -> None:
    rig = Rig()
    rig.failing[A] = [StoreFailed("database is locked") for _ in range(1_000)]
    with suppress(TimeoutError):
        await rig.run(0.5)
    assert len(rig.failing[A]) > 990


async def test_an_observation_of_one_task_that_breaks_costs_only_this_task() -> None:
    rig = Rig()
    for each in (A, B):
        rig.tracker.follow(TaskSnapshot(each, opened_at=rig.clock.now()))
    broken = Seen(None)  # type: ignore[arg-type]
    await rig.tracker.observe({A: broken, B: Seen(Task(B, status="SUCCESS", image_url=RESULT))})
    assert [(each.id, each.condition) for each in rig.reported] == [(B, Condition.FINE)]


async def test_a_task_that_cannot_be_read_does_not_hold_up_the_others_of_its_batch() -> None:
    rig = Rig()
    rig.source.poisoned = {A}
    with suppress(TimeoutError):
        await rig.run(0.5)
    assert [each.id for each in rig.reported if each.settled] == [B]
    assert {A, B} == set(rig.source.asked[0])


async def test_a_poll_loop_in_which_no_read_succeeds_for_a_minute_ends() -> None:
    now = 1_000.0
    rig = Rig(clock=Clock(lambda: now))
    for each in (A, B):
        rig.tracker.follow(TaskSnapshot(each, opened_at=now))
    rig.source.poisoned = {A, B}

    async def read_for_two_minutes() -> None:
        nonlocal now
        for _ in range(30):
            await rig.tracker._read((A, B))
            now += 4

    with pytest.raises(ValueError, match="poisoned"):
        await read_for_two_minutes()


async def test_a_listener_of_polls_that_fails_does_not_cost_the_reading() -> None:
    rig = Rig()

    def fail(*_: object) -> None:
        raise KeyError

    rig.tracker.on_poll(fail)
    await rig.run()
    assert rig.source.reads <= 2


@pytest.mark.parametrize("failures", [1, 6, 12])
async def test_an_end_that_could_not_be_reported_is_reported_later(failures: int) -> None:
    now = 1_000.0
    rig = Rig(clock=Clock(lambda: now))
    rig.tracker.follow(TaskSnapshot(A, opened_at=now))
    rig.failing[A] = [ValueError("x")] * failures
    await rig.tracker.observe({A: Seen(Task(A, status="SUCCESS", image_url=RESULT))})
    for _ in range(3_000):
        now += 1
        await rig.tracker.observe({})
    assert [each.settled for each in rig.reported] == [True]


async def test_polling_goes_on_while_a_report_waits_for_the_database() -> None:
    rig = Rig()
    release = asyncio.Event()

    async def wait(_: Sequence[TaskSnapshot]) -> None:
        await release.wait()

    rig.tracker.subscribe(wait)
    rig.tracker.follow(TaskSnapshot(A, opened_at=rig.clock.now()), soon=True)
    loop = asyncio.ensure_future(rig.tracker.run())
    async with asyncio.timeout(10):
        while not rig.reported:
            await asyncio.sleep(0.01)
        rig.tracker.follow(TaskSnapshot(B, opened_at=rig.clock.now()), soon=True)
        while rig.source.asked[-1] != (B,):
            await asyncio.sleep(0.01)
    loop.cancel()
    with suppress(asyncio.CancelledError):
        await loop
