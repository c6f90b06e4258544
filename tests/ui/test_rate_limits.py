"""Discord's rate limits: which requests are counted, which wait, and what the headers report."""

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
from mjbot.ui import global_rate_limit
from mjbot.ui.channel_limits import ChannelLimits, bucket_from
from mjbot.ui.global_rate_limit import GlobalRateLimiter

API = "https://discord.com/api/v10"
REPORTED = {
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
    assert GlobalRateLimiter(API, Clock()).is_counted(URL(url)) is counted


@pytest.mark.parametrize(
    ("headers", "bucket"),
    [
        (REPORTED, ChannelBucket(6, 4, 102.5)),
        (REPORTED | {"X-RateLimit-Reset-After": "nan"}, ChannelBucket(6, 4, 160.0)),
        (REPORTED | {"X-RateLimit-Reset-After": "1e9"}, ChannelBucket(6, 4, 160.0)),
        (REPORTED | {"X-RateLimit-Limit": "0"}, None),
        (REPORTED | {"X-RateLimit-Remaining": "few"}, None),
        ({"X-RateLimit-Limit": "6"}, None),
        ({}, None),
    ],
)
def test_only_a_complete_limit_in_the_headers_is_read(
    headers: dict[str, str], bucket: ChannelBucket | None
) -> None:
    assert bucket_from(headers, 100.0) == bucket


@dataclass
class Rig:
    """A client with both traces, and a server that counts the requests of each time.

    Time passes only while a request waits.
    """

    now: float = 1000.0
    seconds: Counter[float] = field(default_factory=Counter)
    buckets: list[tuple[int, ChannelBucket]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(REPORTED))

    def __post_init__(self) -> None:
        self.session: aiohttp.ClientSession
        self.url = ""

    async def wait_idle(self, sleeping: Coroutine[Any, Any, None], _reason: str) -> None:
        sleeping.close()
        await asyncio.sleep(0)
        self.now += 0.25

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
    clock = Clock(lambda: rig.now, rig.wait_idle)
    limiter, limits = GlobalRateLimiter(rig.url, clock), ChannelLimits(clock)
    limits.subscribe(lambda channel, bucket: rig.buckets.append((channel, bucket)))
    async with aiohttp.ClientSession(trace_configs=[limiter.trace, limits.trace]) as rig.session:
        yield rig
    await runner.cleanup()


async def test_each_edit_of_a_message_reports_the_limit_of_its_channel(rig: Rig) -> None:
    for method, path in (
        ("PATCH", "channels/7/messages/1"),
        ("PATCH", "channels/7"),
        ("POST", "channels/7/messages"),
        ("GET", "channels/7/messages/1"),
        ("PATCH", "webhooks/7/token/messages/1"),
    ):
        await rig.send(method, path)
    assert rig.buckets == [(7, ChannelBucket(6, 4, rig.now + 2.5))]


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


async def test_after_a_global_429_which_is_logged_once_the_forty_first_request_waits(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.status, rig.headers = 429, {"X-RateLimit-Scope": "global"}
    for _ in range(3):
        await rig.send("GET", "users/@me")
    assert [record.message for record in caplog.records if record.name == global_rate_limit.__name__] == [
        "Discord's global rate limit was hit: at most 40 requests a second for ten minutes"
    ]
    rig.status = 200
    await asyncio.gather(*(rig.send("GET", f"channels/7/messages/{number}") for number in range(37)))
    await rig.send("GET", "users/@me")
    assert rig.seconds[1000.0] == 40
    assert sum(rig.seconds.values()) == 41
