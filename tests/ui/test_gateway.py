"""The pace of gateway connections: discord.py's client on the Discord stub, with a clock that runs ahead."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any, cast

import discord
import pytest

from mjbot.clock import Clock
from mjbot.ui.gateway import PacedBot, ReconnectBackoff
from mjbot.ui.http import DeadlineConnector, use_discord_at, use_gateway_of
from tests.discord_answers import GATEWAY, Answer
from tests.system.discord_stub import DiscordStub
from tests.system.discord_stub.gateway import INVALID_SESSION, RECONNECT, Stage

DAY, QUARTER = 86_400.0, 21_600.0


@pytest.mark.parametrize("lives", [[0], [1], [299], [301], [0, 0, 400], [3600, 0, 0, 0]], ids=str)
def test_a_shard_starts_few_hundred_sessions_a_day_however_long_they_live(lives: Sequence[float]) -> None:
    backoff, now, sessions = ReconnectBackoff(), 0.0, 0
    for life in cycle(lives):
        now += backoff.delay(now)
        if now > DAY:
            break
        sessions += 1
        now += life
    assert sessions <= 400


def test_the_first_reconnect_after_a_long_connection_is_made_at_once() -> None:
    backoff = ReconnectBackoff()
    assert [backoff.delay(0.0) for _ in range(4)] == [0, 1, 2, 4]
    assert backoff.delay(10_000.0) == 0


class Eager(PacedBot):
    """It does not wait the 5 s that discord.py leaves between two IDENTIFYs."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait."""


class Rig:
    def __init__(self, stub: DiscordStub) -> None:
        self.stub = stub
        self.now = 0.0
        self.waits: list[float] = []
        self.bot = Eager(
            Clock(lambda: self.now),
            sleep=self.sleep,
            command_prefix="!",
            intents=discord.Intents(guilds=True),
            connector=DeadlineConnector(),
        )

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def sessions(self) -> int:
        """How many IDENTIFYs the gateway has received."""
        mine = [each for each in self.stub.log if each.kind == "gateway" and isinstance(each.body, dict)]
        return sum("intents" in each.body for each in mine)


@asynccontextmanager
async def connecting(stub: DiscordStub) -> AsyncIterator[Rig]:
    use_discord_at(stub.api_url)
    rig = Rig(stub)
    await rig.bot.login(stub.token)
    await use_gateway_of(rig.bot.http)
    running = asyncio.ensure_future(rig.bot.connect())
    try:
        yield rig
    finally:
        await rig.bot.close()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(running, 10)


@pytest.fixture
async def stub() -> AsyncIterator[DiscordStub]:
    async with DiscordStub() as started:
        yield started


def op(number: int, data: object = None) -> str:
    return json.dumps({"op": number, "d": data, "t": None, "s": None})


STORMS = {
    "op 9": op(INVALID_SESSION, False),
    "op 9, resumable": op(INVALID_SESSION, True),
    "op 7": op(RECONNECT),
    "close 4000": 4000,
    "close 1000": 1000,
}


@pytest.mark.parametrize("answer", STORMS.values(), ids=STORMS)
async def test_sessions_that_end_at_once_for_hours_are_few(
    stub: DiscordStub, answer: str | int, caplog: pytest.LogCaptureFixture
) -> None:
    stub.gateway.answer(answer)
    with caplog.at_level(logging.INFO, "mjbot"):
        async with connecting(stub) as rig:
            await stub.until(lambda: rig.now > QUARTER, timeout=60)
            assert rig.sessions < 100
            stub.accept_everything()
            await stub.ready()
    assert 1 <= warnings(caplog) <= QUARTER / 600 + 1


UNREADABLE_MESSAGES = {
    "cut JSON": '{"op": 0, "d": {',
    "no object": "[]",
    "a page": "<html>",
    "not compressed": b"no zlib\x00\x00\xff\xff",
    "HELLO without its data": '{"op": 10}',
    "READY without its data": '{"op": 0, "t": "READY", "s": 1, "d": {}}',
    "text that is not UTF-8": b"\x78\x9c\xff\xff\x00\x00\xff\xff",
}


@pytest.mark.parametrize("at", ["ready", "hello"])
@pytest.mark.parametrize("message", UNREADABLE_MESSAGES.values(), ids=UNREADABLE_MESSAGES)
async def test_a_message_of_the_gateway_that_cannot_be_read_costs_one_connection(
    stub: DiscordStub, message: str | bytes, at: Stage
) -> None:
    async with connecting(stub) as rig:
        await stub.ready()
        fault = stub.gateway.answer(message, at=at, times=3)
        await stub.gateway.close(4000)
        await stub.until(lambda: fault.given == 3)
        await stub.ready()
        assert not rig.bot.is_closed()


@pytest.mark.parametrize("stage", ["handshake", "hello"])
async def test_a_gateway_that_cannot_be_reached_for_long_is_tried_without_growing_the_stack(
    stub: DiscordStub, stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # discord.py waits 5 s after each failure, besides the pauses of ours.
    monkeypatch.setattr("discord.shard.asyncio.sleep", _without_five_seconds(asyncio.sleep))
    fault = stub.gateway.answer(503 if stage == "handshake" else 1011, at=stage)
    async with connecting(stub) as rig:
        await stub.until(lambda: fault.given >= 3)
        shallow = _depth()
        await stub.until(lambda: fault.given >= 40)
        assert _depth() <= shallow + 3
        assert rig.sessions == 0
        assert max(rig.waits) == 300
        stub.accept_everything()
        await stub.ready()
    assert 1 <= warnings(caplog) <= rig.now / 600 + 1


async def test_the_gateway_is_not_identified_to_while_few_sessions_are_left(stub: DiscordStub) -> None:
    async with connecting(stub) as rig:
        await stub.ready()
        limit = {"total": 1000, "remaining": 19, "reset_after": 3_600_000, "max_concurrency": 1}
        body = json.dumps({"url": "ws://x", "shards": 1, "session_start_limit": limit})
        few = stub.refuse("GET", GATEWAY, Answer("few sessions", 200, body), times=3)
        before = rig.now
        await stub.gateway.invalidate()
        await stub.until(lambda: few.given == 3)
        await stub.ready()
        assert rig.now - before >= 3 * 3_600


def warnings(caplog: pytest.LogCaptureFixture) -> int:
    """How often the log says at WARNING that the gateway is not connected."""
    told = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    return sum("is not connected" in each for each in told)


def _without_five_seconds(sleep: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    return lambda seconds, *rest: sleep(0 if seconds == 5.0 else seconds, *rest)


def _depth() -> int:
    """The length of the longest chain of awaiting coroutines."""
    depths = []
    for task in asyncio.all_tasks():
        depth, waiting = 0, cast("Any", task.get_coro())
        while waiting is not None:
            depth, waiting = depth + 1, getattr(waiting, "cr_await", None)
        depths.append(depth)
    return max(depths)
