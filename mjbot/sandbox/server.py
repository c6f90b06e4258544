"""The simulated image service on a real port, and every way it can misbehave on request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, Self

from aiohttp import web

from mjbot.sandbox.script import LONG, Scene, Script
from mjbot.sandbox.world import NOT_FOUND, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
When = Literal["before", "after"]
Batch = Literal["yes", "missing", "ignores-ids"]

_STRANGER = "1700000000000999"
_NO_ROUTE = {"message": "Invalid URL (POST /mj/task/list-by-condition)", "type": "invalid_request_error"}
_BAD_TOKEN = {"message": "无效的令牌 (request id: sandbox)", "type": "new_api_error"}


@dataclass(frozen=True)
class Seen:
    """One request that arrived, before any fault or refusal."""

    at: float
    method: str
    path: str
    ids: tuple[str, ...]


@dataclass
class _Fault:
    """By itself it cuts the connection."""

    pattern: str
    times: int | None

    def take(self, path: str) -> bool:
        """Say whether this request is hit, and count it."""
        if self.times == 0 or not fnmatchcase(path, self.pattern):
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class _Failure(_Fault):
    status: int
    body: str
    content_type: str
    headers: Mapping[str, str]

    def response(self) -> web.Response:
        kind, headers = self.content_type, self.headers
        return web.Response(status=self.status, text=self.body, content_type=kind, headers=headers)


@dataclass
class Hold(_Fault):
    """Requests that wait for `release`: before they are worked on, or with the answer ready."""

    when: When
    held: int = 0
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _gate: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, path: str) -> bool:
        """Say whether this request is held; nothing is after the release."""
        return not self._gate.is_set() and super().take(path)

    async def arrived(self, count: int = 1) -> None:
        """Wait until so many requests in all have been held."""
        while self.held < count:
            self._bell.clear()
            await self._bell.wait()

    def release(self) -> None:
        """Let go of all held requests, and hold no more."""
        self._gate.set()

    async def wait(self) -> None:
        """Hold one request."""
        self.held += 1
        self._bell.set()
        await self._gate.wait()


class SandboxServer:
    """Serve a `World` on 127.0.0.1 while the context is open."""

    def __init__(
        self,
        world: World,
        now: Callable[[], float],
        key: str = "sandbox-key",
        batch: Batch = "yes",
        port: int = 0,
    ) -> None:
        self.world = world
        self.batch: Batch = batch
        self.requests: list[Seen] = []
        self._now, self._key, self._port = now, key, port
        self._faults: list[_Fault] = []
        self._closing = False
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._middleware])
        app.router.add_get("/mj/task/{id}/fetch", self._fetch)
        app.router.add_post("/mj/task/list-by-condition", self._list)
        app.router.add_post("/mj/submit/action", self._submit)
        app.router.add_get("/attachments/{id}/{name}", self._picture)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.world.base_url = self.url
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self.clear_faults()
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
        """Answer the requests whose path fits with this instead."""
        self._faults.append(_Failure(pattern, times, status, body, content_type, headers or {}))

    def drop(self, pattern: str, times: int | None = None) -> None:
        """Cut the connection of these requests; aiohttp tries a GET on a used connection twice."""
        self._faults.append(_Fault(pattern, times))

    def hold(self, pattern: str, when: When = "before", times: int | None = None) -> Hold:
        """Make these requests wait."""
        hold = Hold(pattern, times, when)
        self._faults.append(hold)
        return hold

    def clear_faults(self) -> None:
        """Be well again; what is held goes on."""
        for fault in self._faults:
            if isinstance(fault, Hold):
                fault.release()
        self._faults.clear()

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests.append(Seen(self._now(), request.method, request.path, await _ids(request)))
        response: web.StreamResponse | None = None
        later: list[Hold] = []
        for fault in list(self._faults):
            if not fault.take(request.path):
                continue
            if isinstance(fault, Hold):
                later += [fault] if fault.when == "after" else []
                if fault.when == "before":
                    await fault.wait()
                continue
            response = fault.response() if isinstance(fault, _Failure) else _cut(request)
            break
        if self._closing:
            return _cut(request)
        if response is None:
            response = await self._answer(request, handler)
        for hold in later:
            await hold.wait()
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        wanted = f"Bearer {self._key}"
        if request.path.startswith("/mj/") and request.headers.get("Authorization") != wanted:
            return web.json_response({"error": _BAD_TOKEN}, status=401)
        return await handler(request)

    async def _fetch(self, request: web.Request) -> web.Response:
        found = self.world.fetch(request.match_info["id"], self._now())
        return web.json_response(found or NOT_FOUND, status=200 if found else 400)

    async def _list(self, request: web.Request) -> web.Response:
        if self.batch == "missing":
            return web.json_response({"error": _NO_ROUTE}, status=404)
        if self.batch == "ignores-ids":
            return web.json_response(self._latest())
        ids = (await _json(request)).get("ids")
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            return web.json_response(NOT_FOUND | {"description": "do_request_failed "}, status=400)
        return web.json_response(self.world.list_by_condition(ids, self._now()))

    def _latest(self) -> list[dict[str, Any]]:
        """Everything there is, and a stranger's task, whatever was asked."""
        now, world = self._now(), self.world
        found = [world.peek(task_id, now) for task_id in world.ids]
        stranger = Script(_STRANGER, LONG, "somebody else's", Scene(0), now - 60)
        return [*(wire for wire in found if wire is not None), stranger.wire(now, world.base_url)]

    async def _submit(self, request: web.Request) -> web.Response:
        body = await _json(request)
        task_id, custom_id = str(body.get("taskId", "")), str(body.get("customId", ""))
        status, answer = self.world.submit_action(task_id, custom_id, self._now())
        return web.json_response(answer, status=status)

    async def _picture(self, request: web.Request) -> web.Response:
        where = request.match_info
        found = await asyncio.to_thread(self.world.picture, where["id"], where["name"])
        if found is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=found, content_type="image/png")


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


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
    several = body.get("ids")
    ids = several if isinstance(several, list) else [body["taskId"]] if "taskId" in body else []
    return tuple(str(each) for each in ids)
