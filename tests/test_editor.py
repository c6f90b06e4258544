"""The loop that edits messages: what it contains, and when it ends."""

from __future__ import annotations

import asyncio

import pytest

from mjbot.clock import Clock
from mjbot.core.card.card import Card, Picture
from mjbot.core.card.state import CardState
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.editing.outcome import Delivered, Existence, Later, Outcome
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.editor import EditScheduler
from mjbot.guard import LoopGuard

REF = MessageRef(1, 1_800_000_000_000 - 1_420_070_400_000 << 22)


class Sink:
    """A `MessageSink` that edits at once, in three seconds of the test's time."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.edits = 0

    async def edit(self, edit: Edit) -> Outcome:
        self.now += 3
        self.edits += 1
        return Delivered(DeliveredState(edit.card.digest))

    async def picture_ready(self, picture: Picture) -> None:
        raise NotImplementedError

    def token_until(self, ref: MessageRef) -> float:
        return self.now + 60

    async def message_exists(self, ref: MessageRef) -> Existence:
        raise NotImplementedError


@pytest.mark.parametrize("broken", ["listener", "attempt"])
async def test_an_edit_loop_in_which_nothing_succeeds_for_a_minute_ends(broken: str) -> None:
    sink = Sink()
    clock = Clock(lambda: sink.now)
    editor = EditScheduler(sink, EditQueue(RequestBudget()), clock, LoopGuard("edit loop", clock))

    def offer() -> None:
        ref = MessageRef(1, (sink.edits << 22) + (1_800_000_000_000 - 1_420_070_400_000 << 22))
        editor.submit(ref, Card(CardState.RUNNING, "title", 0, f"{sink.edits}", "footer"))

    def attempt(_edit: Edit, _outcome: Outcome, _now: float) -> None:
        offer()
        if broken == "attempt":
            raise ValueError("broken")

    async def settled(_edit: Edit, _outcome: Outcome) -> None:
        offer()
        if broken == "listener":
            raise ValueError("broken")

    editor.subscribe(settled)
    editor.on_attempt(attempt)
    offer()
    with pytest.raises(ExceptionGroup):
        async with asyncio.timeout(10):
            await editor.run()
    assert sink.edits < 60


class FailingPictures(Sink):
    """A sink whose pictures follow, and whose `picture_ready` raises an unexpected error."""

    async def edit(self, edit: Edit) -> Outcome:
        await super().edit(edit)
        return Delivered(DeliveredState(edit.card.digest), unverified=True, follows=True)

    async def picture_ready(self, picture: Picture) -> None:
        raise ValueError("broken")


async def test_an_unexpected_error_of_one_picture_that_follows_ends_no_loop() -> None:
    sink = FailingPictures()
    clock = Clock(lambda: sink.now)
    editor = EditScheduler(sink, EditQueue(RequestBudget()), clock, LoopGuard("edit loop", clock))
    running = asyncio.ensure_future(editor.run())
    picture = Picture("https://h/a.png", final=True)
    card = Card(CardState.DONE, "title", 0, "end", "footer", final=True, picture=picture)
    editor.submit(REF, card)
    async with asyncio.timeout(5):
        while sink.edits < 2 and not running.done():
            await asyncio.sleep(0)  # the second edit is that of the picture
    assert not running.done()
    running.cancel()


async def test_a_shutdown_does_not_wait_for_an_edit_of_a_message_that_is_gone() -> None:
    class Refusing(Sink):
        async def edit(self, edit: Edit) -> Outcome:
            tried.set()
            return Later(600.0)

    sink, tried = Refusing(), asyncio.Event()
    clock = Clock(lambda: sink.now)
    editor = EditScheduler(sink, EditQueue(RequestBudget()), clock, LoopGuard("edit loop", clock))
    running = asyncio.ensure_future(editor.run())
    editor.submit(REF, Card(CardState.DONE, "title", 0, "end", "footer", final=True))
    await tried.wait()
    draining = asyncio.ensure_future(editor.drain(60.0))
    for _ in range(5):
        await asyncio.sleep(0)  # the drain has begun
    assert not draining.done()
    editor.forget(REF)
    async with asyncio.timeout(5):
        await draining
    running.cancel()
