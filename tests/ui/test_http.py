"""Deadlines of an exchange with Discord: a server that hangs at each stage."""

from __future__ import annotations

import asyncio
import io
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from mjbot.ui.http import DeadlineConnector, Proxy
from tests.proxy import HOST, ForwardProxy

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
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
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
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


async def silent_socket(request: web.Request) -> web.StreamResponse:
    """Be silent for longer than the deadlines before each of two messages."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    for _ in range(2):
        await asyncio.sleep(0.7)
        await socket.send_str("late")
    return socket


async def test_a_websocket_may_be_silent_for_longer_than_the_deadlines() -> None:
    async with (
        serving(silent_socket) as url,
        aiohttp.ClientSession(connector=DeadlineConnector(**SHORT)) as session,
        session.ws_connect(url) as socket,
    ):
        assert await socket.receive_str() == "late"
        assert await socket.receive_str() == "late"


@asynccontextmanager
async def serving_tls(folder: Path, handler: Handler) -> AsyncIterator[tuple[str, ssl.SSLContext]]:
    """The address of a server with TLS by the name `HOST`, and the context that trusts it."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2"
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with serving(handler, context) as url:
        yield url.removeprefix("http://").rstrip("/"), ssl.create_default_context(cafile=certificate)


async def test_a_websocket_through_a_proxy_outlives_the_deadlines(tmp_path: Path) -> None:
    async with (
        serving_tls(tmp_path, silent_socket) as (target, trust),
        ForwardProxy(target) as forward,
        aiohttp.ClientSession(connector=DeadlineConnector(**SHORT)) as session,
    ):
        proxy = Proxy.at(forward.url)
        assert proxy.auth is not None
        headers = {"Proxy-Authorization": proxy.auth.encode()}
        options: dict[str, Any] = {"proxy": proxy.url, "proxy_headers": headers, "ssl": trust}
        async with session.ws_connect(f"wss://{HOST}/", **options) as socket:
            assert await socket.receive_str() == "late"
            assert await socket.receive_str() == "late"
        assert forward.requests == [f"CONNECT {HOST}:443 HTTP/1.1"]


async def test_a_proxy_that_hangs_ends_with_an_error() -> None:
    async with (
        asyncio.timeout(10),
        ForwardProxy(refusal=0) as forward,
        aiohttp.ClientSession(connector=DeadlineConnector(**SHORT)) as session,
    ):
        with pytest.raises((aiohttp.ClientError, OSError, TimeoutError)):
            await session.get(f"https://{HOST}/", proxy=forward.address)
