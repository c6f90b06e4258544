"""The sandbox over HTTP: tasks, images, batches, and each fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from mjbot.sandbox.server import RecordedRequest, SandboxServer
from mjbot.sandbox.world import DemoIds, World

T = 1_730_700_000.0
FETCH = f"/mj/task/{DemoIds.GRID}/fetch"


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    async with SandboxServer(World.demo(T, side=64), lambda: T) as server:
        yield server


@pytest.fixture
async def http(server: SandboxServer) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": "Bearer sandbox-key"}
    async with aiohttp.ClientSession(server.url, headers=headers) as session:
        yield session


async def get(http: aiohttp.ClientSession, path: str = FETCH) -> tuple[int, Any]:
    async with http.get(path) as response:
        return response.status, await response.json()


async def fetch_list(http: aiohttp.ClientSession, ids: list[str]) -> tuple[int, Any]:
    async with http.post("/mj/task/list-by-condition", json={"ids": ids}) as response:
        return response.status, await response.json()


async def test_a_task_and_its_image_can_be_read(http: aiohttp.ClientSession) -> None:
    status, task = await get(http)
    assert (status, task["id"]) == (200, DemoIds.GRID)
    async with http.get(task["imageUrl"]) as response:
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")


async def test_a_missing_task_is_a_bad_request(http: aiohttp.ClientSession) -> None:
    status, body = await get(http, f"/mj/task/{DemoIds.UNKNOWN}/fetch")
    assert (status, body) == (400, {"description": "task_no_found ", "type": "upstream_error", "code": 4})


async def test_a_wrong_key_is_refused(server: SandboxServer) -> None:
    async with aiohttp.ClientSession(server.url) as session:
        status, body = await get(session)
    assert status == 401
    assert body["error"]["message"].startswith("无效的令牌")


async def test_a_batch_leaves_out_unknown_ids(server: SandboxServer, http: aiohttp.ClientSession) -> None:
    status, found = await fetch_list(http, [DemoIds.GRID, DemoIds.UNKNOWN])
    assert (status, [each["id"] for each in found]) == (200, [DemoIds.GRID])
    expected = RecordedRequest(T, "POST", "/mj/task/list-by-condition", (DemoIds.GRID, DemoIds.UNKNOWN))
    assert server.requests == [expected]


async def test_a_batch_read_can_be_missing_or_ignore_the_ids(
    server: SandboxServer, http: aiohttp.ClientSession
) -> None:
    server.batch = "missing"
    assert (await fetch_list(http, [DemoIds.GRID]))[0] == 404
    server.batch = "ignores-ids"
    found = (await fetch_list(http, [DemoIds.GRID]))[1]
    assert not {each["id"] for each in found} <= set(DemoIds)


async def test_a_button_is_pressed_over_http(server: SandboxServer, http: aiohttp.ClientSession) -> None:
    custom_id = (await get(http))[1]["buttons"][0]["customId"]
    body = {"taskId": DemoIds.GRID, "customId": custom_id}
    async with http.post("/mj/submit/action", json=body) as response:
        child_id = (await response.json())["result"]
    assert server.world.log[0].child_id == child_id
    assert server.requests[-1].ids == (DemoIds.GRID,)


async def test_a_failure_affects_as_many_requests_as_requested(
    server: SandboxServer, http: aiohttp.ClientSession
) -> None:
    server.fail("/mj/*", 429, '{"a": 1}', "application/json", {"Retry-After": "3"}, times=1)
    async with http.get(FETCH) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "3")
    assert (await get(http))[0] == 200


async def test_a_dropped_request_gets_no_response(server: SandboxServer, http: aiohttp.ClientSession) -> None:
    server.drop("/mj/*")
    with pytest.raises(aiohttp.ClientConnectionError):
        await get(http)
    server.clear_faults()
    assert (await get(http))[0] == 200


@pytest.mark.parametrize(("when", "presses"), [("before", 0), ("after", 1)])
async def test_a_held_press_waits_before_or_after_it_counts(
    server: SandboxServer, http: aiohttp.ClientSession, when: Any, presses: int
) -> None:
    hold = server.hold("/mj/submit/*", when)
    body = {"taskId": DemoIds.GRID, "customId": "x"}
    waiting = asyncio.create_task(http.post("/mj/submit/action", json=body))
    await hold.arrived()
    assert len(server.world.log) == presses
    hold.release()
    (await waiting).release()
    assert len(server.world.log) == 1


async def test_closing_releases_held_requests() -> None:
    headers = {"Authorization": "Bearer sandbox-key"}
    async with asyncio.timeout(2):
        async with SandboxServer(World.demo(T), lambda: T) as server:
            hold = server.hold("*")
            session = aiohttp.ClientSession(server.url, headers=headers)
            waiting = asyncio.create_task(get(session))
            await hold.arrived()
        with pytest.raises(aiohttp.ClientConnectionError):
            await waiting
        await session.close()


async def test_half_of_the_latency_is_added_each_way() -> None:
    loop = asyncio.get_running_loop()
    async with (
        SandboxServer(World.demo(T, side=64), loop.time, latency=0.04) as server,
        aiohttp.ClientSession(server.url, headers={"Authorization": "Bearer sandbox-key"}) as http,
    ):
        sent = loop.time()
        status, _ = await get(http)
        received = loop.time()
    assert status == 200
    assert server.requests[0].at - sent >= 0.02
    assert received - server.requests[0].at >= 0.02
