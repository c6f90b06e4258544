"""Sends webhooks: a POST request with the task at each of its steps.

As on real servers, each request is sent once, without a signature, and its response is ignored.
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

_MAX_CONCURRENT = 64
_TIMEOUT = 5.0
_GRACE = 0.05  # seconds; a task that starts with its submit is scheduled a moment later


class WebhookSender:
    """Posts the tasks of a `World` that have a ``notify`` URL, between `open` and `close`."""

    def __init__(self, world: World, now: Callable[[], float]) -> None:
        self._world, self._now = world, now
        self._steps: list[tuple[float, int, Script, float]] = []
        self._order = count()
        self._changed = asyncio.Event()
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT)
        self._running: asyncio.Task[None] | None = None
        self.answered = 0  # posts that got a response, of any status
        world.on_scheduled = self._schedule

    def open(self) -> None:
        """Start posting."""
        self._running = asyncio.create_task(self._run(), name="webhooks")

    async def close(self) -> None:
        """Stop posting, and cancel the requests in flight."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as posts:
            while True:
                for script in self._due():
                    posts.create_task(self._post(session, script))
                await self._wait()

    def _schedule(self, script: Script) -> None:
        if not script.notify or script.start is None:
            return
        now = self._now()
        for after, _, _ in script.steps:
            if script.start + after >= now - _GRACE:
                entry = (script.start + after, next(self._order), script, script.start)
                heapq.heappush(self._steps, entry)
        self._changed.set()

    def _due(self) -> list[Script]:
        due = []
        now = self._now()
        while self._steps and self._steps[0][0] <= now:
            _, _, script, start = heapq.heappop(self._steps)
            if script.start == start:  # otherwise it was restarted, with new steps
                due.append(script)
        return due

    async def _wait(self) -> None:
        delay = max(0.0, self._steps[0][0] - self._now()) if self._steps else None
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._changed.wait()
        self._changed.clear()

    async def _post(self, session: aiohttp.ClientSession, script: Script) -> None:
        async with self._slots:
            task = self._world.peek(script.id, self._now())
            if task is None:
                return
            with suppress(aiohttp.ClientError, OSError, TimeoutError, ValueError):
                async with session.post(script.notify, json=task):
                    self.answered += 1
