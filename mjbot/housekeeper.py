"""The loop that forgets what is old: seldom, and a little at a time."""

from __future__ import annotations

import logging

from mjbot.clock import Clock, Wakeup
from mjbot.errors import StoreFailed
from mjbot.ports import Pruner

log = logging.getLogger(__name__)

_STEP = 200  # tasks; a step holds the database for some milliseconds
_BETWEEN_STEPS, _BETWEEN_ROUNDS = 1.0, 3600.0  # seconds


class Housekeeper:
    """Forgets tasks that have been over for ``keep`` seconds."""

    def __init__(self, pruner: Pruner, clock: Clock, keep: float) -> None:
        self._pruner = pruner
        self._clock = clock
        self._keep = keep
        self._pause = Wakeup(clock, "until there may be something to forget")

    async def run(self) -> None:
        """Forget, for ever."""
        forgotten = 0
        while True:
            try:
                pruned = await self._pruner.prune(self._clock.now() - self._keep, _STEP)
            except StoreFailed:
                pruned = 0
            forgotten += pruned
            if pruned < _STEP and forgotten:
                log.info("forgot %d tasks that are long over", forgotten)
                forgotten = 0
            pause = _BETWEEN_STEPS if pruned == _STEP else _BETWEEN_ROUNDS
            await self._pause.wait(self._clock.now() + pause)
