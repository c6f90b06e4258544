"""Limits the number of connections to a server, and the duration of each connection.

aiohttp sets no deadline for the head of a request, so a thousand unfinished requests would use up the file
descriptors of the whole process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

_MOST = 64
_SECONDS = 30.0  # more than any request here needs; clients reconnect


class LimitedConnections:
    """Wraps a protocol factory, and closes the oldest connection when there are too many."""

    def __init__(
        self, make: Callable[[], asyncio.Protocol], most: int = _MOST, seconds: float = _SECONDS
    ) -> None:
        self._make = make
        self._most = most
        self._seconds = seconds
        self._open: dict[_LimitedConnection, asyncio.TimerHandle] = {}

    def __call__(self) -> asyncio.Protocol:
        """Create the protocol for one connection. asyncio calls this."""
        return _LimitedConnection(self._make(), self)

    def opened(self, connection: _LimitedConnection) -> None:
        """Record a new connection, and close the oldest if there are too many."""
        if len(self._open) >= self._most:
            oldest = next(iter(self._open))
            self.closed(oldest)
            oldest.abort()
        loop = asyncio.get_running_loop()
        self._open[connection] = loop.call_later(self._seconds, connection.abort)

    def closed(self, connection: _LimitedConnection) -> None:
        """Record that a connection has ended."""
        if timer := self._open.pop(connection, None):
            timer.cancel()

    def __len__(self) -> int:
        return len(self._open)


class _LimitedConnection(asyncio.Protocol):
    """One connection, which delegates to the wrapped protocol."""

    def __init__(self, inner: asyncio.Protocol, limits: LimitedConnections) -> None:
        self._inner = inner
        self._limits = limits
        self._transport: asyncio.Transport | None = None

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transport has no asyncio base class
        self._limits.opened(self)
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limits.closed(self)
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
