"""Background checks of whether the cards of child tasks, to which a card links, still exist.

The checks are not urgent, so only a few are made. Each is a request to Discord, and a rejected request
counts towards Discord's limit of invalid requests, which all guilds share.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from mjbot.clock import Clock, Wakeup
from mjbot.core.access.place import Place
from mjbot.core.card.lineage import MAX_LINKED
from mjbot.core.editing.outcome import Existence
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.core.scheduling.bounded_dict import BoundedDict
from mjbot.core.scheduling.rate_limiters import SlidingWindow, SlidingWindows
from mjbot.errors import StoreFailed
from mjbot.guard import LoopGuard
from mjbot.ports import MessageSink, PressStore

_OF_A_GUILD, _OF_ALL, _MINUTE = 10, 60, 60.0
_REMEMBERED: Final = 600.0  # seconds until a channel is tried again; a permission may return
_MOST_CHANNELS: Final = 1_000
_MOST_WAITING: Final = 100

OnDeleted = Callable[[MessageRef], Awaitable[None]]


class ChildChecks:
    """Runs the requested checks one by one. Checks that exceed the limit are dropped."""

    def __init__(self, presses: PressStore, sink: MessageSink, clock: Clock, guard: LoopGuard) -> None:
        self._presses = presses
        self._sink = sink
        self._clock = clock
        self._guard = guard
        self._wakeup = Wakeup(clock, "until a card with links is used")
        self._waiting: dict[tuple[TaskId, Place], None] = {}
        self._skipped = BoundedDict[int, tuple[Existence, float]](_MOST_CHANNELS)
        """Channels whose messages cannot be fetched, with the result and time of the last lookup."""
        self._of_guild: SlidingWindows[int] = SlidingWindows(_OF_A_GUILD, _MINUTE)
        self._of_all = SlidingWindow(_OF_ALL, _MINUTE)

    def ask(self, parent: TaskSnapshot, place: Place) -> None:
        """Request a check of the child cards of a task in a guild or DM where the task was shown."""
        has_buttons = parent.settled  # without them, it has no children
        if has_buttons and len(self._waiting) < _MOST_WAITING and self._affordable(place.guild_id or 0):
            self._waiting[parent.id, place] = None
            self._wakeup.notify()

    def skip_channel(self, channel_id: int, existence: Existence) -> None:
        """Skip checks of messages in a channel for a while."""
        self._skipped.pop(channel_id, None)
        self._skipped[channel_id] = existence, self._clock.now()

    async def run(self, on_deleted: OnDeleted) -> None:
        """Run the requested checks until cancelled. Call ``on_deleted`` with each message that is gone."""
        while True:
            while self._waiting:
                asked = next(iter(self._waiting))
                del self._waiting[asked]
                with self._guard.contain(), suppress(StoreFailed):  # the check is requested again later
                    await self._check(*asked, on_deleted)
            await self._wakeup.wait(None)

    async def _check(self, task_id: TaskId, place: Place, on_deleted: OnDeleted) -> None:
        for ref in await self._presses.children(task_id, place, MAX_LINKED):
            existence = self._known_existence(ref.channel_id) or await self._look_up(ref, place.guild_id or 0)
            if existence in (Existence.DELETED, Existence.CHANNEL_GONE):
                await on_deleted(ref)

    async def _look_up(self, ref: MessageRef, guild_id: int) -> Existence:
        if not self._affordable(guild_id):
            return Existence.ASSUMED
        now = self._clock.now()
        self._of_guild.take(guild_id, now)
        self._of_all.take(now)
        existence = await self._sink.message_exists(ref)
        if existence in (Existence.NO_ACCESS, Existence.CHANNEL_GONE):
            self.skip_channel(ref.channel_id, existence)
        return existence

    def _affordable(self, guild_id: int) -> bool:
        now = self._clock.now()
        return max(self._of_guild.ready_at(guild_id, now), self._of_all.ready_at(now)) <= now

    def _known_existence(self, channel_id: int) -> Existence | None:
        existence, since = self._skipped.get(channel_id, (None, 0.0))
        return existence if self._clock.now() - since < _REMEMBERED else None
