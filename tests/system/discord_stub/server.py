"""The HTTP side: one pipeline that every request to the API passes.

hold "before" → refusals → credential → rate limits → injected errors → the route → hold "after" → reply

A refusal that lets the request take effect is given in place of the reply, where that is no error.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from mjbot.sandbox.faults import add_latency
from tests.discord_answers import Call
from tests.system.discord_stub.errors import ApiError
from tests.system.discord_stub.gates import Gates
from tests.system.discord_stub.routes import Api, Parts, Reply, Route, find

if TYPE_CHECKING:
    from tests.discord_answers import Answer
    from tests.system.discord_stub.gates import When
    from tests.system.discord_stub.gateway import Gateway
    from tests.system.discord_stub.limits import Headers, RateLimits, Verdict
    from tests.system.discord_stub.log import EventLog, Kind

API = "/api/v10"


@dataclass
class Server:
    """The application behind the port."""

    api: Api
    gateway: Gateway
    limits: RateLimits
    gates: Gates
    log: EventLog
    token: str
    latency: float = 0.0
    count_429: int = 0
    crashes: list[Exception] = field(default_factory=list)
    """Errors of the stub itself, for which aiohttp answers 500. A bot may live with that, a test may not."""

    def application(self) -> web.Application:
        latency = [add_latency(self.latency)] if self.latency else []
        app = web.Application(client_max_size=128 * 1024 * 1024, middlewares=latency)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/attachments/{channel}/{attachment}/{name}", self._file)
        app.router.add_route("*", API + "/{path:.*}", self._handle)
        return app

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._answer(request)
        except OSError:
            raise  # the bot has gone
        except Exception as error:
            self.crashes.append(error)
            raise

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = await _read(request)
        self.log.add("request", call.method, call.path, body=call.body)
        if not await self._pass("before", call, request):
            return self._cut(call, request)
        headers: Headers = {}
        refusal = self.gates.refusals.take(call)
        if refusal is not None and not refusal.answer.applied:
            return await self._scripted(call, refusal.answer, request)
        try:
            reply = self._process(call, headers)
        except ApiError as error:
            reply = Reply(error.status, error.body)
        if refusal is not None and reply.status >= 400:
            refusal.given -= 1
            refusal = None
        if reply.applied:
            self.log.add(
                "applied",
                call.method,
                call.path,
                status=reply.status,
                summary=reply.applied,
                body=call.body,
                message_id=reply.message_id,
            )
        if not await self._pass("after", call, request):
            return self._cut(call, request)
        if refusal is not None:
            return await self._scripted(call, refusal.answer, request)
        kind: Kind = "answered" if reply.status < 400 else "rejected"
        summary = str(reply.body.get("message")) if kind == "rejected" else ""
        facts: dict[str, Any] = {"summary": summary, "message_id": reply.message_id}
        self.log.add(kind, call.method, call.path, status=reply.status, body=reply.body, **facts)
        return _response(reply, headers)

    async def _scripted(self, call: Call, answer: Answer, request: web.Request) -> web.StreamResponse:
        if answer.delivery == "never":
            await self.gates.silence()
        if answer.delivery != "sent":
            return self._cut(call, request)
        self.count_429 += answer.status == 429
        kind: Kind = "answered" if answer.applied else "rejected"
        self.log.add(kind, call.method, call.path, status=answer.status, summary=answer.name)
        headers = {**answer.headers, "Content-Type": answer.content_type}
        return web.Response(status=answer.status, body=answer.body.encode(), headers=headers)

    async def _pass(self, when: When, call: Call, request: web.Request) -> bool:
        """Wait at the holds; False if the connection is to be cut or the client has gone."""
        went_on = await self.gates.wait(when, call)
        if went_on is None:
            return True
        # The end of a connection takes the loop some turns to deliver, and a test may have killed
        # the client just before it released the hold.
        for _ in range(5):
            await asyncio.sleep(0)
        return went_on and request.transport is not None and not request.transport.is_closing()

    def _cut(self, call: Call, request: web.Request) -> web.StreamResponse:
        self.log.add("rejected", call.method, call.path, summary="no connection any more")
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _process(self, call: Call, headers: Headers) -> Reply:
        """Everything that decides the answer, without an await: concurrent calls cannot mix."""
        route, parts = find(call)
        if not route.by_token and call.authorization != f"Bot {self.token}":
            raise ApiError(401, 0, "401: Unauthorized")
        old = route.handle is Api.edit_message and self.api.is_old(parts)
        verdict = self._take(route, parts, old=old)
        headers |= verdict.headers
        if verdict.retry_after is not None:
            return self._too_many(verdict, headers)
        fault = self.gates.fault(call)
        if fault is None:
            return route.handle(self.api, call, parts)
        headers |= fault.headers
        if fault.status == 429:
            # Without it, a 429 reads as Cloudflare's ban and not as the API's answer.
            headers.setdefault("Via", "1.1 google")
            headers.setdefault("Retry-After", str(fault.body["retry_after"]))
            self.count_429 += 1
        return Reply(fault.status, fault.body)

    def _take(self, route: Route, parts: Parts, *, old: bool) -> Verdict:
        major = parts.get(route.major, "")
        edits = route.by_token and route.method == "PATCH"
        channel = self.api.channel_of(parts["token"]) if edits else ""
        return self.limits.take(route.group, major, old=old, exempt=route.by_token, channel=channel)

    def _too_many(self, verdict: Verdict, headers: Headers) -> Reply:
        self.count_429 += 1
        wait = verdict.retry_after
        headers |= {"Via": "1.1 google", "Retry-After": str(wait)}
        headers["X-RateLimit-Scope"] = verdict.scope
        body: dict[str, Any] = {"message": "You are being rate limited.", "retry_after": wait}
        body |= {"global": verdict.scope == "global"}
        return Reply(429, body | ({"code": verdict.code} if verdict.code else {}))

    async def _file(self, request: web.Request) -> web.Response:
        """An attachment of a message that is still there, as the CDN would serve it."""
        channel = self.api.world.channels.get(int(request.match_info["channel"]))
        wanted = request.match_info["attachment"]
        for message in channel.messages if channel else []:
            for attachment in message.attachments:
                if str(attachment.id) == wanted and not message.deleted:
                    return web.Response(body=attachment.data)
        raise web.HTTPNotFound


async def _read(request: web.Request) -> Call:
    """The whole request: JSON, or multipart with `payload_json` and `files[n]`."""
    body: Any = None
    files: dict[int, tuple[str, bytes]] = {}
    if request.content_type == "multipart/form-data":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                number = int(name.removeprefix("files[").removesuffix("]"))
                files[number] = (value.filename, value.file.read())
                value.file.close()
            elif name == "payload_json":
                body = json.loads(str(value))
    elif raw := await request.read():
        body = json.loads(raw)
    path = request.path.removeprefix(API)
    authorization = request.headers.get("Authorization", "")
    return Call(request.method, path, dict(request.query), body, files, authorization)


def _response(reply: Reply, headers: Headers) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    # Exactly this type: with aiohttp's usual "; charset=utf-8", discord.py takes it for plain text.
    body = json.dumps(reply.body).encode()
    headers = {**headers, "Content-Type": "application/json"}
    return web.Response(status=reply.status, body=body, headers=headers)
