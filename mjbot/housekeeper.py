"""The loop that deletes old tasks from the database, once an hour and in small steps."""

from __future__ import annotations

import logging
from contextlib import suppress

from mjbot.clock import Clock, Wakeup
from mjbot.errors import StoreFailed
from mjbot.guard import LoopGuard
from mjbot.ports import Pruner

log = logging.getLogger(__name__)

_STEP = 200  # tasks; a step occupies the database for some milliseconds
_BETWEEN_STEPS, _BETWEEN_ROUNDS = 1.0, 3600.0  # seconds


class Housekeeper:
    """Deletes tasks that no message follows and that were last read at least ``keep`` seconds ago."""

    def __init__(self, pruner: Pruner, clock: Clock, keep: float, guard: LoopGuard) -> None:
        self._pruner = pruner
        self._clock = clock
        self._keep = keep
        self._guard = guard
        self._pause = Wakeup(clock, "until old tasks may be pruned")

    async def run(self) -> None:
        """Delete old tasks until cancelled. If the database fails, try again in the next round."""
        total = 0
        while True:
            pruned = 0
            with self._guard.contain(), suppress(StoreFailed):
                pruned = await self._prune()
            total += pruned
            if pruned < _STEP and total:
                log.info("pruned %d old tasks", total)
                total = 0
            pause = _BETWEEN_STEPS if pruned == _STEP else _BETWEEN_ROUNDS
            await self._pause.wait(self._clock.now() + pause)

    async def _prune(self) -> int:
        """Delete a limited number of old tasks, and return how many were deleted.

        The system time may be years ahead. So if the time of the newest message, which comes from Discord,
        is earlier, that is used. If presses were deleted too early, users could submit them again.
        """
        newest = await self._pruner.newest_message()
        now = self._clock.now()
        return await self._pruner.prune((now if newest is None else min(now, newest)) - self._keep, _STEP)
