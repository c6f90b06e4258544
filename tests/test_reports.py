"""Reports of changes are made until they are taken, newest state last, and one task holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from mjbot.clock import Clock
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.errors import StoreFailed
from mjbot.guard import LoopGuard
from mjbot.reports import ChangeReports

A, B = TaskId("task-1"), TaskId("task-2")


def change(task_id: TaskId, status: str = "SUCCESS") -> TaskSnapshot:
    return TaskSnapshot(task_id, opened_at=0.0, task=Task(task_id, status=status))


class Rig:
    def __init__(self) -> None:
        self.now = 1_000.0
        self.reports = ChangeReports(LoopGuard("reports", Clock(lambda: self.now)))
        self.reports.subscribe(self.take)
        self.failing: dict[TaskId, list[Exception]] = {}
        self.taken: list[TaskSnapshot] = []
        self.batches: list[list[TaskId]] = []

    async def take(self, snapshots: Sequence[TaskSnapshot]) -> None:
        self.batches.append([each.id for each in snapshots])
        for each in snapshots:
            if errors := self.failing.get(each.id):
                raise errors.pop(0)
        self.taken += snapshots

    async def send(self, *changes: TaskSnapshot) -> None:
        for each in changes:
            self.reports.add(each)
        await self.reports.send(self.now)

    async def pauses(self) -> list[float]:
        """The seconds before each further report, until all are taken."""
        found = []
        while (at := self.reports.again_at) is not None:
            found.append(at - self.now)
            self.now = at
            await self.send()
        return found


async def test_the_changes_of_one_read_are_one_report() -> None:
    rig = Rig()
    await rig.send(change(A), change(B))
    assert rig.batches == [[A, B]]
    assert rig.reports.again_at is None


@pytest.mark.parametrize(
    ("error", "failures", "pauses"),
    [
        (StoreFailed("locked"), 3, [1, 1, 1]),
        (ValueError("x"), 4, [1, 2, 4]),
        (ValueError("x"), 13, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]),
    ],
)
async def test_a_report_that_fails_is_made_again_later(
    error: Exception, failures: int, pauses: list[float]
) -> None:
    rig = Rig()
    rig.failing[A] = [error] * failures
    await rig.send(change(A), change(B))
    assert await rig.pauses() == pauses
    assert sorted(each.id for each in rig.taken) == [A, B]


async def test_a_task_whose_report_fails_is_apart_from_the_others_until_it_is_taken() -> None:
    rig = Rig()
    rig.failing[A] = [ValueError("x")] * 2
    await rig.send(change(A, "IN_PROGRESS"), change(B, "IN_PROGRESS"))
    assert rig.batches == [[A, B], [A], [B]]
    rig.now += 1
    await rig.send(change(B))
    assert rig.batches[3:] == [[B], [A]]


async def test_a_newer_change_replaces_one_that_waits_to_be_reported() -> None:
    rig = Rig()
    rig.failing[A] = [StoreFailed()]
    await rig.send(change(A, "IN_PROGRESS"))
    rig.reports.add(change(A, "SUCCESS"))
    assert await rig.pauses() == [1]
    assert rig.taken == [change(A, "SUCCESS")]


async def test_a_report_that_fails_does_not_replace_a_newer_change() -> None:
    rig = Rig()
    hold, held = asyncio.Event(), asyncio.Event()

    async def wait(_: Sequence[TaskSnapshot]) -> None:
        if not held.is_set():
            held.set()
            await hold.wait()
            raise StoreFailed

    rig.reports.subscribe(wait)
    older = asyncio.ensure_future(rig.send(change(A, "IN_PROGRESS")))
    await held.wait()
    newer = asyncio.ensure_future(rig.send(change(A, "SUCCESS")))
    await asyncio.sleep(0)
    hold.set()
    await asyncio.gather(older, newer)
    await rig.pauses()
    assert rig.taken[-1] == change(A, "SUCCESS")


async def test_the_change_of_a_task_that_is_not_followed_any_more_is_not_reported() -> None:
    rig = Rig()
    rig.failing[A] = [ValueError("x")] * 5
    await rig.send(change(A))
    rig.reports.forget(A)
    assert await rig.pauses() == []
    assert rig.taken == []
