"""The bot as its operator sees it: health, metrics, `mjbot health`, and webhooks that advance polls."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import closing
from typing import Any

import aiohttp
import pytest

from mjbot.ops import webhook_token
from tests.system.conftest import STEPS, TASK, ProcessHarness
from tests.system.discord_stub.log import SECONDS


@pytest.fixture
async def served(harness: ProcessHarness) -> str:
    """The address at which the restarted bot listens. It polls so seldom that only webhooks can be quick."""
    await harness.bot.terminate()
    harness.bot.set(HTTP_LISTEN="127.0.0.1:0", PUBLIC_URL="http://bot.example", POLL_MIN="60", POLL_MAX="60")
    harness.stub.gateway.heartbeat_ms = (
        1_000  # ready means that a heartbeat was answered; the first is random
    )
    await harness.bot.start()
    found = re.search(r"listening at (http://\S+)", harness.bot.log.read_text(encoding="utf-8"))
    assert found
    return found[1]


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def ready(url: str) -> dict[str, Any]:
    return dict(json.loads((await get(f"{url}/readyz"))[1]))


def secret(harness: ProcessHarness) -> str:
    return webhook_token(harness.stub.token)


async def test_a_webhook_advances_the_next_poll_and_is_not_trusted(
    harness: ProcessHarness, served: str
) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.messages and harness.title(), SECONDS)
    harness.time.skip(STEPS[-1][0])
    assert harness.ended
    assert harness.title() != "Done"
    lie = {"id": TASK, "status": "FAILURE", "failReason": "a lie"}
    async with aiohttp.ClientSession() as session:
        for _ in range(20):
            async with session.post(f"{served}/webhook/{secret(harness)}", json=lie) as answer:
                assert answer.status == 204
    before = len(harness.upstream.requests)
    await harness.done()
    assert len(harness.upstream.requests) - before <= 2
    assert "a lie" not in str(harness.messages[0].history)
    assert secret(harness) not in harness.bot.log.read_text(encoding="utf-8")


async def test_the_address_of_the_webhooks_outlives_a_restart_and_is_in_no_file(
    harness: ProcessHarness, served: str
) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.messages and harness.title(), SECONDS)
    folder = harness.bot.database.parent
    written = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    assert {"mjbot.db", "mjbot.db-wal", "log.txt"} <= set(written)
    assert [name for name, content in written.items() if secret(harness).encode() in content] == []
    await harness.bot.terminate()
    await harness.bot.start()
    url = re.findall(r"listening at (http://\S+)", harness.bot.log.read_text(encoding="utf-8"))[-1]
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{url}/webhook/{secret(harness)}", json={"id": TASK}) as answer:
            assert answer.status == 204
        async with session.post(f"{url}/webhook/{harness.stub.token}", json={"id": TASK}) as answer:
            assert answer.status == 404


async def test_health_and_metrics_report_the_present_state(harness: ProcessHarness, served: str) -> None:
    assert await get(f"{served}/healthz") == (200, "ok\n")
    await harness.ask()
    await harness.stub.until(lambda: harness.messages and harness.title(), SECONDS)
    async with asyncio.timeout(SECONDS):
        while "mjbot_live_tasks 1.0" not in (text := (await get(f"{served}/metrics"))[1]):
            await asyncio.sleep(0.1)  # the card is sent shortly before the task is followed
    assert re.search(r'mjbot_upstream_requests_total\{status="200"\} [1-9]', text)
    assert (await ready(served))["database"]["ok"]
    async with asyncio.timeout(SECONDS):
        while not (await ready(served))["ok"]:  # the guilds are still arriving
            await asyncio.sleep(0.1)
    harness.upstream.fail("/mj/*", 500)
    async with aiohttp.ClientSession() as session:
        await session.post(f"{served}/webhook/{secret(harness)}", json={"id": TASK})
    async with asyncio.timeout(SECONDS):
        while (await ready(served))["upstream"]["ok"]:
            await asyncio.sleep(0.1)
    assert (await get(f"{served}/readyz"))[0] == 503


async def test_the_health_command_shows_each_component(harness: ProcessHarness, served: str) -> None:
    async with asyncio.timeout(SECONDS):
        while not (await ready(served))["ok"]:
            await asyncio.sleep(0.1)
    port = served.rpartition(":")[2]
    code, told = await health(harness, f"127.0.0.1:{port}")
    assert code == 0
    assert [line.split()[:2] for line in told[:3]] == [
        ["ok", "gateway"],
        ["ok", "upstream"],
        ["ok", "database"],
    ]
    assert any("live tasks" in line for line in told)
    await harness.bot.kill()
    code, told = await health(harness, f"127.0.0.1:{port}")
    assert code == 1
    assert "no answer at" in told[0]
    code, told = await health(harness, "")
    assert code == 78
    assert "Set MJBOT_HTTP_LISTEN" in told[0]


async def health(harness: ProcessHarness, listen: str) -> tuple[int | None, list[str]]:
    """`mjbot health`: its exit code and its lines."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mjbot", "health"),
        env=harness.bot.environment | {"MJBOT_HTTP_LISTEN": listen, "MJBOT_PUBLIC_URL": ""},
        cwd=harness.bot.database.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode().splitlines()


async def test_an_address_in_use_is_one_line_in_the_log_and_no_traceback(
    harness: ProcessHarness, served: str
) -> None:
    await harness.bot.terminate()
    with closing(await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)) as taken:
        port = taken.sockets[0].getsockname()[1]
        harness.bot.set(HTTP_LISTEN=f"127.0.0.1:{port}")
        await harness.bot.launch()
        assert await harness.bot.exited() == 69
    log = harness.bot.log.read_text(encoding="utf-8")
    assert f"127.0.0.1:{port} cannot be used" in log
    assert "Traceback" not in log


async def test_a_gateway_that_is_lost_is_in_readyz_and_the_metrics_and_edits_go_on(
    harness: ProcessHarness, served: str
) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.messages and harness.title(), SECONDS)
    fault = harness.stub.gateway.answer(503, at="handshake")
    await harness.stub.gateway.close(4000)
    await harness.stub.until(lambda: fault.given)
    harness.time.skip(STEPS[-1][0])
    async with aiohttp.ClientSession() as session:
        await session.post(f"{served}/webhook/{secret(harness)}", json={"id": TASK, "status": "SUCCESS"})
    await harness.stub.until(lambda: harness.title() == "Done", SECONDS)
    assert (await ready(served))["gateway"]["ok"] is False
    assert "mjbot_gateway_connected 0.0" in (await get(f"{served}/metrics"))[1]
    assert (await get(f"{served}/healthz"))[0] == 200
    harness.stub.accept_everything()
    await harness.stub.ready()
    log = harness.bot.log.read_text(encoding="utf-8")
    assert log.count("the gateway of Discord is not connected") == 1
    assert "Traceback" not in log
