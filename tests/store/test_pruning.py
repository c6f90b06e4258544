"""Deletion of old tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from mjbot.clock import Clock
from mjbot.core.model.press import Press, PressKey
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef, Watch, WatchState
from mjbot.guard import LoopGuard
from mjbot.housekeeper import Housekeeper
from mjbot.ports import InteractionContext, Stores

DAY = 86_400.0
START = 1_420_070_400.0  # of 2015: the time of message 0
NEWEST = MessageRef(2, 1_300_000_000_000_000_000)
HERE = InteractionContext(guild_id=1, channel_id=2, user_id=3, locale="en", private_locale="en")


def snapshot(number: int, seen_at: float) -> TaskSnapshot:
    task = Task(TaskId(f"{number:016d}"), status="SUCCESS", prompt="a cat on a wall " * 8)
    return TaskSnapshot(task.id, opened_at=seen_at, task=task, seen_at=seen_at)


async def test_an_old_task_goes_with_everything_about_it_and_no_other_does(stores: Stores) -> None:
    watches, presses, pruner = stores.watches, stores.presses, stores.pruner
    old, child, young = snapshot(1, START), snapshot(2, START + 1.0), snapshot(3, START + 9 * DAY)
    for number, each in enumerate((old, child, young), 1):
        watch = Watch(MessageRef(2, number), each.id, 1, 3, "en", START, WatchState.CLOSED)
        await watches.add(watch, each)
        key = await presses.begin(each.id, "u1", 3, START)
        assert isinstance(key, PressKey)
        await presses.accept(key, "U1", watch, [each])
    assert await pruner.prune(START + 5 * DAY, 100) == 2
    assert [await watches.snapshot(each.id) for each in (old, child, young)] == [None, None, young]
    assert await presses.of(old.id) == {}
    assert await presses.of(young.id) == {"u1": Press.ACCEPTED}
    assert [each.id for each in await watches.suggestions(HERE.place, "", (), 25)] == [young.id]
    assert [await watches.watch_at(MessageRef(2, n)) is None for n in (1, 2, 3)] == [True, True, False]
    assert await pruner.prune(START + 5 * DAY, 100) == 0


async def test_a_step_deletes_the_oldest_tasks_and_no_more_than_it_may(stores: Stores) -> None:
    await stores.watches.save([snapshot(number, float(number)) for number in range(5)])
    assert [await stores.pruner.prune(4.0, 3) for _ in range(3)] == [3, 1, 0]
    assert await stores.watches.snapshot(snapshot(4, 4.0).id) is not None


async def test_a_task_that_a_message_still_follows_is_kept_however_old_it_is(stores: Stores) -> None:
    old = snapshot(1, 0.0)
    await stores.watches.add(Watch(MessageRef(2, 1), old.id, 1, 3, "en", 0.0, WatchState.OPEN), old)
    assert await stores.pruner.prune(START + 5 * DAY, 100) == 0
    assert await stores.watches.snapshot(old.id) == old


async def test_another_spelling_of_an_id_takes_no_presses_with_it(stores: Stores) -> None:
    live, alias = (TaskSnapshot(TaskId(each), opened_at=0.0, seen_at=0.0) for each in ("task-A", "task-a"))
    await stores.watches.add(Watch(MessageRef(2, 1), live.id, 1, 3, "en", 0.0, WatchState.OPEN), live)
    await stores.watches.save([alias])
    key = await stores.presses.begin(live.id, "u1", 3, 0.0)
    assert isinstance(key, PressKey)
    await stores.presses.note(key, Press.ACCEPTED)
    assert await stores.pruner.prune(START + 5 * DAY, 100) == 1
    assert await stores.presses.of(live.id) == {"u1": Press.ACCEPTED}


@pytest.mark.parametrize("ahead", [2.0, 100 * DAY, 50 * 365 * DAY])
async def test_a_clock_that_is_ahead_prunes_nothing_more(stores: Stores, ahead: float) -> None:
    now = NEWEST.created_at
    old, young = snapshot(1, now - 31 * DAY), snapshot(2, now)
    await stores.watches.save([old])
    await stores.watches.add(Watch(NEWEST, young.id, 1, 3, "en", now, WatchState.CLOSED), young)
    await housekeep(stores, now + ahead)
    assert [await stores.watches.snapshot(each.id) for each in (old, young)] == [None, young]


async def test_a_clock_that_is_behind_prunes_what_is_old_by_it(stores: Stores) -> None:
    now = NEWEST.created_at
    older, old = snapshot(1, now - 42 * DAY), snapshot(2, now - 31 * DAY)
    await stores.watches.save([older, old])
    await stores.watches.add(Watch(NEWEST, old.id, 1, 3, "en", now, WatchState.CLOSED), None)
    await housekeep(stores, now - 10 * DAY)
    assert [await stores.watches.snapshot(each.id) for each in (older, old)] == [None, old]


async def test_a_message_that_was_stored_by_a_clock_that_was_behind_keeps_its_task(stores: Stores) -> None:
    now = NEWEST.created_at
    task = snapshot(1, 0.0)
    await stores.watches.add(Watch(NEWEST, task.id, 1, 3, "en", 0.0, WatchState.CLOSED), task)
    await housekeep(stores, now)
    assert await stores.watches.snapshot(task.id) == task


async def housekeep(stores: Stores, now: float) -> None:
    """Prune once, by a clock that says ``now``, what was last touched 30 days ago."""
    idle = asyncio.Event()

    async def stop(sleeping: Coroutine[Any, Any, None], _reason: str) -> None:
        sleeping.close()
        idle.set()
        await asyncio.Event().wait()

    clock = Clock(lambda: now, stop)
    loop = asyncio.ensure_future(
        Housekeeper(stores.pruner, clock, 30 * DAY, LoopGuard("housekeeper", clock)).run()
    )
    await idle.wait()
    loop.cancel()


@pytest.mark.parametrize("touched", ["pressed", "followed", "parent of a press", "suggested", "in flight"])
async def test_a_task_that_was_touched_since_is_kept_however_long_ago_it_was_read(
    stores: Stores, touched: str
) -> None:
    old, child = snapshot(1, 0.0), snapshot(2, START + 9 * DAY)
    await stores.watches.save([old])
    at = START + (0.0 if touched == "in flight" else 9 * DAY)
    if touched in ("pressed", "in flight"):
        await stores.presses.begin(old.id, "u1", 3, at)
    elif touched == "followed":
        closed = Watch(MessageRef(2, 1), old.id, 1, 3, "en", at, WatchState.CLOSED)
        await stores.watches.add(closed, None)
    elif touched == "suggested":
        await stores.watches.add(Watch(MessageRef(2, 1), old.id, 1, 3, "en", at, WatchState.CLOSED), old)
    else:
        watch = Watch(MessageRef(2, 2), child.id, 1, 3, "en", at, WatchState.CLOSED)
        await stores.presses.accept(PressKey(old.id, "u1", 1), "U1", watch, [child])
    assert await stores.pruner.prune(START + 5 * DAY, 100) == 0
    assert await stores.watches.snapshot(old.id) == old
