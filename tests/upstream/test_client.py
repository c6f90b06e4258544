"""The client over loopback: batch reads, their fallback, and rate limits."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from mjbot.clock import Clock
from mjbot.core.model.submits import ButtonPress
from mjbot.core.model.task import Task, TaskId
from mjbot.errors import TaskNotFound, UpstreamUnavailable
from mjbot.errors.submits import SubmitUnclear
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from mjbot.upstream.api import MidjourneyProxyApi
from mjbot.upstream.client import UpstreamClient
from mjbot.upstream.transport import api_session

IDS = [TaskId(f"173062171815{n:04}") for n in range(5)]
UNKNOWN = TaskId("1730621718159999")


class Rig:
    def __init__(self, server: SandboxServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.now = 1000.0
        self.session = session
        self.client = self.build_client(Clock(lambda: self.now))

    def build_client(self, clock: Clock) -> UpstreamClient:
        api = MidjourneyProxyApi(self.server.url, "sandbox-key", "bearer")
        return UpstreamClient(self.session, api, clock, 100)

    def paths(self) -> list[str]:
        return [each.path.rsplit("/", 1)[1] for each in self.server.requests]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    world = World(side=64)
    for each in IDS:
        world.add(each, [(0, "IN_PROGRESS", "46%")], start=0.0)
    async with SandboxServer(world, lambda: 1000.0) as server, api_session() as session:
        yield Rig(server, session)


async def test_a_batch_is_one_request_and_reports_missing_tasks(rig: Rig) -> None:
    report = await rig.client.fetch_many([*IDS, UNKNOWN])
    assert report.found.keys() == set(IDS)
    assert report.missing == {UNKNOWN}
    assert rig.paths() == ["list-by-condition", "fetch"], "absence in a list is confirmed"


async def test_a_missing_batch_read_is_tried_again_after_ten_minutes(rig: Rig) -> None:
    rig.server.batch = "missing"
    report = await rig.client.fetch_many([*IDS, UNKNOWN])
    assert report.found.keys() == set(IDS)
    assert report.missing == {UNKNOWN}
    assert rig.client.per_request == 1
    rig.server.batch = "yes"
    rig.server.requests.clear()
    rig.now += 599
    await rig.client.fetch_many(IDS[:2])
    assert rig.paths() == ["fetch", "fetch"]
    rig.now += 2
    await rig.client.fetch_many(IDS[:2])
    assert rig.paths() == ["fetch", "fetch", "list-by-condition"]


async def test_a_server_that_ignores_the_ids_does_not_make_tasks_missing(rig: Rig) -> None:
    rig.server.batch = "ignores-ids"
    report = await rig.client.fetch_many([IDS[0], UNKNOWN])
    assert report.found.keys() == {IDS[0]}
    assert report.missing == {UNKNOWN}


@pytest.mark.parametrize("status", [500, 502, 503, 429, 401])
async def test_a_temporary_failure_does_not_disable_batch_reads(rig: Rig, status: int) -> None:
    rig.server.fail("*/list-by-condition", status=status, times=1)
    report = await rig.client.fetch_many(IDS)
    assert report.failed.keys() == set(IDS)
    assert rig.client.per_request == 100


async def test_a_dropped_connection_is_a_temporary_failure(rig: Rig) -> None:
    rig.server.drop("*")
    report = await rig.client.fetch_many(IDS)
    assert {type(error) for error in report.failed.values()} == {UpstreamUnavailable}


async def test_callers_that_have_to_wait_share_one_request(rig: Rig) -> None:
    """Three read at once; all others share one batch read, and one read of the task that is not in it."""
    client = rig.build_client(Clock())
    ids = [*IDS, UNKNOWN] * 4
    results = await asyncio.gather(*map(client.fetch, ids), return_exceptions=True)
    assert [each.id for each in results if isinstance(each, Task)] == IDS * 4
    assert sum(isinstance(each, TaskNotFound) for each in results) == 4
    assert sorted(rig.paths()) == ["fetch"] * 4 + ["list-by-condition"]


async def test_the_delay_of_an_interactive_read_is_known_in_advance(rig: Rig) -> None:
    assert rig.client.delay == 0.0
    for _ in range(3):
        await rig.client.fetch(IDS[0])
    assert rig.client.delay == 0.5
    rig.now += 0.4
    assert rig.client.delay == pytest.approx(0.1)
    rig.now += 0.2
    assert rig.client.delay == 0.0


async def test_without_batch_reads_an_interactive_read_is_never_delayed(rig: Rig) -> None:
    rig.server.batch = "missing"
    await rig.client.fetch_many(IDS[:1])
    for _ in range(60):
        rig.now += 0.2
        await rig.client.fetch(IDS[0])
        assert rig.client.delay == 0.0


async def test_a_failed_shared_read_fails_for_every_caller(rig: Rig) -> None:
    client = rig.build_client(Clock())
    rig.server.fail("*/list-by-condition", 503)
    results = await asyncio.gather(*map(client.fetch, IDS * 3), return_exceptions=True)
    assert [isinstance(each, UpstreamUnavailable) for each in results] == [False] * 3 + [True] * 12


async def test_a_task_that_is_nested_too_deep_costs_no_other_task_of_its_batch(rig: Rig) -> None:
    deep = f'{{"id":"{IDS[0]}","properties":{{"a":{"[" * 100_000}{"]" * 100_000}}}}}'
    rig.server.fail("*/list-by-condition", status=200, body=f"[{deep}]")
    rig.server.fail(f"*/{IDS[0]}/fetch", status=200, body=deep)
    report = await rig.client.fetch_many(IDS)
    assert set(report.found) == set(IDS[1:])
    assert list(report.failed) == [IDS[0]]
    with pytest.raises(UpstreamUnavailable):
        await rig.client.fetch(IDS[0])


async def test_the_outcome_of_a_submit_that_is_answered_too_deep_is_unclear(rig: Rig) -> None:
    rig.server.fail("*/submit/action", status=200, body="[" * 100_000)
    with pytest.raises(SubmitUnclear):
        await rig.client.submit(ButtonPress(IDS[0], "MJ::JOB::upsample::1::x"))


async def test_the_event_loop_goes_on_while_a_large_answer_is_parsed(rig: Rig) -> None:
    rows = [{"id": f"{n:016d}", "status": "SUCCESS", "prompt": "x" * 1_000} for n in range(7_000)]
    rig.server.fail("*", status=200, body=json.dumps(rows))
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(time.perf_counter())
            await asyncio.sleep(0)

    ticking = asyncio.ensure_future(tick())
    report = await rig.client.fetch_many([TaskId(f"{n:016d}") for n in range(5)])
    ticking.cancel()
    assert len(report.found) == 5
    longest = max(after - before for before, after in itertools.pairwise(ticks))
    assert longest < (ticks[-1] - ticks[0]) / 2  # parsed on the loop, nearly all of the time would be one gap


async def test_a_hundred_submits_that_wait_for_their_answer_hold_up_no_poll(rig: Rig) -> None:
    hold = rig.server.hold("*/submit/action")
    press = ButtonPress(IDS[0], "MJ::JOB::upsample::1::x")
    submits = [asyncio.ensure_future(rig.client.submit(press)) for _ in range(101)]
    await hold.arrived(100)
    report = await rig.client.fetch_many(IDS)
    assert report.failed == {}
    hold.release()
    await asyncio.gather(*submits, return_exceptions=True)
