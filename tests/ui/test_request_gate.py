"""The gate of all requests to Discord: which are counted, which wait, and what the headers tell."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from mjbot.clock import Clock
from mjbot.core.editing.routes import ChannelBucket
from mjbot.ui.request_gate import RequestGate, limit_in

API = "https://discord.com/api/v10"
TOLD = {
    "X-RateLimit-Limit": "6",
    "X-RateLimit-Remaining": "4",
    "X-RateLimit-Reset-After": "2.5",
    "X-RateLimit-Bucket": "b",
}


@pytest.mark.parametrize(
    ("url", "counted"),
    [
        (f"{API}/channels/1/messages/2", True),
        (f"{API}/channels/1/messages", True),
        (f"{API}/channels/1/messages/2/reactions/x/@me", True),
        (f"{API}/applications/1/commands", True),
        (f"{API}/users/@me", True),
        (f"{API}/gateway/bot", True),
        (f"{API}/webhooks/1", True),  # by the bot's token
        (f"{API}/interactions/1/token/callback", False),
        (f"{API}/webhooks/1/token", False),
        (f"{API}/webhooks/1/token/messages/@original", False),
        ("https://cdn.discordapp.com/attachments/1/2/a.png", False),
        ("wss://gateway.discord.gg/?v=10", False),
    ],
)
def test_the_requests_by_the_token_of_the_bot_are_counted(url: str, counted: bool) -> None:
    assert RequestGate(API, Clock()).is_counted(URL(url)) is counted


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        (TOLD, ChannelBucket(6, 4, 102.5)),
        (TOLD | {"X-RateLimit-Reset-After": "nan"}, ChannelBucket(6, 4, 160.0)),
        (TOLD | {"X-RateLimit-Reset-After": "1e9"}, ChannelBucket(6, 4, 160.0)),
        (TOLD | {"X-RateLimit-Limit": "0"}, None),
        (TOLD | {"X-RateLimit-Remaining": "few"}, None),
        ({"X-RateLimit-Limit": "6"}, None),
        ({}, None),
    ],
)
def test_a_limit_that_cannot_be_read_changes_nothing(
    headers: dict[str, str], limit: ChannelBucket | None
) -> None:
    assert limit_in(headers, 100.0) == limit


@dataclass
class Rig:
    """A gate before a server that counts the requests of each second. Time passes only while one waits."""

    now: float = 1000.0
    seconds: Counter[float] = field(default_factory=Counter)
    limits: list[tuple[int, ChannelBucket]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(TOLD))

    def __post_init__(self) -> None:
        self.session: aiohttp.ClientSession
        self.url = ""

    async def wait_idle(self, sleeping: Coroutine[Any, Any, None], _reason: str) -> None:
        await asyncio.sleep(0.01)  # the other requests have their responses first
        self.now += 0.25
        await asyncio.wait_for(sleeping, 1.0)

    async def answer(self, _request: web.Request) -> web.Response:
        self.seconds[self.now] += 1
        return web.Response(status=self.status, headers=self.headers)

    async def send(self, method: str, path: str) -> None:
        async with self.session.request(method, f"{self.url}/{path}"):
            pass


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    rig, app = Rig(), web.Application()
    app.router.add_route("*", "/{path:.*}", rig.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    rig.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10"
    gate = RequestGate(rig.url, Clock(lambda: rig.now, rig.wait_idle))
    gate.subscribe(lambda channel, limit: rig.limits.append((channel, limit)))
    async with aiohttp.ClientSession(trace_configs=[gate.trace]) as rig.session:
        yield rig
    await runner.cleanup()


async def test_the_limit_of_a_channel_is_told_by_each_edit_of_its_messages(rig: Rig) -> None:
    for method, path in (
        ("PATCH", "channels/7/messages/1"),
        ("PATCH", "channels/7"),
        ("POST", "channels/7/messages"),
        ("GET", "channels/7/messages/1"),
        ("PATCH", "webhooks/7/token/messages/1"),
    ):
        await rig.send(method, path)
    assert rig.limits == [(7, ChannelBucket(6, 4, rig.now + 2.5))]


@pytest.mark.parametrize(
    ("method", "path", "waits"),
    [
        ("PATCH", "channels/7/messages/1", True),
        ("POST", "channels/7/messages", True),
        ("POST", "interactions/1/token/callback", False),
    ],
)
async def test_the_fifty_first_request_of_a_second_waits_if_the_global_limit_counts_it(
    rig: Rig, method: str, path: str, waits: bool
) -> None:
    await asyncio.gather(*(rig.send("GET", f"channels/7/messages/{number}") for number in range(50)))
    await rig.send(method, path)
    assert rig.seconds[1000.0] == 50 + (not waits)
    assert sum(rig.seconds.values()) == 51


async def test_after_a_global_429_the_forty_first_request_waits(rig: Rig) -> None:
    rig.status, rig.headers = 429, {"X-RateLimit-Scope": "global"}
    await rig.send("GET", "users/@me")
    rig.status = 200
    await asyncio.gather(*(rig.send("GET", f"channels/7/messages/{number}") for number in range(39)))
    await rig.send("GET", "users/@me")
    assert rig.seconds[1000.0] == 40
    assert sum(rig.seconds.values()) == 41
