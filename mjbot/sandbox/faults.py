"""The ways in which the simulated service can misbehave when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from aiohttp import web

When = Literal["before", "after"]


@dataclass
class Fault:
    """What happens to requests whose path fits; by itself it cuts the connection."""

    pattern: str
    times: int | None

    def take(self, path: str) -> bool:
        """Say whether this request is hit, and count it."""
        if self.times == 0 or not fnmatchcase(path, self.pattern):
            return False
        if self.times is not None:
            self.times -= 1
        return True

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What comes instead of the real answer."""
        return cut(request)


@dataclass
class Loss(Fault):
    """Requests that are worked on, and whose answer is then cut off."""


@dataclass
class Failure(Fault):
    """An answer in place of the real one."""

    status: int
    body: str
    content_type: str
    headers: Mapping[str, str]

    async def answer(self, _request: web.Request) -> web.StreamResponse:
        """The answer to give instead."""
        kind, headers = self.content_type, self.headers
        return web.Response(status=self.status, text=self.body, content_type=kind, headers=headers)


@dataclass
class Trickle(Fault):
    """An answer that begins, and then comes a byte at a time without end."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Send it until the other side has had enough."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b"[")
        while True:
            await response.write(b" ")
            await asyncio.sleep(1)


@dataclass
class Hold(Fault):
    """Requests that wait for `release`: before they are worked on, or with the answer ready."""

    when: When
    held: int = 0
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _gate: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, path: str) -> bool:
        """Say whether this request is held; nothing is after the release."""
        return not self._gate.is_set() and super().take(path)

    async def arrived(self, count: int = 1) -> None:
        """Wait until so many requests in all have been held."""
        while self.held < count:
            self._bell.clear()
            await self._bell.wait()

    def release(self) -> None:
        """Let go of all held requests, and hold no more."""
        self._gate.set()

    async def wait(self) -> None:
        """Hold one request."""
        self.held += 1
        self._bell.set()
        await self._gate.wait()


def cut(request: web.Request) -> web.Response:
    """Cut the connection of a request."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
