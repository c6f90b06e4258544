"""Faults that tests inject into the simulated image service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Middleware

When = Literal["before", "after"]


@dataclass
class Fault:
    """A fault that affects requests whose path matches ``pattern``. The base class drops the connection.

    ``times`` is the number of requests to affect, or None for all.
    """

    pattern: str
    times: int | None

    def applies(self, path: str) -> bool:
        """Return whether this request is affected, and count it if so."""
        if self.times == 0 or not fnmatchcase(path, self.pattern):
            return False
        if self.times is not None:
            self.times -= 1
        return True

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Return the response to send instead of the real one."""
        return drop_connection(request)


@dataclass
class Loss(Fault):
    """A fault that lets requests be processed, but drops the connection before the response."""

    def lose(self, request: web.Request, _response: web.StreamResponse) -> web.StreamResponse:
        """Drop the connection instead of sending the response."""
        return drop_connection(request)


@dataclass
class Half(Loss):
    """A fault that sends only the first half of a response, as if it were complete."""

    def lose(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        """Send half of the body without Content-Length, and close the connection."""
        if request.transport is not None and isinstance(response, web.Response):
            body = response.body if isinstance(response.body, bytes) else b""
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {response.content_type}\r\nConnection: close\r\n\r\n"
            request.transport.write(head.encode() + body[: len(body) // 2])
            request.transport.close()
        return web.Response()


@dataclass
class Failure(Fault):
    """A fault that sends a fixed response instead of the real one."""

    status: int
    body: str
    content_type: str
    headers: Mapping[str, str]

    async def respond(self, _request: web.Request) -> web.StreamResponse:
        """Return the fixed response."""
        kind, headers = self.content_type, self.headers
        return web.Response(status=self.status, text=self.body, content_type=kind, headers=headers)


@dataclass
class Trickle(Fault):
    """A fault that sends an endless response, at one byte a second."""

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Send bytes until the client closes the connection."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b"[")
        while True:
            await response.write(b" ")
            await asyncio.sleep(1)


@dataclass
class Hold(Fault):
    """A fault that makes requests wait for `release`.

    They wait either before they are processed or before the response is sent.
    """

    when: When
    held: int = 0
    _arrival: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def applies(self, path: str) -> bool:
        """Return whether this request is held. No request is held after `release`."""
        return not self._released.is_set() and super().applies(path)

    async def arrived(self, count: int = 1) -> None:
        """Wait until ``count`` requests in total have been held."""
        while self.held < count:
            self._arrival.clear()
            await self._arrival.wait()

    def release(self) -> None:
        """Let all held requests continue, and hold no more."""
        self._released.set()

    async def wait(self) -> None:
        """Make one request wait for `release`."""
        self.held += 1
        self._arrival.set()
        await self._released.wait()


def add_latency(round_trip: float) -> Middleware:
    """Return a middleware that delays each request and each response by half of ``round_trip`` seconds."""

    @web.middleware
    async def delay(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        await asyncio.sleep(round_trip / 2)
        response = await handler(request)
        await asyncio.sleep(round_trip / 2)
        return response

    return delay


def drop_connection(request: web.Request) -> web.Response:
    """Abort the connection of a request."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
