"""What the simulated service tells of by itself: a POST of the task at each of its steps.

Real servers post once, sign nothing, and do not care what becomes of it.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import aiohttp

from mjbot.sandbox.script import Script
from mjbot.sandbox.world import World

_AT_ONCE = 64
_SECONDS = 5.0
_GRACE = 0.05  # seconds; a task that begins with its submit is noted a moment later


class WebhookSender:
    """Posts the tasks of a `World` that have a ``notify`` address, between `open` and `close`."""

    def __init__(self, world: World, now: Callable[[], float]) -> None:
        self._world, self._now = world, now
        self._steps: list[tuple[float, int, Script, float]] = []
        self._order = count()
        self._news = asyncio.Event()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._running: asyncio.Task[None] | None = None
        self.taken = 0  # posts that somebody answered, however
        world.on_begun = self._begun

    def open(self) -> None:
        """Begin to post."""
        self._running = asyncio.create_task(self._run(), name="hooks")

    async def close(self) -> None:
        """End it; what is on its way is dropped."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as posts:
            while True:
                for script in self._due():
                    posts.create_task(self._post(session, script))
                await self._wait()

    def _begun(self, script: Script) -> None:
        if not script.notify or script.start is None:
            return
        now = self._now()
        for after, _, _ in script.steps:
            if script.start + after >= now - _GRACE:
                entry = (script.start + after, next(self._order), script, script.start)
                heapq.heappush(self._steps, entry)
        self._news.set()

    def _due(self) -> list[Script]:
        due = []
        now = self._now()
        while self._steps and self._steps[0][0] <= now:
            _, _, script, start = heapq.heappop(self._steps)
            if script.start == start:  # else it began anew, and has other steps
                due.append(script)
        return due

    async def _wait(self) -> None:
        wait = max(0.0, self._steps[0][0] - self._now()) if self._steps else None
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._news.wait()
        self._news.clear()

    async def _post(self, session: aiohttp.ClientSession, script: Script) -> None:
        async with self._room:
            task = self._world.peek(script.id, self._now())
            if task is None:
                return
            with suppress(aiohttp.ClientError, OSError, TimeoutError, ValueError):
                async with session.post(script.notify, json=task):
                    self.taken += 1
