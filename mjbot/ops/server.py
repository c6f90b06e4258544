"""The HTTP server: `/healthz`, `/readyz`, `/metrics`, and `POST /webhook/<token>`."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from mjbot.errors import StartupError
from mjbot.ops.connections import LimitedConnections
from mjbot.ops.health import Health, as_json
from mjbot.ops.metrics import Metrics
from mjbot.ops.webhooks import MAX_BODY_BYTES, WebhookReceiver, webhook_path

_SHUTDOWN_TIMEOUT = 1.0
_BODY_TIMEOUT = 5.0
_REASONS = {
    errno.EADDRINUSE: "another program has this port",
    errno.EADDRNOTAVAIL: "this machine does not have this address",
    errno.EACCES: "mjbot may not open this port; take one above 1023",
}


@asynccontextmanager
async def serve(
    address: str, health: Health, webhooks: WebhookReceiver, metrics: Metrics
) -> AsyncIterator[str]:
    """Serve at ``host:port`` (port 0 picks a free one), and yield the URL. Raises `StartupError`."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_: web.Request) -> web.Response:
        body = as_json(await health.components())
        return web.json_response(body, status=200 if body["ok"] else 503)

    async def metrics_text(_: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def webhook(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        if not webhooks.authenticate(token):
            return web.Response(status=404)  # the body is not read
        try:
            async with asyncio.timeout(_BODY_TIMEOUT):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        return web.Response(status=webhooks.receive(token, body))

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics_text)
    app.router.add_post(webhook_path("{token}"), webhook)
    async with _listening(app, address) as url:
        yield url


async def listen(factory: Callable[[], asyncio.Protocol], address: str) -> asyncio.Server:
    """Listen on ``host:port``. Raises `StartupError` if that is not possible."""
    host, _, port = address.rpartition(":")
    try:
        return await asyncio.get_running_loop().create_server(factory, host.strip("[]"), int(port))
    except OSError as error:
        reason = _REASONS.get(error.errno or 0)
        if isinstance(error, socket.gaierror):
            reason = "its host is not known"
        # Waiting does not grant a permission, but an address, a name or a port may become available.
        lasting = error.errno in (errno.EACCES, errno.EPERM)
        message = f"MJBOT_HTTP_LISTEN: {address} cannot be used: {reason or error.strerror}."
        raise StartupError(message, lasting=lasting) from None


@asynccontextmanager
async def _listening(app: web.Application, address: str) -> AsyncIterator[str]:
    # No access log: the path of a webhook is a secret.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT)
    await runner.setup()
    assert runner.server is not None
    try:
        server = await listen(LimitedConnections(runner.server), address)
        try:
            host, port = server.sockets[0].getsockname()[:2]
            yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        finally:
            server.close()
    finally:
        await runner.cleanup()
