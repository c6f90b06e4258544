"""Time, handed in: what the hour is, and how a loop waits.

Nothing in mjbot asks the machine for the time by itself, so tests and the demo can run on a clock of
their own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

Park = Callable[[Coroutine[Any, Any, None], str], Awaitable[None]]


async def just_await(waiting: Coroutine[Any, Any, None], _reason: str) -> None:
    """Wait the ordinary way. A simulation hands in its own, which knows what is being waited for."""
    await waiting


def _steady() -> Callable[[], float]:
    """Unix time that a correction of the machine's clock can neither stop nor turn back."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


@dataclass(frozen=True)
class Clock:
    """``now`` in unix seconds, and ``park``: how a loop waits when it has nothing to do."""

    now: Callable[[], float] = field(default_factory=_steady)
    park: Park = just_await


class Wakeup:
    """A loop's pillow: it sleeps until a moment comes or somebody rings."""

    def __init__(self, clock: Clock, reason: str) -> None:
        self._clock = clock
        self._reason = reason
        self._bell = asyncio.Event()

    def notify(self) -> None:
        """Wake the loop now."""
        self._bell.set()

    async def wait(self, until: float | None) -> None:
        """Sleep until ``until`` (unix seconds; None: until somebody rings)."""
        await self._clock.park(self._sleep(until), self._reason)
        self._bell.clear()

    async def _sleep(self, until: float | None) -> None:
        delay = None if until is None else max(0.0, until - self._clock.now())
        try:
            async with asyncio.timeout(delay):
                await self._bell.wait()
        except TimeoutError:
            pass
