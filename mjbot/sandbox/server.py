"""Serves the simulated image service over HTTP, and injects faults for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from aiohttp import web

from mjbot.sandbox import endpoints
from mjbot.sandbox.answers import NOT_FOUND, ServerResponse
from mjbot.sandbox.dialects import Dialect, dialect_at, task_row
from mjbot.sandbox.faults import Failure, Fault, Half, Hold, Loss, Trickle, When, add_latency, drop_connection
from mjbot.sandbox.webhooks import WebhookSender
from mjbot.sandbox.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BatchRead = Literal["yes", "missing", "ignores-ids"]

_NO_ROUTE = {"message": "Invalid URL (POST /mj/task/list-by-condition)", "type": "invalid_request_error"}
_PAGE = "<!doctype html><title>relay</title><div id=root></div>"
_CLIP = Path(__file__).with_name("clip.mp4")  # three seconds of a picture of `art`: every video is this one
_PREFIX = r"/{prefix:(?:[a-z-]+/)?(?:mj-(?:fast|turbo|relax)/)?}"


@dataclass(frozen=True)
class RecordedRequest:
    """One request, recorded on arrival before any fault or authorization applies."""

    at: float
    method: str
    path: str
    ids: tuple[str, ...]


class SandboxServer:
    """Serves a `World` on 127.0.0.1 while the context is open. ``latency`` is the round trip in seconds."""

    def __init__(
        self,
        world: World,
        now: Callable[[], float],
        key: str = "sandbox-key",
        batch: BatchRead = "yes",
        port: int = 0,
        latency: float = 0.0,
    ) -> None:
        self.world = world
        self.batch: BatchRead = batch
        self.requests: list[RecordedRequest] = []
        self._now, self._key, self._port, self._latency = now, key, port, latency
        self._faults: list[Fault] = []
        self._closing = False
        self._runner: web.AppRunner | None = None
        self.webhooks = WebhookSender(world, now)

    @property
    def url(self) -> str:
        """The URL of this server, without a trailing slash."""
        return f"http://127.0.0.1:{self._port}"

    def address(self, dialect: str = "") -> str:
        """Return the base URL of a dialect."""
        return f"{self.url}/{dialect}" if dialect else self.url

    async def __aenter__(self) -> Self:
        latency = [add_latency(self._latency)] if self._latency else []
        app = web.Application(middlewares=[*latency, self._middleware])
        app.router.add_get(_PREFIX + "mj/task/{id}/fetch", self._fetch)
        app.router.add_post(_PREFIX + "mj/task/list-by-condition", self._list)
        app.router.add_route("*", _PREFIX + "mj/submit/{kind}", self._submit)
        app.router.add_get(_PREFIX + "mj/task/list", self._task_list)
        app.router.add_get(_PREFIX + "mj/task/{id}/image-seed", self._seed)
        app.router.add_route("*", _PREFIX + "mj/task/{id}/cancel", self._cancel)
        app.router.add_get(_PREFIX + "mj/image/{id}", self._proxied_picture)
        app.router.add_get("/attachments/{id}/{name}", self._picture)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.world.base_url = self.url
        self.webhooks.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self.clear_faults()
        await self.webhooks.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def fail(
        self,
        pattern: str,
        status: int = 500,
        body: str = "",
        content_type: str = "text/plain",
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """Send a fixed response to matching requests."""
        self._faults.append(Failure(pattern, times, status, body, content_type, headers or {}))

    def drop(self, pattern: str, times: int | None = None) -> None:
        """Drop the connection of matching requests. aiohttp retries a GET once on a reused connection."""
        self._faults.append(Fault(pattern, times))

    def trickle(self, pattern: str, times: int | None = None) -> None:
        """Respond to matching requests with one byte a second, endlessly."""
        self._faults.append(Trickle(pattern, times))

    def lose(self, pattern: str, times: int | None = None) -> None:
        """Process matching requests, but drop the connection instead of responding."""
        self._faults.append(Loss(pattern, times))

    def halve(self, pattern: str, times: int | None = None) -> None:
        """Send only the first half of the responses to matching requests, without a Content-Length."""
        self._faults.append(Half(pattern, times))

    def hold(self, pattern: str, when: When = "before", times: int | None = None) -> Hold:
        """Make matching requests wait until the returned `Hold` is released."""
        hold = Hold(pattern, times, when)
        self._faults.append(hold)
        return hold

    def clear_faults(self) -> None:
        """End all faults, and let held requests continue."""
        for fault in self._faults:
            if isinstance(fault, Hold):
                fault.release()
        self._faults.clear()

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = _path_without_prefix(request)
        self.requests.append(RecordedRequest(self._now(), request.method, path, await _ids(request)))
        response: web.StreamResponse | None = None
        after: list[Hold | Loss] = []
        for fault in list(self._faults):
            if not fault.applies(path):
                continue
            if isinstance(fault, Loss):
                after.append(fault)
                continue
            if isinstance(fault, Hold):
                after += [fault] if fault.when == "after" else []
                if fault.when == "before":
                    await fault.wait()
                continue
            response = await fault.respond(request)
            break
        if self._closing:
            return drop_connection(request)
        if response is None:
            response = await self._respond(request, handler)
        for fault in after:
            if isinstance(fault, Loss):
                return fault.lose(request, response)
            await fault.wait()
        return response

    async def _respond(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = _path_without_prefix(request)
        if not path.startswith("/mj/"):
            return await handler(request)
        dialect = dialect_at(request.match_info.get("prefix", ""))
        if dialect is None:
            return web.Response(text=_PAGE, content_type="text/html")
        if not path.startswith("/mj/image/") and not dialect.authorizes(request.headers, self._key):
            return _web_response(dialect.unauthorized)
        return await handler(request)

    async def _fetch(self, request: web.Request) -> web.Response:
        dialect = _dialect_of(request)
        row = task_row(dialect, self.world, request.match_info["id"], self._now())
        return _web_response(ServerResponse(200, row) if row else dialect.missing)

    async def _list(self, request: web.Request) -> web.Response:
        if self.batch == "missing":
            return web.json_response({"error": _NO_ROUTE}, status=404)
        if self.batch == "ignores-ids":
            return web.json_response(endpoints.everyone(self.world, self._now()))
        dialect, ids = _dialect_of(request), (await _json(request)).get("ids")
        accepted = (str, int) if dialect.numeric_ids else str
        if not isinstance(ids, list) or not all(isinstance(each, accepted) for each in ids):
            return web.json_response(NOT_FOUND | {"description": "do_request_failed "}, status=400)
        now, world = self._now(), self.world
        rows = (task_row(dialect, world, task_id, now) for task_id in dict.fromkeys(map(str, ids)))
        return web.json_response([each for each in rows if each is not None])

    async def _task_list(self, request: web.Request) -> web.Response:
        return _web_response(endpoints.task_list(_dialect_of(request), self.world, self._now()))

    async def _submit(self, request: web.Request) -> web.Response:
        dialect, kind, now = _dialect_of(request), request.match_info["kind"], self._now()
        body = await _json(request)
        return _web_response(endpoints.submit(dialect, self.world, kind, request.method, body, now))

    async def _seed(self, request: web.Request) -> web.Response:
        task_id = request.match_info["id"]
        return _web_response(endpoints.seed(_dialect_of(request), self.world, task_id, self._now()))

    async def _cancel(self, request: web.Request) -> web.Response:
        dialect, task_id, now = _dialect_of(request), request.match_info["id"], self._now()
        return _web_response(endpoints.cancel(dialect, self.world, task_id, request.method, now))

    async def _proxied_picture(self, request: web.Request) -> web.Response:
        now, task_id = self._now(), request.match_info["id"]
        row = task_row(_dialect_of(request), self.world, task_id, now)
        task = self.world.peek(task_id, now)
        url = task["imageUrl"] if row and task else ""
        if not url:
            return web.json_response({"error": "task_no_found"}, status=404)
        name = url.partition("?")[0].rpartition("/")[2]
        data = _CLIP.read_bytes() if name.endswith(".mp4") else await self._drawn(task_id, name)
        return web.Response(body=data, content_type="image/jpeg")  # like new-api, whatever it really is

    async def _drawn(self, task_id: str, name: str) -> bytes | None:
        return await asyncio.to_thread(self.world.picture, task_id, name)

    async def _picture(self, request: web.Request) -> web.Response:
        path = request.match_info
        if path["name"].endswith(".mp4"):
            return web.Response(body=_CLIP.read_bytes(), content_type="video/mp4")
        image = await self._drawn(path["id"], path["name"])
        if image is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=image, content_type="image/png")


def _path_without_prefix(request: web.Request) -> str:
    """Return the path without the prefixes of the dialect (the kind of server) and the mode."""
    return "/" + request.path[1 + len(request.match_info.get("prefix", "")) :]


def _dialect_of(request: web.Request) -> Dialect:
    dialect = dialect_at(request.match_info.get("prefix", ""))
    assert dialect is not None, "checked before any handler"
    return dialect


def _web_response(response: ServerResponse) -> web.Response:
    status, body = response
    if body is None or isinstance(body, str):
        return web.Response(status=status, text=body or "")
    return web.json_response(body, status=status)


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def _ids(request: web.Request) -> tuple[str, ...]:
    if "id" in request.match_info:
        return (request.match_info["id"],)
    body = await _json(request) if request.can_read_body else {}
    batch = body.get("ids")
    ids = batch if isinstance(batch, list) else [body["taskId"]] if "taskId" in body else []
    return tuple(str(each) for each in ids)
