"""`mjbot run` as a process against every dialect of image service, judged by Discord's log."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.system.discord_stub import DiscordStub
from tests.system.discord_stub.log import SECONDS
from tests.system.process import running

TASK = "1730621718151844"
STEPS = [
    (0, "SUBMITTED", "0%"),
    (8, "IN_PROGRESS", "31%"),
    (30, "IN_PROGRESS", "62%"),
    (60, "SUCCESS", "100%"),
]
FASTER = 10  # the service's own time; new-api polls every 15 s of it


@pytest.fixture
async def upstream() -> AsyncIterator[SandboxServer]:
    began = time.time()
    world = World(side=128)
    world.add(TASK, STEPS, prompt="a cat --v 7")
    async with SandboxServer(world, lambda: began + (time.time() - began) * FASTER) as server:
        yield server


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
async def test_a_task_is_followed_to_its_attached_result_across_a_kill(
    upstream: SandboxServer, tmp_path: Path, dialect: str
) -> None:
    async with DiscordStub() as stub:
        channel = stub.add_channel(stub.add_guild("Atelier"), "pictures")
        user = stub.add_user("ann")

        def title() -> str:
            message = next(iter(stub.messages(channel)), None)
            return str(message.embeds[0]["title"]) if message and message.embeds else ""

        async with running(stub, upstream, tmp_path, dialect) as bot:
            await stub.slash(channel, user, "status", task_id=TASK)
            await stub.until(lambda: title() == "In progress", SECONDS)
            await bot.kill()
            await bot.start()
            await stub.until(lambda: title() == "Done" and stub.messages(channel)[0].attachments, SECONDS)
        (message,) = stub.messages(channel)
        assert message.attachments[0].data == upstream.world.final_picture(TASK)
        assert sum(":press:" in each["custom_id"] for each in message.buttons()) == 9
        assert stub.count_429 == 0
