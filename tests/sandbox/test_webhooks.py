"""The service posts a task at each of its steps to whoever asked for it, and does not care who listens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import DemoIds, World

STEPS = [(0.0, "SUBMITTED", "0%"), (0.1, "IN_PROGRESS", "50%"), (0.2, "SUCCESS", "100%")]


class Listener:
    """Whom the service tells."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.status = 204
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.told.append(await request.json())
        return web.Response(status=self.status)

    async def count(self, number: int) -> list[str]:
        async with asyncio.timeout(5):
            while len(self.told) < number:
                await asyncio.sleep(0.01)
        return [each["status"] for each in self.told]


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    found = Listener()
    app = web.Application()
    app.router.add_post("/hook", found.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer(World.demo(time.time(), side=32), time.time) as server:
        yield server


async def test_each_step_is_told_once_at_its_instant(server: SandboxServer, listener: Listener) -> None:
    begin = time.time() + 0.05
    server.world.add("1730700000000001", STEPS, start=begin, notify=listener.url)
    server.world.add("1730700000000002", STEPS, start=begin)
    assert await listener.count(3) == ["SUBMITTED", "IN_PROGRESS", "SUCCESS"]
    assert time.time() - begin >= 0.2
    assert {each["id"] for each in listener.told} == {"1730700000000001"}


async def test_what_is_past_is_not_told(server: SandboxServer, listener: Listener) -> None:
    server.world.add("1730700000000001", STEPS, start=time.time() - 0.17, notify=listener.url)
    assert await listener.count(1) == ["SUCCESS"]


async def test_a_listener_that_refuses_or_is_not_there_changes_nothing(
    server: SandboxServer, listener: Listener
) -> None:
    listener.status = 500
    server.world.add("1730700000000001", STEPS, start=time.time(), notify="http://127.0.0.1:1/hook")
    server.world.add("1730700000000002", STEPS, start=time.time() + 0.05, notify=listener.url)
    assert await listener.count(3) == ["SUBMITTED", "IN_PROGRESS", "SUCCESS"]


async def test_a_press_may_ask_to_be_told_of_what_it_makes(server: SandboxServer, listener: Listener) -> None:
    parent = server.world.peek(DemoIds.GRID, time.time())
    assert parent is not None
    custom_id = next(each["customId"] for each in parent["buttons"] if each["label"] == "U1")
    order = {"taskId": DemoIds.GRID, "customId": custom_id, "notifyHook": listener.url}
    headers = {"Authorization": "Bearer sandbox-key"}
    async with (
        aiohttp.ClientSession(server.url, headers=headers) as http,
        http.post("/mj/submit/action", json=order) as answer,
    ):
        child = (await answer.json())["result"]
    assert await listener.count(1) == ["SUBMITTED"]
    assert listener.told[0]["id"] == child
