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
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.model.snapshot import StalenessThresholds
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule
from mjbot.editor import EditScheduler
from mjbot.housekeeper import Housekeeper
from mjbot.ops import (
    Health,
    InstrumentedMessageSink,
    InstrumentedTaskSource,
    Metrics,
    WebhookReceiver,
    serve,
    webhook_path,
)
from mjbot.pictures import Masks, Pictures, picture_session
from mjbot.ports import TaskSource
from mjbot.service import (
    CardRenderer,
    Drafts,
    InFlight,
    ModalService,
    Patience,
    PermitService,
    PressService,
    Quotas,
    RegionService,
    StatusService,
    WatchService,
)
from mjbot.settings import Settings
from mjbot.store.sqlite.guilds import SqliteGuilds
from mjbot.store.sqlite.presses import SqlitePresses
from mjbot.store.sqlite.pruning import SqlitePruner
from mjbot.store.sqlite.thread import DatabaseThread
from mjbot.store.sqlite.usage import SqliteUsage
from mjbot.store.sqlite.watches import SqliteStore
from mjbot.tracker import TaskTracker
from mjbot.ui.breaker import InvalidRequestBreaker
from mjbot.ui.handlers import Services
from mjbot.ui.sink import DiscordSink
from mjbot.ui.tokens import InteractionTokens
from mjbot.upstream.api import MidjourneyProxyApi, base_of
from mjbot.upstream.client import UpstreamClient

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
        metrics = Metrics()
        hook_token = await _hook_token(store) if settings.http_listen else ""
        traced = aiohttp.ClientSession(trace_configs=[metrics.upstream_trace])
        api = await stack.enter_async_context(traced)
        web = await stack.enter_async_context(picture_session(upstream_url))
        key, auth = settings.upstream_key.get_secret_value(), settings.upstream_auth
        webhook_url = settings.public_url + webhook_path(hook_token) if settings.public_url else ""
        client = UpstreamClient(
            api, MidjourneyProxyApi(upstream_url, key, auth, webhook_url), clock, settings.batch_size
        )
        stack.callback(client.close)
        source = InstrumentedTaskSource(client, metrics, clock)
        pictures = Pictures(web, settings.images, base_of(upstream_url))
        pace = PollSettings(settings.poll_min, settings.poll_max, settings.batch_size)

        use_discord_at(settings.discord_api_url)
        brake, tokens = InvalidRequestBreaker(clock), InteractionTokens(clock)
        trace = _joined(brake.trace, metrics.discord_trace, tokens.trace)  # the last may end a request
        bot = MJBot(clock, http_trace=trace, test_server=settings.discord_api_url != _DISCORD)
        bot.store, bot.tokens = store, tokens
        bot.tracker = TaskTracker(
            source, PollSchedule(pace, random.random), clock, StalenessThresholds(watch=watch_limit)
        )
        sink = InstrumentedMessageSink(DiscordSink(bot, pictures, brake, tokens), metrics, clock)
        bot.editor = EditScheduler(sink, EditQueue(), clock)
        bot.housekeeper = Housekeeper(SqlitePruner(thread), clock, settings.keep_days * 86_400)
        presses = SqlitePresses(thread, base_of(upstream_url))
        renderer = CardRenderer(presses, clock, watch_limit)
        bot.cards = WatchService(store, presses, bot.tracker, bot.editor, renderer, clock)
        quotas = Quotas(SqliteUsage(thread), settings.limits, clock)
        status = StatusService(
            source, store, presses, bot.tracker, bot.cards, pictures, quotas, clock, settings.allowed_guilds
        )
        permits = PermitService(SqliteGuilds(thread), store)
        regions = RegionService(presses, status, permits, Masks(pictures))
        bot.services = _services(bot, source, presses, status, permits, regions, quotas, clock)
        if settings.http_listen:
            await stack.enter_async_context(_outside(bot, settings, source, hook_token, metrics, clock))
        yield bot


@asynccontextmanager
async def _outside(
    bot: MJBot,
    settings: Settings,
    source: InstrumentedTaskSource,
    hook_token: str,
    metrics: Metrics,
    clock: Clock,
) -> AsyncIterator[None]:
    """What operators and the image service reach over HTTP."""
    metrics.gauge("mjbot_live_tasks", "Tasks that are followed.", bot.tracker.__len__)
    metrics.gauge("mjbot_edit_queue_length", "Messages that wait for an edit.", lambda: bot.editor.waiting)
    health = Health(bot.gateway_health, source, lambda: bot.store.named("commands"), clock)
    webhooks = WebhookReceiver(hook_token, bot.tracker.hint, metrics, clock)
    async with serve(settings.http_listen, health, webhooks, metrics) as address:
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
    in_flight, patience, drafts = InFlight(), Patience(clock), Drafts()
    shared = (regions, permits, quotas, bot.cards, in_flight, patience, drafts, clock)
    pressing = PressService(source, bot.store, presses, status, *shared)
    windows = ModalService(source, presses, bot.tracker, status, *shared)
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
