"""The demo: the real bot, with SimCord as Discord and our simulated image service as the API.

Discord's time is simulated too, so it is driven here: one second of it for each second on the wall.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import simcord
from pydantic import SecretStr
from simcord import interactions
from simcord.backend.errors import SetupError
from simcord.preview import Preview

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
from mjbot.sandbox.world import World
from mjbot.settings import Auth, Settings
from mjbot.upstream.wire import read_task

_KEY = "sandbox-key"
_IDLE_REFRESH = 10  # seconds between two refreshes for the sake of "5 seconds ago" alone
_START = 1_767_225_600.0  # where the simulated time begins: 2026-01-01 00:00 UTC
_HINT = """
  Open  {url}

  Type /status, then a letter or two such as "ca", pick a task, watch it appear, press U1.
  Ctrl+C ends the demo.
"""


class SimulatedTime:
    """The clock of a SimCord world, which is there only once the bot has been given to it."""

    def __init__(self) -> None:
        self.env: simcord.Env | None = None

    def now(self) -> float:
        """The simulated moment, in unix seconds."""
        return self.env.now().timestamp() if self.env else _START

    async def wait_idle(self, waiting: Coroutine[Any, Any, None], reason: str) -> None:
        """Wait in a way that the simulation knows to be a wait."""
        if self.env is None:
            await waiting
        else:
            await self.env.external_wait(waiting, reason=reason)

    @property
    def clock(self) -> Clock:
        """The clock to build the bot with."""
        return Clock(self.now, self.wait_idle)


def demo_settings(url: str, auth: Auth = "bearer") -> Settings:
    """Settings for a bot that talks to the sandbox; nothing is read from the environment."""
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
    """Give the bot exactly the permissions of its invite link; SimCord gives it nearly all."""
    for role in env.backend.get_guild(guild.id).roles.values():
        if role.managed:
            role.permissions = INVITE_PERMISSIONS.value


def patch_locale(language: str) -> Callable[[], None]:
    """Let SimCord's interactions carry this locale, which it has fixed; the result undoes it."""
    fixed = interactions.base_payload

    def localised(*args: Any, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        record, payload = fixed(*args, **kwargs)
        payload["locale"] = language
        if "guild_locale" in payload:
            payload["guild_locale"] = language
        return record, payload

    interactions.base_payload = localised
    return lambda: setattr(interactions, "base_payload", fixed)


async def run_demo(port: int, language: str, service: str = "") -> None:
    """Serve the demo page until Ctrl+C or SIGTERM; ``service`` names an accent of the image service.

    Raises `StartupError` when the port is taken.
    """
    time = SimulatedTime()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    world = World.demo(_START)
    async with (
        SandboxServer(world, time.now, key=_KEY) as server,
        open_app(demo_settings(server.address(service), DIALECTS[service].auth), time.clock) as bot,
    ):
        env = simcord.Env(bot, shard_count=1, check_errors=False)
        time.env = env
        env.backend.bot_user.name = "mjbot"
        await env.start()
        as_before = patch_locale(language)
        try:
            await _serve(env, bot, world, port, language, stopped)
        except SetupError as error:
            if "bind" not in str(error):
                raise
            raise StartupError(f"Port {port} is taken. Choose another:  make demo ARGS='--port 0'") from error
        finally:
            as_before()
            await env.shutdown()


async def _serve(
    env: simcord.Env, bot: MJBot, world: World, port: int, language: str, stopped: asyncio.Event
) -> None:
    guild = env.create_guild("Atelier", preferred_locale=language)
    channel = guild.create_text_channel("pictures", topic="Made with the image service")
    visitor = guild.add_member(env.create_user("you", global_name="You"))
    invite(env, guild)
    await _offer_tasks(
        bot, world, InteractionContext(guild.id, channel.id, visitor.id, language, language), env
    )
    async with env.preview(
        channel, viewers=[visitor], layout="channel", port=port, locale=language
    ) as preview:
        patience = _patient(preview)
        drawn, ticks = 0, 1
        print(_HINT.format(url=preview.url), flush=True)  # noqa: T201 (what the demo is started for)
        while not stopped.is_set() and not preview._closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await stopped.wait()
            # On a busy machine a second may not be over in time; what is left of it comes with the next.
            async with patience:
                with contextlib.suppress(TimeoutError):
                    await env.advance_time(1)
                    # Each refresh makes the page load its pictures anew, so one is worth it only for news.
                    if len(env.http_requests) != drawn or ticks % _IDLE_REFRESH == 0:
                        drawn = len(env.http_requests)
                        await preview.refresh()
            ticks += 1


def _patient(preview: Preview) -> asyncio.Lock:
    """Let a click wait for the second that is just being played; SimCord would refuse it.

    What was clicked may have been drawn a second ago, so it is taken as a click on what is drawn now.
    """
    lock = asyncio.Lock()
    act = preview._action

    async def action(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with lock:
            preview._advance_presentation_time()
            if "published_revision" in body:
                body = {**body, "published_revision": preview._get_page(context_id).revision}
            return await act(context_id, body)

    preview._action = action  # type: ignore[method-assign]
    return lock


async def _offer_tasks(bot: MJBot, world: World, place: InteractionContext, env: simcord.Env) -> None:
    now = env.now().timestamp()
    for number, task_id in enumerate(DemoIds):
        task = read_task(world.peek(task_id, now))
        if task is not None:
            # As if the visitor had asked before, on a message that is gone.
            watch = Watch(
                MessageRef(place.channel_id, number + 1),
                task.id,
                place.guild_id,
                place.user_id,
                place.locale,
                now - number,
                WatchState.CLOSED,
            )
            snapshot = TaskSnapshot(task.id, opened_at=now, task=task, seen_at=now)
            await bot.app.stores.watches.add(watch, snapshot)
