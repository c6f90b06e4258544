"""Downloads one file, with deadlines and a size limit.

A host that fails and a file that cannot be used raise different errors.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp
from yarl import URL

from mjbot.pictures.budget import NoRoom, Reservation
from mjbot.pictures.hosts import HostFailed, Turn
from mjbot.pictures.public_session import PrivateAddress

_CHUNK = 64 * 1024
_MAX_REDIRECTS = 3


class Unusable(Exception):
    """Raised if the file is missing, too large or otherwise unusable, although the host works."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The deadlines of a download, in seconds.

    ``memory`` limits the time spent waiting for memory, which ``total`` does not include.
    """

    connect: float
    silence: float
    total: float
    memory: float


class Download:
    """Fetches one response body, and reserves memory as data arrives."""

    def __init__(self, url: URL, reservation: Reservation, max_bytes: int) -> None:
        self.url = url
        self._reservation = reservation
        self._max_bytes = max_bytes
        self.expected_bytes = max_bytes
        """The size of the body if an earlier attempt has found it, else the largest accepted size."""

    async def run(self, session: aiohttp.ClientSession, turn: Turn, deadlines: Deadlines) -> bytes:
        """Fetch and return the body. Raises `HostFailed`, `Unusable` or `NoRoom`."""
        try:
            async with asyncio.timeout(deadlines.total) as total:
                return await self._read(session, turn, deadlines, total)
        except TimeoutError as error:  # ours or aiohttp's
            raise HostFailed(_name(error), hung=True) from error
        except aiohttp.ClientResponseError as error:
            if error.status >= 500 or error.status == 429:
                raise HostFailed(f"status {error.status}") from error
            raise Unusable(_name(error)) from error
        except (aiohttp.InvalidURL, aiohttp.ClientConnectorDNSError, PrivateAddress) as error:
            raise Unusable(_name(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise HostFailed(_name(error)) from error

    async def _read(
        self, session: aiohttp.ClientSession, turn: Turn, deadlines: Deadlines, total: asyncio.Timeout
    ) -> bytes:
        timeout = aiohttp.ClientTimeout(total=None, connect=deadlines.connect, sock_read=deadlines.silence)
        async with session.get(self.url, timeout=timeout, max_redirects=_MAX_REDIRECTS) as response:
            turn.answered()
            response.raise_for_status()
            if (response.content_length or 0) > self._max_bytes:
                raise Unusable("too large")
            self.expected_bytes = response.content_length or self._max_bytes
            chunks, size = list[bytes](), 0
            async for chunk in response.content.iter_chunked(_CHUNK):
                turn.answered()
                size += len(chunk)
                if size > self._max_bytes:
                    raise Unusable("too large")
                if (more := size - self._reservation.size) > 0:
                    await self._reserve(more, deadlines.memory, total)
                chunks.append(chunk)
            return b"".join(chunks)

    async def _reserve(self, size: int, seconds: float, total: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        left = (total.when() or 0.0) - loop.time()
        total.reschedule(None)
        await reserve(self._reservation, size, seconds)
        total.reschedule(loop.time() + left)


async def reserve(reservation: Reservation, size: int, seconds: float) -> None:
    """Reserve memory, waiting at most ``seconds``. Raises `NoRoom`, and then releases all bytes."""
    try:
        async with asyncio.timeout(seconds):
            await reservation.grow(size)
    except TimeoutError:
        reservation.shrink(0)
        raise NoRoom from None


def _name(error: BaseException) -> str:
    return type(error).__name__
