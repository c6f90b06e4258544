"""The real bot in a simulated Discord, against the simulated image service over loopback."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from copy import copy
from pathlib import Path
from typing import Any

import aiohttp.connector
import discord
import pytest
import simcord

from mjbot.app import open_app
from mjbot.bot import MJBot
from mjbot.core.model.task import NO_TASK
from mjbot.sandbox.demo import SimulatedTime, demo_settings
from mjbot.sandbox.demo_guild import invite
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.drawings import Drawings
from mjbot.sandbox.server import RecordedRequest, SandboxServer
from mjbot.sandbox.world import World
from mjbot.store.sqlite import open_sqlite
from tests.bot.transport import scripted
from tests.discord_answers import Answer, Match, Pattern, Refusal, Refusals
from tests.pictures.web import drawn

GRID = DemoIds.GRID.value
RUNNING = DemoIds.RUNNING.value
SINGLE = DemoIds.SINGLE.value
DRAWINGS = Drawings()  # drawing a picture costs more than the rest of a test


def picture(name: str = "a.png") -> tuple[str, bytes]:
    """A small picture to attach."""
    return name, drawn("PNG")


def tell_languages(env: simcord.Env) -> dict[int, str]:
    """Have interactions tell the languages of people and guilds, as Discord does; SimCord's are all English.

    Returns the locales of people's clients, by user id, to which tests add.
    """
    locales: dict[int, str] = {}

    def add_locales(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE" and isinstance(payload, dict):
            user = payload["member"]["user"] if "member" in payload else payload["user"]
            payload["locale"] = locales.get(int(user["id"]), "en-US")
            if "guild_id" in payload:
                guild = env.backend.get_guild(int(payload["guild_id"]))
                payload["guild_locale"] = guild.preferred_locale

    env.backend.subscribers.insert(0, add_locales)  # before the gateway, which passes a copy to the bot
    return locales


class BotHarness:
    """One guild with a channel and a member; the bot has exactly the permissions of its invite."""

    def __init__(self, env: simcord.Env, server: SandboxServer, bot: MJBot, refusals: Refusals) -> None:
        self.env = env
        self.refusals = refusals
        self.server = server
        self.world = server.world
        self.bot = bot
        self.locales = tell_languages(env)
        self.guild = self.new_guild("Atelier")
        self.channel = self.guild.create_text_channel("pictures")
        self.ann = self.guild.add_member(env.create_user("ann"))

    def new_guild(self, name: str, locale: str = "en-US") -> simcord.GuildHandle:
        guild = self.env.create_guild(name, preferred_locale=locale)
        invite(self.env, guild)
        return guild

    def in_language(self, locale: str, guild_locale: str = "") -> BotHarness:
        """Return the same bot in another server, in whose languages it and the member's client are set."""
        there = copy(self)
        there.guild = self.new_guild(f"Atelier {locale}", guild_locale or locale)
        there.channel = there.guild.create_text_channel("pictures")
        there.ann = there.guild.add_member(self.env.create_user(f"ann-{locale}"))
        self.locales[there.ann.id] = locale
        return there

    async def wait(self, seconds: int) -> None:
        """Let time pass in steps: SimCord gives each five real seconds for the reads in it."""
        while seconds > 0:
            step = min(seconds, 10 if seconds <= 60 else 20 if seconds <= 7200 else 300)
            await self.env.advance_time(step)
            seconds -= step

    async def ask(self, task_id: str) -> simcord.InteractionResult:
        """Type /status with this id."""
        return await self.ann.slash(self.channel, "status", task_id=task_id)

    def refuse(
        self, method: str, path: str, answer: Answer, *, match: Match | None = None, times: int | None = None
    ) -> Refusal:
        """Give this answer to the next `times` requests (None: until `accept_everything`)."""
        refusal = Refusal(Pattern(method, path, match), answer, times)
        self.refusals.append(refusal)
        return refusal

    def accept_everything(self) -> None:
        """End all refusals and injected errors."""
        self.refusals.clear()
        self.env.backend.faults.clear()

    def end_tokens(self) -> None:
        """Let Discord take no interaction token any more, as after 15 minutes."""
        self.env.inject_error("PATCH", "/webhooks/*/messages/*", status=401, code=50027, times=None)

    async def show(self, task_id: str) -> None:
        """Have a finished card on the channel, with its picture."""
        await self.ask(task_id)
        await self.wait(2)

    @property
    def reads(self) -> list[RecordedRequest]:
        """The reads of tasks, without the questions what the service offers."""
        requests = self.server.requests
        return [each for each in requests if "/task/" in each.path and NO_TASK not in each.path]

    @property
    def messages(self) -> list[discord.Message]:
        return self.channel.history()

    @property
    def newest(self) -> discord.Message:
        return max(self.messages, key=lambda message: message.id)

    @property
    def card(self) -> discord.Embed:
        message = self.channel.last_message
        assert message is not None
        return message.embeds[0]

    def labels(self, message: discord.Message) -> list[list[str]]:
        rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
        return [
            [item.label or str(item.emoji) for item in row.children if isinstance(item, discord.Button)]
            for row in rows
        ]

    def button(self, message: discord.Message, label: str) -> discord.Button:
        for row in message.components:
            assert isinstance(row, discord.ActionRow)
            for item in row.children:
                if isinstance(item, discord.Button) and (item.label or str(item.emoji)) == label:
                    return item
        raise AssertionError(f"no button {label}")

    def menu(self, message: discord.Message) -> list[discord.SelectOption]:
        """The choices of a message's menu; none without one."""
        rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
        menus = [item for row in rows for item in row.children if isinstance(item, discord.SelectMenu)]
        return [option for menu in menus for option in menu.options]

    async def pick(self, message: discord.Message, label: str) -> simcord.InteractionResult:
        value = next(each.value for each in self.menu(message) if each.label == label)
        return await self.ann.select(message, [value])

    async def press(self, message: discord.Message, label: str) -> simcord.InteractionResult:
        custom_id = self.button(message, label).custom_id
        assert custom_id is not None
        return await self.ann.click(message, custom_id=custom_id)


class BotFactory:
    """Builds stages, and restarts the bot on the same database."""

    def __init__(self, stack: AsyncExitStack, database: str) -> None:
        self._stack = stack
        self._database = database
        self._process = AsyncExitStack()
        self._dialect = ""
        self.time = SimulatedTime()

    async def open(self, dialect: str = "", **changes: object) -> BotHarness:
        self._dialect = dialect
        world = World.demo(self.time.now(), side=256, drawings=DRAWINGS)
        server = await self._stack.enter_async_context(SandboxServer(world, self.time.now))
        bot = await self._start(server, **changes)
        self._stack.push_async_callback(self._stop)
        env = simcord.Env(bot, shard_count=1)
        self.time.env = env
        refusals = self._stack.enter_context(scripted(env))
        await env.start()
        self._stack.push_async_callback(env.shutdown)
        return BotHarness(env, server, bot, refusals)

    async def restart(self, harness: BotHarness, **changes: object) -> None:
        """Stop the process and start another on the same database."""
        await harness.env.restart_bot(_Idle())
        await self._stop()
        harness.bot = await self._start(harness.server, **changes)
        await harness.env.restart_bot(harness.bot)

    async def _start(self, server: SandboxServer, **changes: object) -> MJBot:
        address, auth = server.address(self._dialect), DIALECTS[self._dialect].auth
        settings = demo_settings(address, auth).model_copy(
            update={"database": self._database, "make_anywhere": "no", **changes}
        )
        return await self._process.enter_async_context(open_app(settings, self.time.clock))

    async def _stop(self) -> None:
        await self._process.aclose()


class _Idle(discord.AutoShardedClient):
    """Stands in while no bot is running."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), shard_count=1)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that has all tables and no rows: migrating a new one would cost a tenth of each test."""
    path = tmp_path_factory.mktemp("bot") / "empty.db"

    async def create() -> None:
        async with open_sqlite(str(path), upstream=""):
            pass

    asyncio.run(create())
    return path


@pytest.fixture
async def bot_factory(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BotFactory]:
    # aiohttp has imported the real one. By it, idle connections never grow old, and wake SimCord for ever.
    monkeypatch.setattr(aiohttp.connector, "monotonic", lambda: time.monotonic())
    database = shutil.copy(empty_database, tmp_path / "mjbot.db")
    async with AsyncExitStack() as stack:
        yield BotFactory(stack, str(database))


@pytest.fixture
async def harness(bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open()
