"""The loop that edits messages. Which edit goes next is decided in core/editing/edit_queue.py."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from mjbot.clock import Clock, Wakeup
from mjbot.core.card.card import Card
from mjbot.core.card.state import State
from mjbot.core.editing.edit_queue import Edit, EditQueue, Priority
from mjbot.core.editing.outcome import Outcome
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.ports import MessageSink

log = logging.getLogger(__name__)

OnSettled = Callable[[Edit, Outcome], Awaitable[None]]


class EditScheduler:
    """Brings cards onto messages, newest first. `submit` is the one door for edits."""

    def __init__(self, sink: MessageSink, book: EditQueue, clock: Clock) -> None:
        self._sink = sink
        self._book = book
        self._clock = clock
        self._wakeup = Wakeup(clock, "until an edit may be made")
        self._in_flight = 0
        self._draining = False
        self._drained = asyncio.Event()
        self._listeners: list[OnSettled] = []

    def subscribe(self, listener: OnSettled) -> None:
        """Call ``listener`` with each edit that is done with: delivered, or impossible."""
        self._listeners.append(listener)

    def prime(self, ref: MessageRef, delivered: DeliveredState, state: State | None = None) -> None:
        """Note what a message shows already."""
        self._book.prime(ref, delivered, state)

    def release(self, ref: MessageRef) -> None:
        """Drop what is known of a message, unless a card still waits for it."""
        self._book.release(ref)

    def unpark(self, channel_id: int) -> None:
        """A channel takes edits again, such as a thread that was archived."""
        self._book.unpark(channel_id, self._clock.now())
        self._wakeup.notify()

    async def message_exists(self, ref: MessageRef) -> bool:
        """False when a message was surely deleted."""
        return await self._sink.message_exists(ref)

    def forget(self, ref: MessageRef) -> None:
        """Drop what is known of a message, and what waits for it."""
        self._book.forget(ref)

    def submit(self, ref: MessageRef, card: Card, priority: Priority | None = None) -> bool:
        """Want this card on this message. False when it is there already."""
        if priority is None:
            priority = Priority.FINAL if card.final else Priority.PROGRESS
        now, token_until = self._clock.now(), self._sink.token_until(ref)
        wanted = self._book.offer(ref, card, priority, now, token_until)
        self._wakeup.notify()
        return wanted

    @property
    def waiting(self) -> int:
        """How many messages wait for an edit."""
        return self._book.waiting

    async def run(self) -> None:
        """Make the edits whose turn has come, for ever."""
        async with asyncio.TaskGroup() as edits:
            while True:
                now = self._clock.now()
                while edit := self._book.take(now):
                    self._in_flight += 1
                    edits.create_task(self._deliver(edit))
                if self._draining and not (self._in_flight or self._book.waiting):
                    self._drained.set()
                await self._wakeup.wait(self._book.wake_at(now))

    async def drain(self, seconds: float) -> None:
        """Deliver final cards and pressed buttons for at most so many seconds; nothing else goes out."""
        self._draining = True
        self._book.end(self._clock.now())
        self._wakeup.notify()
        try:
            async with asyncio.timeout(seconds):
                await self._drained.wait()
        except TimeoutError:
            left = self._book.waiting + self._in_flight
            log.warning("%d cards are left for the next start", left)

    async def _deliver(self, edit: Edit) -> None:
        try:
            outcome = await self._sink.edit(edit)
            done = self._book.settle(edit, outcome, self._clock.now())
            for listener in self._listeners if done else ():
                await listener(edit, outcome)
        finally:
            self._in_flight -= 1
            if self._draining or self._book.wake_at(self._clock.now()) is not None:
                self._wakeup.notify()
