"""Runs the real bot in a browser demo: SimCord simulates Discord, the sandbox simulates the image service.

Discord's time is simulated too, and advances here by one second per real second.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import simcord
from pydantic import SecretStr
from simcord.backend.errors import SetupError

from mjbot.app import open_app
from mjbot.bot import INVITE_PERMISSIONS, MJBot
from mjbot.clock import Clock
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.watch import MessageRef, Watch, WatchState
from mjbot.errors import StartupError
from mjbot.ports import InteractionContext
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.simcord_patches import is_closed, patch_locale, serialize_clicks
from mjbot.sandbox.world import World
from mjbot.settings import Auth, Settings
from mjbot.upstream.wire import read_task

_KEY = "sandbox-key"
_IDLE_REFRESH = 10  # seconds between refreshes that only update "5 seconds ago"
_START = 1_767_225_600.0  # the start of simulated time: 2026-01-01 00:00 UTC
_HINT = """
  Open  {url}

  Type /status and press Enter, type "ca", pick a task, watch it appear, press U1.
  Ctrl+C ends the demo.
"""


class SimulatedTime:
    """The clock of a SimCord world. The world needs the bot, so it is set after the bot has been built."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None

    def now(self) -> float:
        """Return the simulated time, in unix seconds."""
        return self.env.now().timestamp() if self.env else _START

    async def wait_idle(self, waiting: Coroutine[Any, Any, None], reason: str) -> None:
        """Wait in a way that the simulation recognizes as idle, so that it may advance time."""
        if self.env is None:
            await waiting
        else:
            await self.env.external_wait(waiting, reason=reason)

    @property
    def clock(self) -> Clock:
        """The clock to build the bot with."""
        return Clock(self.now, self.wait_idle)


def demo_settings(url: str, auth: Auth = "bearer") -> Settings:
    """Settings for a bot that uses the sandbox; the environment is not read."""
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
    )


def invite(env: simcord.Env, guild: simcord.GuildHandle) -> None:
    """Give the bot exactly the permissions of its invite link; SimCord grants nearly all."""
    for role in env.backend.get_guild(guild.id).roles.values():
        if role.managed:
            role.permissions = INVITE_PERMISSIONS.value


async def run_demo(port: int, language: str, dialect: str, say: Callable[[str], None]) -> None:
    """Serve the demo page until Ctrl+C or SIGTERM. ``dialect``: the kind of image service to simulate.

    ``say`` prints where the page is.

    Raises `StartupError` if the port is taken.
    """
    time = SimulatedTime()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    world = World.demo(_START)
    async with (
        SandboxServer(world, time.now, key=_KEY) as server,
        open_app(demo_settings(server.address(dialect), DIALECTS[dialect].auth), time.clock) as bot,
    ):
        env = simcord.Env(bot, shard_count=1, check_errors=False)
        time.env = env
        env.backend.bot_user.name = "mjbot"
        await env.start()
        restore_locale = patch_locale(language)
        try:
            await _serve(env, bot, world, port, language, stopped, say)
        except SetupError as error:
            if "bind" not in str(error):
                raise
            raise StartupError(f"Port {port} is taken. Choose another:  make demo ARGS='--port 0'") from error
        finally:
            restore_locale()
            await env.shutdown()


async def _serve(
    env: simcord.Env,
    bot: MJBot,
    world: World,
    port: int,
    language: str,
    stopped: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    guild = env.create_guild("Atelier", preferred_locale=language)
    channel = guild.create_text_channel("pictures", topic="Made with the image service")
    visitor = guild.add_member(env.create_user("you", global_name="You"))
    invite(env, guild)
    context = InteractionContext(guild.id, channel.id, visitor.id, language, language)
    await _store_demo_tasks(bot, world, context, env)
    async with env.preview(
        channel, viewers=[visitor], layout="channel", port=port, locale=language
    ) as preview:
        lock = serialize_clicks(preview)
        requests, ticks = 0, 1
        say(_HINT.format(url=preview.url))
        while not stopped.is_set() and not is_closed(preview):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await stopped.wait()
            # On a busy machine, advancing by a second may time out; the next step makes up for it.
            async with lock:
                with contextlib.suppress(TimeoutError):
                    await env.advance_time(1)
                    # Each refresh makes the page reload its images, so it is only done for changes.
                    if len(env.http_requests) != requests or ticks % _IDLE_REFRESH == 0:
                        requests = len(env.http_requests)
                        await preview.refresh()
            ticks += 1


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
