"""The loop that edits Discord messages. core/editing/edit_queue.py chooses the next edit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from mjbot.clock import Clock, Wakeup
from mjbot.core.card.card import Card
from mjbot.core.card.state import CardState
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.editing.ladder import Omission
from mjbot.core.editing.outcome import Delivered, Later, Outcome
from mjbot.core.editing.pending_edit import Edit, Priority
from mjbot.core.editing.routes import ChannelBucket
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.guard import LoopGuard
from mjbot.ports import BotTokenRevoked, MessageSink

log = logging.getLogger(__name__)

OnSettled = Callable[[Edit, Outcome], Awaitable[None]]
OnAttempt = Callable[[Edit, Outcome, float], None]


class EditScheduler:
    """Edits each message to show its newest card. All callers use `submit`."""

    def __init__(self, sink: MessageSink, queue: EditQueue, clock: Clock, guard: LoopGuard) -> None:
        self._sink = sink
        self._queue = queue
        self._clock = clock
        self._guard = guard
        self._wakeup = Wakeup(clock, "until an edit may be made")
        self._in_flight = 0
        self._draining = False
        self._drained = asyncio.Event()
        self._listeners: list[OnSettled] = []
        self._attempt_listeners: list[OnAttempt] = []

    def subscribe(self, listener: OnSettled) -> None:
        """Call ``listener`` with each finished edit, whether it succeeded or failed for good."""
        self._listeners.append(listener)

    def on_attempt(self, *listeners: OnAttempt) -> None:
        """Call ``listeners`` after each attempt to edit, with its outcome and the time (unix seconds)."""
        self._attempt_listeners += listeners

    def prime(
        self,
        ref: MessageRef,
        delivered: DeliveredState,
        state: CardState | None = None,
        omission: Omission | None = None,
    ) -> None:
        """Record the state that a message already shows, and the parts that Discord has rejected."""
        self._queue.prime(ref, delivered, state, omission)

    def recheck(self, ref: MessageRef, card: Card) -> None:
        """Check the picture of a card that is already shown, and attach its file if missing."""
        self._queue.recheck(ref, card, self._clock.now())
        self._wakeup.notify()

    def release(self, ref: MessageRef) -> None:
        """Forget a message, unless it has an edit that is pending or in flight."""
        self._queue.release(ref)

    def resume_channel(self, channel_id: int) -> None:
        """Retry the pending edits of a channel now, for example after a thread was unarchived."""
        self._queue.resume_channel(channel_id, self._clock.now())
        self._wakeup.notify()

    def limit_channel(self, channel_id: int, bucket: ChannelBucket) -> None:
        """Apply the rate limit of a channel that Discord's headers report."""
        self._queue.limit_channel(channel_id, bucket, self._clock.now())

    def forget(self, ref: MessageRef) -> None:
        """Forget a message, and drop its pending edit."""
        self._queue.forget(ref)
        self._wakeup.notify()  # a drain may have waited for it

    def submit(self, ref: MessageRef, card: Card, priority: Priority | None = None) -> bool:
        """Queue a card for a message. Returns False if the message already shows the card."""
        if priority is None:
            priority = Priority.FINAL if card.final else Priority.PROGRESS
        now, token_until = self._clock.now(), self._sink.token_until(ref)
        queued = self._queue.offer(ref, card, priority, now, token_until)
        self._wakeup.notify()
        return queued

    @property
    def waiting(self) -> int:
        """The number of messages with a pending edit."""
        return self._queue.waiting

    async def run(self) -> None:
        """Start each edit when it is due, until cancelled. Raises `BotTokenRevoked`."""
        async with asyncio.TaskGroup() as running:
            while True:
                now = self._clock.now()
                while edit := self._queue.take(now):
                    self._in_flight += 1
                    running.create_task(self._deliver(edit, running))
                if self._draining and not (self._in_flight or self._queue.waiting):
                    self._drained.set()
                await self._wakeup.wait(self._queue.wake_at(now))

    async def drain(self, seconds: float) -> None:
        """Deliver the pending edits that show final cards or presses, for at most ``seconds``."""
        self._draining = True
        self._queue.begin_shutdown(self._clock.now())
        self._wakeup.notify()
        try:
            async with asyncio.timeout(seconds):
                await self._drained.wait()
        except TimeoutError:
            log.warning("shutdown: %d edits not delivered", self._queue.waiting + self._in_flight)

    async def _deliver(self, edit: Edit, running: asyncio.TaskGroup) -> None:
        try:
            with self._guard.contain(BotTokenRevoked):  # a success only if every step succeeds
                outcome, error = await self._try(edit)
                done = self._queue.settle(edit, outcome, self._clock.now())
                if isinstance(outcome, Delivered) and outcome.follows:
                    running.create_task(self._follow_with_picture(edit))
                for listener in self._listeners if done else ():
                    await listener(edit, outcome)
                if error is not None:
                    raise error
        finally:
            self._in_flight -= 1
            if self._draining or self._queue.wake_at(self._clock.now()) is not None:
                self._wakeup.notify()

    async def _try(self, edit: Edit) -> tuple[Outcome, Exception | None]:
        """Try an edit once. Returns its outcome and any unexpected error. Raises `BotTokenRevoked`."""
        outcome: Outcome = Later()
        try:
            outcome = await self._sink.edit(edit)
            for listener in self._attempt_listeners:
                listener(edit, outcome, self._clock.now())
        except BotTokenRevoked:
            raise
        except Exception as error:
            return outcome, error
        return outcome, None

    async def _follow_with_picture(self, edit: Edit) -> None:
        """Wait until the download of a picture has ended, then queue the edit that adds the picture."""
        assert edit.card.picture is not None
        with self._guard.contain():
            await self._sink.picture_ready(edit.card.picture)
        self._queue.hurry(edit.ref, self._clock.now())
        self._wakeup.notify()
