"""The composition root: everything is built here, in order, and closed in reverse."""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import discord

from mjbot.bot import MJBot
from mjbot.clock import Clock
from mjbot.core.edits import EditBook
from mjbot.core.polling import PollBook
from mjbot.core.rhythm import Pace
from mjbot.core.view import Limits
from mjbot.editor import EditScheduler
from mjbot.housekeeper import Housekeeper
from mjbot.outside import Health, Hooks, MeteredSink, MeteredSource, Meters, listening
from mjbot.pictures import Masks, Pictures, picture_session
from mjbot.ports import TaskSource
from mjbot.service import (
    CardKeeper,
    Drafts,
    Painter,
    Patience,
    PermitService,
    PressService,
    Quotas,
    RegionService,
    StatusService,
    UnderWay,
    WindowService,
)
from mjbot.settings import Settings
from mjbot.store.guilds import SqliteGuilds
from mjbot.store.presses import SqlitePresses
from mjbot.store.pruning import SqlitePruner
from mjbot.store.sqlite import SqliteStore
from mjbot.store.thread import DatabaseThread
from mjbot.store.uses import SqliteUses
from mjbot.tracker import TaskTracker
from mjbot.ui.brake import Brake
from mjbot.ui.handlers import Services
from mjbot.ui.sink import DiscordSink
from mjbot.ui.tokens import Tokens
from mjbot.upstream.client import UpstreamClient
from mjbot.upstream.protocol import Protocol, base_of

log = logging.getLogger(__name__)

_DISCORD = "https://discord.com/api/v10"


@asynccontextmanager
async def open_app(settings: Settings, clock: Clock) -> AsyncIterator[MJBot]:
    """Build the bot with everything it uses; it is not started. Raises `StartupError`."""
    upstream_url = settings.upstream_url
    watch_limit = settings.watch_limit * 3600
    async with AsyncExitStack() as stack:
        thread = await stack.enter_async_context(DatabaseThread(settings.database))
        store = SqliteStore(thread)
        meters = Meters()
        hook_token = await _hook_token(store) if settings.http_listen else ""
        traced = aiohttp.ClientSession(trace_configs=[meters.upstream_trace])
        api = await stack.enter_async_context(traced)
        web = await stack.enter_async_context(picture_session(upstream_url))
        key, auth = settings.upstream_key.get_secret_value(), settings.upstream_auth
        hook = f"{settings.public_url}/hook/{hook_token}" if settings.public_url else ""
        client = UpstreamClient(api, Protocol(upstream_url, key, auth, hook), clock, settings.batch_size)
        stack.callback(client.close)
        source = MeteredSource(client, meters, clock)
        pictures = Pictures(web, settings.images, base_of(upstream_url))
        pace = Pace(settings.poll_min, settings.poll_max, settings.batch_size)

        use_discord_at(settings.discord_api_url)
        brake, tokens = Brake(clock), Tokens(clock)
        trace = _joined(brake.trace, meters.discord_trace, tokens.trace)  # the last may end a request
        bot = MJBot(clock, http_trace=trace, test_server=settings.discord_api_url != _DISCORD)
        bot.store, bot.tokens = store, tokens
        bot.tracker = TaskTracker(source, PollBook(pace, random.random), clock, Limits(watch=watch_limit))
        sink = MeteredSink(DiscordSink(bot, pictures, brake, tokens), meters, clock)
        bot.editor = EditScheduler(sink, EditBook(), clock)
        bot.housekeeper = Housekeeper(SqlitePruner(thread), clock, settings.keep_days * 86_400)
        presses = SqlitePresses(thread, base_of(upstream_url))
        painter = Painter(presses, clock, watch_limit)
        bot.cards = CardKeeper(store, presses, bot.tracker, bot.editor, painter, clock)
        quotas = Quotas(SqliteUses(thread), settings.limits, clock)
        status = StatusService(
            source, store, presses, bot.tracker, bot.cards, pictures, quotas, clock, settings.allowed_guilds
        )
        permits = PermitService(SqliteGuilds(thread), store)
        regions = RegionService(presses, status, permits, Masks(pictures))
        bot.services = _services(bot, source, presses, status, permits, regions, quotas, clock)
        if settings.http_listen:
            await stack.enter_async_context(_outside(bot, settings, source, hook_token, meters, clock))
        yield bot


@asynccontextmanager
async def _outside(
    bot: MJBot, settings: Settings, source: MeteredSource, hook_token: str, meters: Meters, clock: Clock
) -> AsyncIterator[None]:
    """What operators and the image service reach over HTTP."""
    meters.watch("mjbot_live_tasks", "Tasks that are followed.", bot.tracker.__len__)
    meters.watch("mjbot_edits_waiting", "Messages that wait for an edit.", lambda: bot.editor.waiting)
    health = Health(bot.pulse, source, lambda: bot.store.named("commands"), clock)
    hooks = Hooks(hook_token, bot.tracker.hint, meters, clock)
    async with listening(settings.http_listen, health, hooks, meters) as address:
        log.info("listening at %s", address)
        yield


async def _hook_token(store: SqliteStore) -> str:
    """The secret part of the hook's address; kept, so that tasks of an earlier process still reach us."""
    token = await store.named("hook_token")
    if token is None:
        token = secrets.token_urlsafe(24)
        await store.set_named("hook_token", token)
    return token


def _services(
    bot: MJBot,
    source: TaskSource,
    presses: SqlitePresses,
    status: StatusService,
    permits: PermitService,
    regions: RegionService,
    quotas: Quotas,
    clock: Clock,
) -> Services:
    """The use cases that submit share what is under way, what waits for room, and what was written."""
    under_way, patience, drafts = UnderWay(), Patience(clock), Drafts()
    shared = (regions, permits, quotas, bot.cards, under_way, patience, drafts, clock)
    pressing = PressService(source, bot.store, presses, status, *shared)
    windows = WindowService(source, presses, bot.tracker, status, *shared)
    return Services(status, pressing, windows, regions, permits)


def _joined(*traces: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
    """One trace for all who look at the answers of Discord: its client takes no more."""
    joined = aiohttp.TraceConfig()
    for trace in traces:
        joined.on_request_end.extend(trace.on_request_end)
    return joined


def use_discord_at(url: str) -> None:
    """Set the base of Discord's REST API; discord.py keeps it once for the whole process."""
    discord.http.Route.BASE = url.rstrip("/")
