"""Runs the real bot in a browser demo: SimCord simulates Discord, the sandbox simulates the image service.

The time in Discord is also simulated, and advances with real time.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from typing import Any

import simcord
from pydantic import SecretStr

from mjbot.app import open_app
from mjbot.bot import MJBot
from mjbot.clock import Clock
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.watch import MessageRef, Watch, WatchState
from mjbot.ports import InteractionContext
from mjbot.sandbox.demo_guild import DemoGuild
from mjbot.sandbox.demo_page import DemoPage
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.demo_texts import DEMO_TEXTS, DemoTexts
from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from mjbot.settings import Auth, Settings
from mjbot.signals import stop_event
from mjbot.upstream.wire import read_task

_KEY = "sandbox-key"
_START = 1_767_225_600.0  # the start of simulated time: 2026-01-01 00:00 UTC
_STEP = 0.25  # seconds of real time between two steps of the simulated time
PICTURE_SIDE = 768  # pixels of the longer edge of the pictures
_SHOWN = (DemoIds.FAILED, DemoIds.VIDEO, DemoIds.GRID)  # the cards that the channel has at the start


class SimulatedTime:
    """The clock of a SimCord world. ``env`` is set later, because the bot is built before the world."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None

    def now(self) -> float:
        """Return the simulated time, in unix seconds."""
        return self.env.now().timestamp() if self.env else _START

    async def wait_idle(self, waiting: Coroutine[Any, Any, None], reason: str) -> None:
        """Await ``waiting`` in a way that SimCord recognizes as idle, so that it may advance the time."""
        if self.env is None:
            await waiting
        else:
            await self.env.external_wait(waiting, reason=reason)

    @property
    def clock(self) -> Clock:
        """The clock that the bot uses."""
        return Clock(self.now, self.wait_idle)


def demo_settings(url: str, auth: Auth = "bearer") -> Settings:
    """Return settings for a bot that uses the sandbox, without reading the environment."""
    return Settings.model_construct(
        discord_token=SecretStr("demo"),
        discord_api_url="https://discord.com/api/v10",
        upstream_url=url,
        upstream_key=SecretStr(_KEY),
        upstream_auth=auth,
        database=":memory:",
        poll_min=1.0,
        poll_max=5.0,
        batch_size=100,
        images="auto",
        watch_limit=24.0,
        keep_days=90.0,
        user_commands_per_minute=20,
        user_presses_per_10_min=40,
        guild_presses_per_hour=400,
        guild_cards=100,
        allowed_guilds=frozenset(),
        make_anywhere="yes",
        make_in_dm="no",
        series_max=8,
    )


async def run_demo(port: int, language: str, dialect: str, say: Callable[[str], None]) -> None:
    """Serve the demo page until Ctrl+C or SIGTERM, and pass the URL of the page to ``say``.

    ``dialect`` is the kind of image service to simulate. Raises `StartupError` if the port is taken.
    """
    texts, moment = DEMO_TEXTS[language], SimulatedTime()
    world = World(side=PICTURE_SIDE)
    world.refuses_known_buttons = bool(dialect)
    async with (
        SandboxServer(world, moment.now, key=_KEY) as server,
        open_app(demo_settings(server.address(dialect), DIALECTS[dialect].auth), moment.clock) as bot,
    ):
        env = simcord.Env(bot, shard_count=1, check_errors=False)
        env.backend.advance_clock(max(0.0, time.time() - _START))
        moment.env = env
        env.backend.bot_user.name = "mjbot"
        await env.start()
        try:
            world.add_demo(moment.now(), texts.prompts)
            await _serve(env, bot, world, port, texts, say)
        finally:
            await env.shutdown()
    say(texts.ended)


async def _serve(
    env: simcord.Env, bot: MJBot, world: World, port: int, texts: DemoTexts, say: Callable[[str], None]
) -> None:
    guild = DemoGuild(env, texts)
    context = InteractionContext(guild.id, guild.channel_id, guild.you, texts.language, texts.language)
    await _store_demo_tasks(bot, world, context, env)
    stopped = stop_event()
    async with DemoPage(guild, texts, lambda: env.now().timestamp(), port) as page:
        running = asyncio.create_task(_advance(env, stopped), name="simulated time")
        for task_id in _SHOWN:
            await guild.run(guild.friend, "status", {"task_id": task_id}, {})
        guild.post(None, texts.welcome)
        say(texts.hint.format(url=page.url))
        await running


async def _advance(env: simcord.Env, stopped: asyncio.Event) -> None:
    """Advance the simulated time with real time until the demo is stopped."""
    before = time.monotonic()
    while not stopped.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STEP):
                await stopped.wait()
        now = time.monotonic()
        # On a busy machine a step may time out; a later one makes up for it.
        with contextlib.suppress(TimeoutError):
            await env.advance_time(now - before)
        before = now


async def _store_demo_tasks(bot: MJBot, world: World, context: InteractionContext, env: simcord.Env) -> None:
    """Store the demo tasks as if the visitor had seen them, so that autocomplete suggests them."""
    now = env.now().timestamp()
    for number, task_id in enumerate(DemoIds):
        task = read_task(world.peek(task_id, now))
        if task is not None:
            # As if the visitor had asked for it before, on a message that was deleted.
            watch = Watch(
                MessageRef(context.channel_id, number + 1),
                task.id,
                context.guild_id,
                context.user_id,
                context.locale,
                now - number,
                WatchState.CLOSED,
            )
            snapshot = TaskSnapshot(task.id, opened_at=now, task=task, seen_at=now)
            await bot.app.stores.watches.add(watch, snapshot)
