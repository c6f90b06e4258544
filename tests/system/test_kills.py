"""`kill -9` again and again under load: every promise holds."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.system.discord_stub import Channel, DiscordStub, Interaction, User
from tests.system.discord_stub.log import SECONDS
from tests.system.exactly_once import task_of
from tests.system.process import BotProcess, WorldTime, running

FIRST = 1_730_621_718_000_000
CHANNELS = 4
PRESSED = ("U1", "U2", "V1", "V3")


@dataclass
class Load:
    """Commands and presses, while the process is killed again and again."""

    stub: DiscordStub
    upstream: SandboxServer
    time: WorldTime
    bot: BotProcess
    channels: list[Channel]
    user: User
    rng: random.Random
    asked: list[Interaction] = field(default_factory=list)
    killed_at: float = 0.0
    """The time of the last kill."""

    async def ask(self) -> None:
        """Ask for a new task, in the next channel."""
        number = len(self.asked)
        task_id = str(FIRST + number)
        span = self.rng.uniform(1, 6)
        steps = [(0.0, "SUBMITTED", "0%"), *((span * n / 4, "IN_PROGRESS", f"{n * 20}%") for n in (1, 2, 3))]
        self.upstream.world.add(task_id, [*steps, (span, "SUCCESS", "100%")], start=time.time())
        channel = self.channels[number % CHANNELS]
        self.asked.append(await self.stub.slash(channel, self.user, "status", task_id=task_id))

    async def press(self) -> None:
        """Press a random button of a random finished card, if there is one."""
        done = [each for channel in self.channels for each in self.stub.messages(channel) if each.buttons()]
        if not done:
            return
        message, label = self.rng.choice(done), self.rng.choice(PRESSED)
        for button in message.buttons():
            if button.get("label") == label:
                with suppress(LookupError):  # disabled
                    await self.stub.press(message, str(button["custom_id"]), self.user)

    async def pull_the_plug(self) -> None:
        """Kill the process at a random time, and start it again."""
        await asyncio.sleep(self.rng.uniform(0.0, 0.8))  # not a wait: the time of the kill is what is tested
        self.killed_at = time.time()
        await self.bot.kill()
        await self.bot.start()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.bot.database)) as connection:
            return connection.execute(query).fetchall()

    def stored(self) -> set[object]:
        """The ids of the messages that have been followed."""
        return {row[0] for row in self.rows("select message_id from watches")}

    def settled(self) -> bool:
        """True when no watch is open, no card is yet to be posted, and no press is in flight."""
        live = self.rows("select 1 from watches where state <> 'closed'")
        live += self.rows("select 1 from pending_cards")
        return not live and not self.rows("select 1 from presses where state in ('sending', 'retrying')")

    def reads(self, task_id: str) -> int:
        """How often the image service was asked for a task."""
        return sum(task_id in each.ids for each in self.upstream.requests)


@pytest.fixture
async def load(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Load]:
    world_time = WorldTime()
    async with DiscordStub() as stub, SandboxServer(World(side=32), world_time) as upstream:
        guild = stub.add_guild("Atelier")
        channels = [stub.add_channel(guild, f"pictures-{n}") for n in range(CHANNELS)]
        user = stub.add_user("ann")
        async with running(stub, upstream, tmp_path) as bot:
            yield Load(stub, upstream, world_time, bot, channels, user, random.Random(request.param))


@pytest.mark.parametrize("load", [11, 12], indirect=True)
async def test_killed_again_and_again_under_load_nothing_is_lost_doubled_or_left_open(
    load: Load, kills: int
) -> None:
    for _ in range(kills):
        await load.ask()
        await load.ask()
        await load.press()
        await load.pull_the_plug()
    await load.ask()  # this process is not killed, so it stores the card
    last = load.asked[-1]
    await until(lambda: last.message and last.message.id in load.stored())
    load.time.skip(60)
    await until(load.settled)

    cards = [each for channel in load.channels for each in load.stub.messages(channel) if each.embeds]
    committed = load.stored()
    assert committed <= {each.id for each in cards}
    for each in cards:
        if each.id in committed:
            assert each.embeds[0]["title"] == "Done"
        else:  # killed before its id, which comes with Discord's response, could be stored and followed
            assert each.created < load.killed_at
            assert sum(bool(version.embeds) for version in each.history) == 1
            assert load.reads(task_of(each)) == 1
    assert set(Counter(map(task_of, cards)).values()) == {1}
    made = Counter((each.task_id, each.custom_id) for each in load.upstream.world.log if each.child_id)
    assert set(made.values()) <= {1}
    assert load.rows("pragma integrity_check") == [("ok",)]


async def until(settled: object) -> None:
    """Wait for a condition on the database file, which sends no event."""
    assert callable(settled)
    async with asyncio.timeout(4 * SECONDS):
        while not settled():
            await asyncio.sleep(0.1)
