"""Discord by way of a proxy: `mjbot run` and `mjbot check`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.proxy import HOST, ForwardProxy
from tests.system.conftest import STEPS, TASK
from tests.system.discord_stub import DiscordStub
from tests.system.discord_stub.log import SECONDS
from tests.system.process import BotProcess, WorldTime


@dataclass
class Rig:
    stub: DiscordStub
    bot: BotProcess
    time: WorldTime

    def use(self, proxy: str, *, scheme: str = "http") -> None:
        """Reach Discord by a name that only a proxy can resolve."""
        self.bot.set(DISCORD_API_URL=f"{scheme}://{HOST}/api/v10", DISCORD_PROXY=proxy)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    world, world_time = World(side=128), WorldTime()
    world.add(TASK, STEPS, prompt="a cat")
    async with DiscordStub() as stub, SandboxServer(world, world_time) as upstream:
        bot = BotProcess(stub, upstream, tmp_path, counted=True)
        yield Rig(stub, bot, world_time)
        await bot.close()


async def test_a_card_lives_to_its_end_though_only_a_proxy_reaches_discord(rig: Rig) -> None:
    user, channel = rig.stub.add_user("ann"), rig.stub.add_channel(rig.stub.add_guild("Atelier"), "pictures")
    async with ForwardProxy(rig.stub.base_url.removeprefix("http://")) as proxy:
        rig.use(proxy.url)
        await rig.bot.start()
        await rig.stub.slash(channel, user, "status", task_id=TASK)
        await rig.stub.until(lambda: any(each.embeds for each in rig.stub.messages(channel)), SECONDS)
        rig.time.skip(STEPS[-1][0])

        def shown() -> bool:
            (message,) = rig.stub.messages(channel)
            return bool(message.embeds) and message.embeds[0]["title"] == "Done" and bool(message.attachments)

        await rig.stub.until(shown, SECONDS)
        assert any("/gateway" in each and "/api" not in each for each in proxy.requests)
        assert await rig.bot.terminate() == 0
    assert "canary" not in rig.bot.log.read_text(encoding="utf-8")


@asynccontextmanager
async def proxy_that(fails: str) -> AsyncIterator[str]:
    if fails == "is down":
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))  # and does not listen
            yield f"http://ann:canary-1234@127.0.0.1:{bound.getsockname()[1]}"
    elif fails == "has another password":
        async with ForwardProxy() as proxy:
            yield proxy.url.replace("canary-of", "canary-for")
    else:
        async with ForwardProxy(refusal={"refuses": 403, "finds nothing": 502, "hangs": 0}[fails]) as proxy:
            yield proxy.url


FAULTS = {
    "is down": "The proxy in MJBOT_DISCORD_PROXY cannot be reached.",
    "has another password": "asks for a user and a password, or refuses the given ones.",
    "refuses": "does not connect to Discord (status 403).",
    "finds nothing": "does not connect to Discord (status 502).",
    "hangs": "Discord did not answer in time.",
}


@pytest.mark.parametrize("fails", FAULTS)
async def test_a_proxy_that_fails_is_told_in_one_sentence_without_its_password(rig: Rig, fails: str) -> None:
    async with proxy_that(fails) as proxy:
        rig.use(proxy, scheme="https")
        await rig.bot.launch()
        assert await asyncio.wait_for(rig.bot.exited(), 60) == 69
    log = rig.bot.log.read_text(encoding="utf-8")
    assert FAULTS[fails] in log
    assert "canary" not in log
