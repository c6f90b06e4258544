"""What cannot be written costs only itself. The store is a real one, and refuses what SQLite refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from mjbot.clock import Clock
from mjbot.core.card.card import Card
from mjbot.core.card.state import CardState
from mjbot.core.editing.outcome import Later, Outcome, Paused, Refused, Rerouted
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState
from mjbot.errors import StoreFailed
from mjbot.guard import LoopGuard
from mjbot.ports import Stores
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.write_behind import WriteBehind
from mjbot.store import open_stores
from tests.store.faults import refuse_writes

BROKEN, SOUND = TaskId("task-1"), TaskId("task-2")
SHOWN = DeliveredState("digest")
TOO_LARGE = MessageRef(1, 2**70)  # an id that SQLite refuses


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    async with open_stores(str(tmp_path / "mjbot.db"), "https://h/mj") as opened:
        yield opened


def snapshot(task_id: TaskId, prompt: str) -> TaskSnapshot:
    return TaskSnapshot(
        task_id, opened_at=1.0, task=Task(task_id, status="SUCCESS", prompt=prompt), seen_at=1.0
    )


def watch(message_id: int) -> Watch:
    return Watch(MessageRef(1, message_id), SOUND, 7, 8, "en", 1.0, WatchState.OPEN)


class Buffer:
    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.now = 1_000.0
        self.errors: list[str] = []
        clock = Clock(lambda: self.now)
        self.deferred = DeferredWrites(clock, LoopGuard("deferred writes", clock))
        guard = LoopGuard("write-behind", clock, self.errors.append)
        self.buffer = WriteBehind(stores.watches, self.deferred, clock, guard)


@pytest.mark.parametrize("order", [(BROKEN, SOUND), (SOUND, BROKEN)])
async def test_a_task_that_cannot_be_stored_costs_only_itself(
    stores: Stores, order: tuple[TaskId, TaskId]
) -> None:
    rig = Buffer(stores)
    prompts = {BROKEN: "a \ud800", SOUND: "a cat"}  # a lone surrogate
    await rig.buffer.save([snapshot(each, prompts[each]) for each in order])
    assert await stores.watches.snapshot(SOUND) == snapshot(SOUND, "a cat")
    assert await stores.watches.snapshot(BROKEN) is None
    before = len(rig.errors)
    await rig.buffer.save([snapshot(SOUND, "a dog")])
    assert await stores.watches.snapshot(SOUND) == snapshot(SOUND, "a dog")
    assert len(rig.errors) == before == 2


async def test_a_message_whose_state_cannot_be_stored_costs_only_itself(stores: Stores) -> None:
    rig = Buffer(stores)
    for message_id in (10, 11):
        await stores.watches.add(watch(message_id), None)
    rig.buffer.note(TOO_LARGE, SHOWN)
    rig.buffer.note(MessageRef(1, 10), SHOWN)
    rig.buffer.close(MessageRef(1, 11))
    await rig.buffer.flush()
    assert [each.delivered for each, _ in await stores.watches.open_watches()] == [SHOWN]
    await rig.buffer.flush()
    assert len(rig.errors) == 2


@pytest.mark.parametrize(
    ("outcome", "digest"), [(Later(), ""), (Rerouted(), ""), (Paused(5.0), "digest"), (Refused(), "digest")]
)
async def test_what_a_message_shows_is_unknown_after_an_edit_that_may_have_been_applied(
    stores: Stores, outcome: Outcome, digest: str
) -> None:
    buffer = Buffer(stores).buffer
    shown = replace(watch(5), delivered=SHOWN)
    buffer.note_attempt(Edit(shown.ref, Card(CardState.RUNNING, "t", 0, "new", "f"), SHOWN), outcome, 1.0)
    assert buffer.known(shown).delivered.digest == digest


async def test_the_loop_goes_on_after_what_cannot_be_stored(stores: Stores) -> None:
    rig = Buffer(stores)
    rig.buffer = WriteBehind(stores.watches, rig.deferred, Clock(), LoopGuard("write-behind", Clock()))
    await stores.watches.add(watch(10), None)
    running = asyncio.ensure_future(rig.buffer.run())
    rig.buffer.note(TOO_LARGE, SHOWN)
    rig.buffer.note(MessageRef(1, 10), SHOWN)
    async with asyncio.timeout(10):
        while (await stores.watches.open_watches())[0][0].delivered != SHOWN:
            await asyncio.sleep(0.05)  # the loop writes once a second, and only the database shows it
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_store_that_refuses_everything_for_a_minute_ends_the_loop(stores: Stores) -> None:
    rig = Buffer(stores)

    async def write_for_two_minutes() -> None:
        for _ in range(30):
            rig.buffer.note(TOO_LARGE, SHOWN)
            await rig.buffer.flush()
            rig.now += 4

    with pytest.raises(OverflowError):
        await write_for_two_minutes()


def reading(status: str, at: float) -> TaskSnapshot:
    return TaskSnapshot(SOUND, opened_at=1.0, task=Task(SOUND, status=status), seen_at=at)


EARLIER, LATER = reading("IN_PROGRESS", 2.0), reading("SUCCESS", 3.0)


@pytest.mark.parametrize("deferred_first", [True, False])
async def test_a_watch_that_is_stored_late_brings_back_no_older_state(
    stores: Stores, deferred_first: bool
) -> None:
    rig = Buffer(stores)
    await refuse_writes(stores, on=True)
    with pytest.raises(StoreFailed):
        await rig.buffer.add(watch(10), EARLIER)
    await rig.deferred.write(partial(rig.buffer.add, watch(10)))
    await rig.buffer.save([LATER])
    rig.buffer.note(MessageRef(1, 10), SHOWN)
    rig.buffer.close(MessageRef(1, 10))
    await refuse_writes(stores, on=False)
    flushes = (rig.deferred.flush, rig.buffer.flush)
    for flush in flushes if deferred_first else reversed(flushes):
        with suppress(StoreFailed):
            await flush()
    await rig.buffer.flush()
    assert await stores.watches.snapshot(SOUND) == LATER
    stored = await stores.watches.watch_at(MessageRef(1, 10))
    assert stored == replace(watch(10), state=WatchState.CLOSED, delivered=SHOWN)


async def test_a_snapshot_that_could_not_be_written_does_not_replace_one_that_was_written_since(
    stores: Stores,
) -> None:
    rig = Buffer(stores)
    await refuse_writes(stores, on=True)
    await rig.buffer.save([EARLIER])
    assert await rig.buffer.snapshot(SOUND) == EARLIER
    await refuse_writes(stores, on=False)
    await rig.buffer.add(watch(10), LATER)
    await rig.buffer.flush()
    assert await rig.buffer.snapshot(SOUND) == await stores.watches.snapshot(SOUND) == LATER


async def test_the_snapshot_of_a_watch_that_could_not_be_stored_is_written_later(stores: Stores) -> None:
    rig = Buffer(stores)
    await refuse_writes(stores, on=True)
    with pytest.raises(StoreFailed):
        await rig.buffer.add(watch(10), LATER)
    await refuse_writes(stores, on=False)
    await rig.buffer.flush()
    assert await stores.watches.snapshot(SOUND) == LATER


async def test_the_snapshot_of_a_watch_that_can_never_be_stored_is_written_by_the_loop(
    stores: Stores,
) -> None:
    rig = Buffer(stores)
    buffer = WriteBehind(stores.watches, rig.deferred, Clock(), LoopGuard("write-behind", Clock()))
    running = asyncio.ensure_future(buffer.run())
    with pytest.raises(OverflowError):
        await buffer.add(replace(watch(10), ref=TOO_LARGE), LATER)
    async with asyncio.timeout(10):
        while await stores.watches.snapshot(SOUND) != LATER:
            await asyncio.sleep(0.05)  # the loop writes once a second, and only the database shows it
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
