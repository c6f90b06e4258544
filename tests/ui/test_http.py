"""Deadlines of an exchange with Discord: a server that hangs at each stage."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from mjbot.ui.http import DeadlineConnector

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
SHORT = {"connect": 1.0, "send": 0.3, "silence": 0.3}


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[str]:
    """A TCP server that speaks as told, and the URL of it."""
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer)
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1024)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        ended.set()
        server.close()


async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept, and neither read nor answer."""


async def read_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read the request, and answer nothing."""
    await reader.readuntil(b"\r\n\r\n")


async def head_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with half of a head."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD[:30])


async def half_a_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with half of a body."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD + b'{"a":')


@pytest.mark.parametrize("talk", [nothing, read_only, head_only, half_a_body])
@pytest.mark.parametrize("body", [None, b"", b"x" * 16 * 1024 * 1024], ids=["none", "empty", "upload"])
async def test_an_exchange_that_hangs_at_any_stage_ends_with_an_error(talk: Talk, body: bytes | None) -> None:
    async with (
        asyncio.timeout(10),
        talking(talk) as url,
        aiohttp.ClientSession(connector=DeadlineConnector(**SHORT)) as session,
    ):
        with pytest.raises((aiohttp.ClientError, OSError, TimeoutError)):
            async with session.post(url, data=None if body is None else io.BytesIO(body)) as response:
                await response.text()


async def test_a_connection_that_is_not_made_in_time_ends_with_an_error() -> None:
    async with (
        asyncio.timeout(10),
        talking(nothing) as url,  # no TLS handshake will be answered
        aiohttp.ClientSession(connector=DeadlineConnector(connect=0.3)) as session,
    ):
        with pytest.raises(TimeoutError):
            await session.get(url.replace("http://", "https://"))


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_a_response_that_keeps_coming_slowly_is_read_to_its_end() -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(8):
            await asyncio.sleep(0.1)
            await response.write(b"x")
        return response

    async with (
        serving(trickle) as url,
        aiohttp.ClientSession(connector=DeadlineConnector(**SHORT)) as session,
        session.post(url, data=io.BytesIO(b"y" * 1024 * 1024)) as response,
    ):
        assert await response.text() == "x" * 8


async def test_a_websocket_may_be_silent_for_longer_than_the_deadlines() -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for _ in range(2):
            await asyncio.sleep(0.7)
            await socket.send_str("late")
        return socket

    async with (
        serving(silent) as url,
        aiohttp.ClientSession(connector=DeadlineConnector(**SHORT)) as session,
        session.ws_connect(url) as socket,
    ):
        assert await socket.receive_str() == "late"
        assert await socket.receive_str() == "late"
