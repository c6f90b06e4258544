"""One bot as a process, in one channel, with one task to follow."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.system import command
from tests.system.discord_stub import Channel, DiscordStub, Message, User
from tests.system.discord_stub.log import SECONDS
from tests.system.process import BotProcess, WorldTime, environment, measured, running

TASK = "1730621718151844"
STEPS = [
    (0, "SUBMITTED", "0%"),
    (0.3, "IN_PROGRESS", "31%"),
    (0.9, "IN_PROGRESS", "62%"),
    (600, "SUCCESS", "100%"),  # or when the test ends it
]
EDITS = "/**/messages/*"  # by either route
BY_CHANNEL, BY_TOKEN = "/channels/*/messages/*", "/webhooks/**"


@dataclass
class ProcessHarness:
    """One bot process, one channel, and `TASK`, which runs until `finish`."""

    stub: DiscordStub
    upstream: SandboxServer
    time: WorldTime
    bot: BotProcess
    channel: Channel
    chinese_channel: Channel
    user: User

    async def ask(self) -> None:
        await self.stub.slash(self.channel, self.user, "status", task_id=TASK)

    @property
    def messages(self) -> list[Message]:
        return self.stub.messages(self.channel)

    def title(self) -> str:
        message = next(iter(self.messages), None)
        return str(message.embeds[0]["title"]) if message and message.embeds else ""

    async def finish(self) -> None:
        """End the task, once the bot has read it twice more: it is being followed."""
        before = self._reads()
        async with asyncio.timeout(SECONDS):
            while not self.ended and self._reads() < before + 2:
                await asyncio.sleep(0.02)  # only the image service can tell
        self.time.skip(STEPS[-1][0])

    @property
    def ended(self) -> bool:
        """True once the image service has finished the task, whether or not the bot has read that."""
        task = self.upstream.world.peek(TASK, self.time())
        return task is not None and task["status"] == "SUCCESS"

    def _reads(self) -> int:
        return sum(TASK in each.ids for each in self.upstream.requests)

    async def done(self, within: float = SECONDS) -> Message:
        """Finish the task; the one message, once it shows the final card, the picture and the buttons."""
        await self.finish()
        await self.stub.until(lambda: self.title() == "Done" and self.messages[0].attachments, within)
        assert len(self.messages) == 1
        message = self.messages[0]
        assert message.attachments[0].data == self.upstream.world.final_picture(TASK)
        assert sum(":press:" in each["custom_id"] for each in message.buttons()) == 9
        assert self.stub.count_429 == 0
        return message

    def end_tokens(self) -> None:
        """Make Discord refuse every interaction token, as it does after 15 minutes."""
        self.stub.fail("PATCH", BY_TOKEN, status=401, code=50027, times=1_000)

    def watches(self) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self.bot.database)) as connection:
            return connection.execute("select state, delivered_digest from watches").fetchall()


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[ProcessHarness]:
    world, world_time = World(side=128), WorldTime()
    world.add(TASK, STEPS, prompt="a cat --v 7")
    async with DiscordStub() as stub, SandboxServer(world, world_time) as upstream:
        guild = stub.add_guild("Atelier")
        channel = stub.add_channel(guild, "pictures")
        chinese = stub.add_channel(stub.add_guild("画室", locale="zh-CN"), "图")
        user = stub.add_user("ann")
        async with running(stub, upstream, tmp_path, counted=True) as bot:
            yield ProcessHarness(stub, upstream, world_time, bot, channel, chinese, user)


async def finished(harness: ProcessHarness) -> Message:
    """A finished card with its buttons."""
    await harness.ask()
    return await harness.done()


def custom_id(message: Message, label: str) -> str:
    return next(str(each["custom_id"]) for each in message.buttons() if each.get("label") == label)


def disabled(message: Message, label: str) -> bool:
    return next(bool(each.get("disabled")) for each in message.buttons() if each.get("label") == label)


@dataclass
class CommandRig:
    """A folder in which commands run, between a Discord and an image service."""

    stub: DiscordStub
    upstream: SandboxServer
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    max_file: int | None = None
    """The largest file that commands can write, in bytes."""

    async def run(self, *arguments: str, **changes: str) -> tuple[int, str]:
        """Run the command with changed settings; its exit code and everything it printed."""
        changed = {
            **environment(self.stub, self.upstream),
            **measured(),
            **{f"MJBOT_{name}": value for name, value in changes.items()},
            **self.environ,
        }
        ours, theirs = socket.socketpair()
        with theirs:
            process = await command.start(
                arguments or ("check",), self.folder, changed, theirs.fileno(), self.max_file
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        async with asyncio.timeout(60):
            output = await reader.read()
            code = await process.wait()
        writer.close()
        return code, output.decode()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[CommandRig]:
    async with DiscordStub() as stub, SandboxServer(World(side=64), lambda: 0.0) as upstream:
        yield CommandRig(stub, upstream, tmp_path)
