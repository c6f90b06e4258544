"""The sandbox posts a task at each step to the URL of its submit, and ignores the response."""

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
    """Receives the webhooks."""

    def __init__(self) -> None:
        self.tasks: list[dict[str, Any]] = []
        self.status = 204
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.tasks.append(await request.json())
        return web.Response(status=self.status)

    async def statuses(self, count: int) -> list[str]:
        async with asyncio.timeout(5):
            while len(self.tasks) < count:
                await asyncio.sleep(0.01)
        return [each["status"] for each in self.tasks]


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.router.add_post("/webhook", listener.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    yield listener
    await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer(World.demo(time.time(), side=32), time.time) as server:
        yield server


async def test_each_step_is_posted_once_and_on_time(server: SandboxServer, listener: Listener) -> None:
    start = time.time() + 0.05
    server.world.add("1730700000000001", STEPS, start=start, notify=listener.url)
    server.world.add("1730700000000002", STEPS, start=start)
    assert await listener.statuses(3) == ["SUBMITTED", "IN_PROGRESS", "SUCCESS"]
    assert time.time() - start >= 0.2
    assert {each["id"] for each in listener.tasks} == {"1730700000000001"}


async def test_past_steps_are_not_posted(server: SandboxServer, listener: Listener) -> None:
    server.world.add("1730700000000001", STEPS, start=time.time() - 0.17, notify=listener.url)
    assert await listener.statuses(1) == ["SUCCESS"]


async def test_an_error_or_an_unreachable_listener_changes_nothing(
    server: SandboxServer, listener: Listener
) -> None:
    listener.status = 500
    server.world.add("1730700000000001", STEPS, start=time.time(), notify="http://127.0.0.1:1/webhook")
    server.world.add("1730700000000002", STEPS, start=time.time() + 0.05, notify=listener.url)
    assert await listener.statuses(3) == ["SUBMITTED", "IN_PROGRESS", "SUCCESS"]


async def test_a_press_may_subscribe_to_its_child(server: SandboxServer, listener: Listener) -> None:
    parent = server.world.peek(DemoIds.GRID, time.time())
    assert parent is not None
    custom_id = next(each["customId"] for each in parent["buttons"] if each["label"] == "U1")
    body = {"taskId": DemoIds.GRID, "customId": custom_id, "notifyHook": listener.url}
    headers = {"Authorization": "Bearer sandbox-key"}
    async with (
        aiohttp.ClientSession(server.url, headers=headers) as http,
        http.post("/mj/submit/action", json=body) as response,
    ):
        child = (await response.json())["result"]
    assert await listener.statuses(1) == ["SUBMITTED"]
    assert listener.tasks[0]["id"] == child
