"""The clock, which tells the current time and lets loops sleep.

No other module reads the system time, so tests and the demo can use a simulated clock.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

WaitIdle = Callable[[Coroutine[Any, Any, None], str], Awaitable[None]]
"""A function that awaits a sleeping coroutine. The text is the reason for the wait."""


async def await_directly(sleeping: Coroutine[Any, Any, None], _reason: str) -> None:
    """Await a sleep in real time. A simulation uses another function, to detect when all loops are idle."""
    await sleeping


def _steady() -> Callable[[], float]:
    """Return a clock in unix seconds that is not affected when the system time is changed."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


@dataclass(frozen=True)
class Clock:
    """The clock. ``now`` returns unix seconds. ``wait_idle`` awaits the sleep of a loop that has no work."""

    now: Callable[[], float] = field(default_factory=_steady)
    wait_idle: WaitIdle = await_directly


class Wakeup:
    """Lets a loop sleep until a deadline or a notification."""

    def __init__(self, clock: Clock, reason: str) -> None:
        self._clock = clock
        self._reason = reason
        self._event = asyncio.Event()

    def notify(self) -> None:
        """Wake the sleeping loop now."""
        self._event.set()

    async def wait(self, until: float | None) -> None:
        """Sleep until ``until`` (unix seconds) or until notified. With None, sleep until notified."""
        await self._clock.wait_idle(self._sleep(until), self._reason)
        self._event.clear()

    async def _sleep(self, until: float | None) -> None:
        delay = None if until is None else max(0.0, until - self._clock.now())
        try:
            async with asyncio.timeout(delay):
                await self._event.wait()
        except TimeoutError:
            pass
