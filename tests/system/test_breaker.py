"""The circuit breaker never uses up Discord's budget of invalid requests, and opens for one guild first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from mjbot.clock import Clock
from mjbot.ui.breaker import InvalidRequestBreaker

SCOPE = "X-RateLimit-Scope"
HERE, ALSO_HERE, THERE, UNKNOWN, OTHER = 11, 12, 21, 31, 32
GUILDS = {HERE: 1, ALSO_HERE: 1, THERE: 2}


@dataclass
class Rig:
    breaker: InvalidRequestBreaker
    session: aiohttp.ClientSession
    url: str
    now: list[float]

    async def get(
        self, status: int, scope: str = "", *, channel: int = 0, page: bool = False, path: str = ""
    ) -> None:
        path = path or (f"channels/{channel}/messages/5" if channel else "")
        params: dict[str, str | int] = {"status": status, "scope": scope, "page": int(page)}
        async with self.session.get(self.url + path, params=params):
            pass


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async def answer(request: web.Request) -> web.Response:
        query = request.query
        headers = {SCOPE: query["scope"], "Retry-After": "0.5"} if query["scope"] else {}
        kind = "text/html" if query["page"] == "1" else "application/json"
        return web.Response(status=int(query["status"]), headers=headers, content_type=kind)

    now = [1000.0]
    breaker = InvalidRequestBreaker(Clock(lambda: now[0]), most=9, most_of_guild=3)
    breaker.attribute(GUILDS.get)
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession(trace_configs=[breaker.trace]) as session:
        yield Rig(breaker, session, f"http://127.0.0.1:{port}/", now)
    await runner.cleanup()


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_edits_pause_after_too_many_invalid_requests_and_resume_later(rig: Rig, status: int) -> None:
    for _ in range(8):
        await rig.get(status)
    assert rig.breaker.wait_seconds() == 0
    rig.now[0] += 60
    await rig.get(status)
    assert rig.breaker.wait_seconds() == 540
    assert rig.breaker.wait_seconds(THERE) == 540
    rig.now[0] += 540
    assert rig.breaker.wait_seconds() == 0


@pytest.mark.parametrize(("status", "scope"), [(401, ""), (403, ""), (429, "user")])
async def test_a_guild_with_many_invalid_requests_is_paused_and_no_other(
    rig: Rig, status: int, scope: str
) -> None:
    for channel in (HERE, ALSO_HERE, HERE):
        assert rig.breaker.wait_seconds(HERE) == 0
        await rig.get(status, scope, channel=channel)
    assert rig.breaker.wait_seconds(HERE) == 600
    assert rig.breaker.wait_seconds(ALSO_HERE) == 600
    assert rig.breaker.wait_seconds(THERE) == 0
    assert rig.breaker.wait_seconds() == 0
    rig.now[0] += 600
    assert rig.breaker.wait_seconds(HERE) == 0


async def test_a_channel_whose_guild_is_unknown_is_paused_by_itself(rig: Rig) -> None:
    for _ in range(3):
        await rig.get(403, channel=UNKNOWN)
    assert rig.breaker.wait_seconds(UNKNOWN) == 600
    assert rig.breaker.wait_seconds(OTHER) == 0


@pytest.mark.parametrize("scope", ["shared", "global"])
async def test_a_rate_limit_that_others_used_up_is_no_fault_of_a_guild(rig: Rig, scope: str) -> None:
    for _ in range(5):
        await rig.get(429, scope, channel=HERE)
    rig.now[0] += 2
    assert rig.breaker.wait_seconds(HERE) <= 0


async def test_pages_for_what_one_guild_sends_rest_that_guild_and_longer_each_time(rig: Rig) -> None:
    for rest in (30, 60, 120):
        await rig.get(403, channel=HERE, page=True)
        assert rig.breaker.wait_seconds(ALSO_HERE) >= rest
        assert rig.breaker.wait_seconds(THERE) == 0
        rig.now[0] += rest
    await rig.get(200, channel=HERE)
    rig.now[0] += 600
    await rig.get(403, channel=HERE, page=True)
    assert rig.breaker.wait_seconds(HERE) == 30


async def test_pages_for_several_guilds_or_for_no_channel_rest_all_edits(rig: Rig) -> None:
    for channel in (HERE, THERE):
        await rig.get(429, channel=channel, page=True)
        assert rig.breaker.wait_seconds(OTHER) == 0
    await rig.get(429, channel=UNKNOWN, page=True)
    assert rig.breaker.wait_seconds(OTHER) == 30
    rig.now[0] += 30
    assert rig.breaker.wait_seconds(OTHER) == 0
    await rig.get(403, page=True)
    assert rig.breaker.wait_seconds(OTHER) == 60


async def test_pages_that_come_together_rest_a_guild_once(rig: Rig) -> None:
    for _ in range(2):
        await rig.get(403, channel=HERE, page=True)
    assert rig.breaker.wait_seconds(HERE) == 30
    for _ in range(5):
        await rig.get(403, page=True)
    assert rig.breaker.wait_seconds(THERE) == 30


BY_TOKEN = [
    "interactions/5/secret/callback",
    "webhooks/7/secret",
    "webhooks/7/secret/messages/5",
    "webhooks/7/secret/messages/@original",
]


@pytest.mark.parametrize("path", BY_TOKEN)
@pytest.mark.parametrize("status", [401, 403, 429])
async def test_pages_for_what_one_guild_sends_by_interaction_token_rest_that_guild(
    rig: Rig, path: str, status: int
) -> None:
    rig.breaker.register_interaction("secret", HERE)
    await rig.get(status, path=path, page=True)
    assert rig.breaker.wait_seconds(HERE) == 30
    assert rig.breaker.wait_seconds(THERE) == 0


@pytest.mark.parametrize("path", BY_TOKEN)
async def test_invalid_requests_by_interaction_token_count_for_its_guild(rig: Rig, path: str) -> None:
    rig.breaker.register_interaction("secret", HERE)
    for _ in range(3):
        await rig.get(403, path=path)
    assert rig.breaker.wait_seconds(HERE) == 600
    assert rig.breaker.wait_seconds(THERE) == 0


async def test_only_the_last_interactions_are_known(rig: Rig) -> None:
    rig.breaker.register_interaction("secret", HERE)
    for number in range(5_000):
        rig.breaker.register_interaction(f"other {number}", THERE)
    await rig.get(403, path=BY_TOKEN[0], page=True)
    assert rig.breaker.wait_seconds(THERE) == 30
    assert rig.breaker.interactions == 2_000


async def test_after_a_global_429_no_edit_starts_until_those_that_met_it_have_gone(rig: Rig) -> None:
    await rig.get(429, "user")
    assert rig.breaker.wait_seconds() == 0
    await rig.get(429, "global")
    assert rig.breaker.wait_seconds() == 1.5
    rig.now[0] += 1.5
    assert rig.breaker.wait_seconds() == 0


async def test_other_responses_do_not_count_as_invalid_requests(rig: Rig) -> None:
    for _ in range(9):
        await rig.get(200, channel=HERE)
        await rig.get(404, channel=HERE)
        await rig.get(500, channel=HERE)
        await rig.get(429, "shared", channel=HERE)
    assert rig.breaker.wait_seconds(HERE) == 0
