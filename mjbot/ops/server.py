"""The HTTP server: `/healthz`, `/readyz`, `/metrics`, and `POST /webhook/<token>`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from mjbot.errors import StartupError
from mjbot.ops.health import Health, as_json
from mjbot.ops.metrics import Metrics
from mjbot.ops.webhooks import MAX_BODY_BYTES, WebhookReceiver, webhook_path

_SHUTDOWN_TIMEOUT = 1.0
# Each connection is a file descriptor, of which the whole process may have as few as 1,024.
_MAX_CONNECTIONS = 64
_HEADER_TIMEOUT = 10.0  # also for how long a connection may be idle
_BODY_TIMEOUT = 5.0


@asynccontextmanager
async def serve(
    address: str,
    health: Health,
    webhooks: WebhookReceiver,
    metrics: Metrics,
    *,
    header_timeout: float = _HEADER_TIMEOUT,
    body_timeout: float = _BODY_TIMEOUT,
) -> AsyncIterator[str]:
    """Serve at ``host:port`` (port 0: any free one), and yield the URL. Raises `StartupError`."""
    # No access log: the path of a webhook is a secret.
    runner = web.AppRunner(
        _application(health, webhooks, metrics, body_timeout),
        access_log=None,
        shutdown_timeout=_SHUTDOWN_TIMEOUT,
        keepalive_timeout=header_timeout,
        lingering_time=body_timeout,
    )
    await runner.setup()
    assert runner.server is not None
    try:
        listener = await _listen(address, _Connections(runner.server))
        try:
            bound = listener.sockets[0].getsockname()
            yield f"http://{bound[0]}:{bound[1]}"
        finally:
            listener.close()
    finally:
        await runner.cleanup()


def _application(
    health: Health, webhooks: WebhookReceiver, metrics: Metrics, body_timeout: float
) -> web.Application:
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
            async with asyncio.timeout(body_timeout):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        return web.Response(status=webhooks.receive(token, body))

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics_text)
    app.router.add_post(webhook_path("{token}"), webhook)
    return app


class _Connections:
    """Makes the protocol of each new connection. One too many ends the oldest.

    Refusing the new one instead would let a client that sends nothing keep out all others.
    """

    def __init__(self, server: web.Server) -> None:
        self._server = server

    def __call__(self) -> asyncio.Protocol:
        asyncio.get_running_loop().call_soon(self._end_oldest)
        return self._server()

    def _end_oldest(self) -> None:
        transports = [each.transport for each in self._server.connections]
        living = [each for each in transports if each is not None and not each.is_closing()]
        for transport in living[:-_MAX_CONNECTIONS]:
            transport.abort()


async def _listen(address: str, protocol: Callable[[], asyncio.Protocol]) -> asyncio.Server:
    host, _, port = address.rpartition(":")
    try:
        return await asyncio.get_running_loop().create_server(protocol, host.strip("[]") or None, int(port))
    except OSError as error:
        told = f"MJBOT_HTTP_LISTEN: {address} cannot be used: {error.strerror}"
        raise StartupError(told, lasting=isinstance(error, PermissionError)) from None
