"""The HTTP side: `/healthz`, `/readyz`, `/metrics`, and `POST /hook/<token>`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from mjbot.errors import StartupError
from mjbot.ops.health import Health, as_json
from mjbot.ops.metrics import Metrics
from mjbot.ops.webhooks import MOST_BYTES, WebhookReceiver

_CLOSE_SECONDS = 1.0
_BODY_SECONDS = 5.0


@asynccontextmanager
async def serve(address: str, health: Health, hooks: WebhookReceiver, metrics: Metrics) -> AsyncIterator[str]:
    """Serve at ``host:port``, port 0 for any free one; gives the address. Raises `StartupError`."""
    app = web.Application(client_max_size=MOST_BYTES)

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_: web.Request) -> web.Response:
        found = as_json(await health.components())
        return web.json_response(found, status=200 if found["ok"] else 503)

    async def metrics_text(_: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def hook(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        if not hooks.knows(token):
            return web.Response(status=404)  # what a stranger has to say is not even read
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        return web.Response(status=hooks.take(token, body))

    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics_text)
    app.router.add_post("/hook/{token}", hook)
    # No access log: the path of a hook is a secret.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_SECONDS)
    await runner.setup()
    host, _, port = address.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]") or None, int(port)).start()
        bound = runner.addresses[0]
        yield f"http://{bound[0]}:{bound[1]}"
    except OSError as error:
        raise StartupError(f"MJBOT_HTTP_LISTEN: {address} cannot be used: {error.strerror}") from None
    finally:
        await runner.cleanup()
