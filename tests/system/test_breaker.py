"""The circuit breaker never uses up Discord's budget of invalid requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from mjbot.clock import Clock
from mjbot.ui.breaker import InvalidRequestBreaker

SCOPE = "X-RateLimit-Scope"


@dataclass
class Rig:
    brake: InvalidRequestBreaker
    session: aiohttp.ClientSession
    url: str
    now: list[float]

    async def get(self, status: int, scope: str = "") -> None:
        async with self.session.get(self.url, params={"status": status, "scope": scope}):
            pass


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async def answer(request: web.Request) -> web.Response:
        headers = {SCOPE: request.query["scope"], "Retry-After": "0.5"} if request.query["scope"] else {}
        return web.Response(status=int(request.query["status"]), headers=headers)

    now = [1000.0]
    brake = InvalidRequestBreaker(Clock(lambda: now[0]), most=3)
    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession(trace_configs=[brake.trace]) as session:
        yield Rig(brake, session, f"http://127.0.0.1:{port}/", now)
    await runner.cleanup()


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_edits_pause_after_too_many_invalid_requests_and_resume_later(rig: Rig, status: int) -> None:
    for _ in range(2):
        await rig.get(status)
    assert rig.brake.wait_seconds() == 0
    rig.now[0] += 60
    await rig.get(status)
    assert rig.brake.wait_seconds() == 540
    rig.now[0] += 540
    assert rig.brake.wait_seconds() == 0


async def test_after_a_global_429_no_edit_starts_until_those_that_met_it_have_gone(rig: Rig) -> None:
    await rig.get(429, "user")
    assert rig.brake.wait_seconds() == 0
    await rig.get(429, "global")
    assert rig.brake.wait_seconds() == 1.5
    rig.now[0] += 1.5
    assert rig.brake.wait_seconds() == 0


async def test_other_responses_do_not_count_as_invalid_requests(rig: Rig) -> None:
    for _ in range(9):
        await rig.get(200)
        await rig.get(404)
        await rig.get(500)
        await rig.get(429, "shared")
    assert rig.brake.wait_seconds() == 0
