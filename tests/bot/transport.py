"""Scripted answers before SimCord's Discord, and what discord.py makes of each of them.

SimCord's two transports (the client's, and that of interaction tokens) replace the method of discord.py that
sends a request, reads its answer, retries and raises. SimCord's `inject_error` knows only a path, a status
and a code. Here an answer may match by the body, may be no JSON, or may not come: it goes through
discord.py's own reader, and through the same retries as in discord.py 2.7.1, in virtual time.

The gateway and the login do not pass here, and the breaker, which listens to aiohttp, sees no answer: for
those there is the Discord stub (`tests/system/discord_stub`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import aiohttp
import discord
import pytest
import simcord
from discord.http import json_or_text
from simcord.http import FakeHTTPClient, FakeWebhookAdapter
from simcord.http.router import parse_form
from simcord.types import HttpLogEntry

from tests.discord_answers import Answer, Call, Refusals

Forward = Callable[[], Awaitable[Any]]
TRIES = 5  # discord.py's
SILENCE = 20.0  # seconds without a byte after which mjbot's connector gives up


@dataclass
class Response:
    """As much of aiohttp's response as discord.py reads."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def reason(self) -> str:
        return self.answer.name

    @property
    def headers(self) -> dict[str, str]:
        return {"content-type": self.answer.content_type, **self.answer.headers}

    async def text(self, encoding: str) -> str:
        return self.answer.body


@dataclass
class Transport:
    """Gives the scripted answers of one environment; all other requests go on to SimCord."""

    env: simcord.Env
    refusals: Refusals

    async def send(self, call: Call, files: list[discord.File], forward: Forward, *, token: bool) -> Any:
        """Answer one request as discord.py would: the data, or its exception."""
        for attempt in range(TRIES):
            for file in files:
                file.reset(seek=attempt)
            refusal = self.refusals.take(call)
            if refusal is None:
                return await forward()
            answer = refusal.answer
            try:
                await self._apply(call, answer, forward)
            except discord.HTTPException:
                refusal.given -= 1  # Discord's own refusal comes first
                raise
            data = await self._receive(answer)
            if answer.status < 300:
                return data
            pause = _retry_after(answer, data, attempt, token=token)
            if pause is None:
                raise _error(answer, data)
            await self._sleep(pause)
        raise _error(answer, data)

    async def _apply(self, call: Call, answer: Answer, forward: Forward) -> None:
        if answer.applied:
            await forward()
        else:
            entry = HttpLogEntry(call.method, call.path, dict(call.query), call.body, None)
            self.env.http_requests.append(entry)

    async def _receive(self, answer: Answer) -> Any:
        if answer.delivery == "lost":
            raise aiohttp.ServerDisconnectedError
        if answer.delivery == "never":
            await self._sleep(SILENCE)
            raise aiohttp.SocketTimeoutError("Timeout on reading data from socket")
        return await json_or_text(cast("aiohttp.ClientResponse", Response(answer)))

    async def _sleep(self, seconds: float) -> None:
        await self.env.external_wait(asyncio.sleep(seconds), reason="Discord's answer")


def _retry_after(answer: Answer, data: Any, attempt: int, *, token: bool) -> float | None:
    """Seconds after which discord.py sends the request again; None if it raises."""
    if answer.status == 429 and "Via" in answer.headers and isinstance(data, dict):
        return float(data["retry_after"])
    if answer.status in (500, 502, 504, 524) or (token and answer.status >= 500):
        return 1.0 + 2 * attempt
    return None


def _error(answer: Answer, data: Any) -> discord.HTTPException:
    classes = {403: discord.Forbidden, 404: discord.NotFound}
    other = discord.DiscordServerError if answer.status >= 500 else discord.HTTPException
    response = cast("aiohttp.ClientResponse", Response(answer))
    return classes.get(answer.status, other)(response, data)


def _call(route: Any, body: Any, params: dict[str, Any] | None, files: list[discord.File]) -> Call:
    path = unquote(urlsplit(route.url).path.removeprefix("/api/v10"))
    contents = {}
    for number, file in enumerate(files):
        contents[number] = (file.filename, file.fp.read())
        file.reset()
    copied = json.loads(json.dumps(body))  # discord.py may go on changing it
    return Call(route.method, path, dict(params or {}), copied, contents)


@contextmanager
def scripted(env: simcord.Env) -> Iterator[Refusals]:
    """Put scripted answers before both transports of SimCord."""
    transport = Transport(env, Refusals())
    client, adapter = FakeHTTPClient.request, FakeWebhookAdapter.request

    async def by_client(self: FakeHTTPClient, route: Any, **given: Any) -> Any:
        files = list(given.get("files") or [])
        body = parse_form(list(given["form"]), files)[0] if given.get("form") else given.get("json")
        call = _call(route, body, given.get("params"), files)
        return await transport.send(call, files, lambda: client(self, route, **given), token=False)

    async def by_token(self: FakeWebhookAdapter, route: Any, session: Any, **given: Any) -> Any:
        files = list(given.get("files") or [])
        form = given.get("multipart")
        body = parse_form(form, files)[0] if form else given.get("payload")
        call = _call(route, body, given.get("params"), files)
        return await transport.send(call, files, lambda: adapter(self, route, session, **given), token=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeHTTPClient, "request", by_client)
        patch.setattr(FakeWebhookAdapter, "request", by_token)
        yield transport.refusals
