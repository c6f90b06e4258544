"""The limits of the connections to a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
from aiohttp import web

from mjbot.ops.connections import LimitedConnections


@asynccontextmanager
async def serving(most: int, seconds: float) -> AsyncIterator[tuple[LimitedConnections, int]]:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app, lingering_time=0.1)  # seconds for the rest of a body; 10 without
    await runner.setup()
    assert runner.server is not None
    limits = LimitedConnections(runner.server, most, seconds)
    server = await asyncio.get_running_loop().create_server(limits, "127.0.0.1", 0)
    try:
        yield limits, server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await runner.cleanup()


UNFINISHED = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "half of the headers": b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "half a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
    "half a chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "idle after a response": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED)
async def test_a_thousand_unfinished_requests_leave_room_for_another(sent: bytes) -> None:
    async with serving(most=16, seconds=60) as (limits, port):
        unfinished = []
        for _ in range(200):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            unfinished.append(writer)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as response:
            assert await response.text() == "hello"
        assert len(limits) <= 16
        for writer in unfinished:
            writer.close()


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED)
async def test_a_connection_that_is_never_finished_is_closed(sent: bytes) -> None:
    async with serving(most=16, seconds=0.2) as (limits, port), asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        with suppress(ConnectionResetError):
            await reader.read()
        assert len(limits) == 0
        writer.close()
