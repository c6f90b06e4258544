"""The composition root, which builds and connects all objects, and closes them in reverse order."""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import discord

import cogs
from mjbot.bot import App, MJBot
from mjbot.clock import Clock
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.model.snapshot import StalenessThresholds
from mjbot.core.model.task import Mark, TaskId
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule
from mjbot.edges import Edges, open_edges
from mjbot.editor import EditScheduler
from mjbot.guard import LoopGuard
from mjbot.housekeeper import Housekeeper
from mjbot.ops import Health, UpstreamHealth, WebhookReceiver, serve
from mjbot.service import (
    Access,
    CardOpener,
    CardRenderer,
    ChildChecks,
    DeferredWrites,
    GuildSettingsService,
    HelpService,
    Making,
    MenuService,
    PendingCards,
    Pressing,
    ServiceOffers,
    StatusService,
    TaskControls,
    TaskReader,
    Watching,
    WatchService,
    WriteBehind,
    build_making,
    build_pressing,
)
from mjbot.settings import Settings
from mjbot.tracker import TaskTracker
from mjbot.ui.context import guild_of
from mjbot.ui.error_boundary import ErrorBoundary
from mjbot.ui.http import Proxy, use_discord_at
from mjbot.ui.replies import Replies
from mjbot.ui.router import InteractionRouter
from mjbot.ui.sink import DiscordSink
from mjbot.upstream.api import base_of

log = logging.getLogger(__name__)

_SETTLING = 3600.0  # seconds after the start during which no watch ends because of its age
_DISCORD = "https://discord.com/api/v10"


@asynccontextmanager
async def open_app(settings: Settings, clock: Clock) -> AsyncIterator[MJBot]:
    """Build the bot and everything that it uses, but do not start it. Raises `StartupError`."""
    async with AsyncExitStack() as stack:
        edges = await open_edges(stack, settings, clock)
        use_discord_at(settings.discord_api_url)
        bot = MJBot(
            partial(_build, edges, settings, clock),
            clock,
            extensions=cogs.EXTENSIONS,
            http_trace=edges.discord_trace,
            proxy=Proxy.at(settings.discord_proxy.get_secret_value()),
            test_server=settings.discord_api_url != _DISCORD,
        )
        if settings.http_listen:
            await stack.enter_async_context(_serve_ops(bot, edges, settings.http_listen, clock))
        yield bot


def _build(edges: Edges, settings: Settings, clock: Clock, bot: MJBot) -> App:
    """Build the services and loops of the client, and register the listeners."""
    watching = _build_watching(edges, settings, clock, bot)
    status = StatusService(
        edges.source, edges.stores.watches, watching.access, watching.reader, watching.opener, clock
    )
    guard = partial(LoopGuard, clock=clock, count=edges.metrics.count_error)
    pressing = build_pressing(edges.source, edges.stores, edges.masks, watching, clock, guard("lost submits"))
    making = build_making(
        edges.source,
        edges.references,
        edges.stores,
        watching,
        pressing,
        clock,
        guard("series"),
        series_max=settings.series_max,
    )
    replies = _listen(bot, edges, status, watching, pressing, making, clock)
    return App(
        stores=edges.stores,
        tracker=watching.tracker,
        editor=watching.editor,
        watches=watching.watches,
        write_behind=watching.snapshots,
        writes=watching.writes,
        pending_cards=watching.pending_cards,
        offers=watching.offers,
        housekeeper=Housekeeper(
            edges.stores.pruner, clock, settings.keep_days * 86_400, guard("housekeeper")
        ),
        access=watching.access,
        guild_settings=GuildSettingsService(edges.stores.guilds, watching.access),
        help=HelpService(edges.stores.guilds, watching.access),
        status=status,
        presses=pressing.presses,
        lost_submits=pressing.lost,
        imagine=making.imagine,
        direct=making.direct,
        series_loop=making.series_loop,
        replies=replies,
    )


def _listen(
    bot: MJBot,
    edges: Edges,
    status: StatusService,
    watching: Watching,
    pressing: Pressing,
    making: Making,
    clock: Clock,
) -> Replies:
    """Register the listeners for interactions."""
    replies = Replies(edges.tokens, clock)
    boundary = ErrorBoundary(replies, clock)
    router = InteractionRouter(
        status=status,
        presses=pressing.presses,
        modals=pressing.modals,
        submit_modal=pressing.submit_modal,
        submit_action=pressing.submit_action,
        regions=pressing.regions,
        menus=MenuService(watching.access, watching.reader, watching.renderer),
        controls=TaskControls(
            edges.source,
            watching.access,
            watching.reader,
            watching.tracker,
            watching.watches,
            watching.offers,
        ),
        imagine=making.imagine,
        series=making.series,
        replies=replies,
        boundary=boundary,
    )

    async def register(interaction: discord.Interaction[MJBot]) -> None:
        edges.breaker.register_interaction(interaction.token, interaction.channel_id or 0)

    bot.add_listener(register, "on_interaction")
    bot.add_listener(router.dispatch, "on_interaction")
    bot.tree.error(boundary.handle_command)
    return replies


def _build_watching(edges: Edges, settings: Settings, clock: Clock, client: discord.Client) -> Watching:
    stores, watch_limit = edges.stores, settings.watch_limit * 3600
    guard = partial(LoopGuard, clock=clock, count=edges.metrics.count_error)
    polling = PollSettings(settings.poll_min, settings.poll_max, settings.batch_size)
    thresholds = StalenessThresholds(watch=watch_limit, watch_from=clock.now() + _SETTLING)
    tracker = TaskTracker(edges.source, PollSchedule(polling, random.random), clock, thresholds, guard)
    edges.breaker.attribute(partial(guild_of, client))
    sink = DiscordSink(client, edges.pictures, edges.breaker, edges.tokens)
    editor = EditScheduler(sink, EditQueue(edges.rate_limiter.budget), clock, guard("edit loop"))
    edges.channel_limits.subscribe(editor.limit_channel)
    base = base_of(settings.upstream_url)
    offers = ServiceOffers(edges.source, stores.key_values, base, clock, guard("offers of the service"))
    renderer = CardRenderer(
        stores.presses,
        stores.unknown_actions,
        offers.of,
        clock,
        watch_limit,
        base,
        lambda place: access.can_make(place),
    )
    checks = ChildChecks(stores.presses, sink, clock, guard("child checks"))
    writes = DeferredWrites(clock, guard("deferred writes"))
    buffer = WriteBehind(stores.watches, writes, clock, guard("write-behind"))
    watches = WatchService(stores.watches, stores.presses, tracker, editor, renderer, checks, buffer)
    tracker.subscribe(watches.on_change)
    tracker.on_poll(edges.metrics.record_poll)
    editor.subscribe(watches.on_settled)
    editor.on_attempt(edges.metrics.record_edit, buffer.note_attempt)
    access = _build_access(edges, settings, watches, client, clock)
    pending = PendingCards(stores.presses, sink, watches, renderer, writes, clock, guard("pending cards"))
    return Watching(
        tracker=tracker,
        editor=editor,
        renderer=renderer,
        watches=watches,
        access=access,
        reader=TaskReader(edges.source, buffer, tracker, clock),
        opener=CardOpener(buffer, watches, checks, renderer, edges.pictures, writes, clock),
        checks=checks,
        writes=writes,
        pending_cards=pending,
        offers=offers,
        snapshots=buffer,
    )


def _build_access(
    edges: Edges, settings: Settings, watches: WatchService, client: discord.Client, clock: Clock
) -> Access:
    return Access(
        edges.stores.guilds,
        edges.stores.watches,
        edges.stores.usage,
        spending=settings.spending,
        bot_public=lambda: client.application.bot_public if client.application else None,
        limits=settings.limits,
        live_cards=watches.live_cards,
        in_guild=lambda guild_id: client.get_guild(guild_id) is not None,
        clock=clock,
    )


def _hint(app: App, task_id: TaskId, mark: Mark) -> bool:
    """Pass a webhook on to the tracker and to the search for lost submits. Returns whether one uses it."""
    return app.tracker.hint(task_id) | app.lost_submits.hint(task_id, mark)


@asynccontextmanager
async def _serve_ops(bot: MJBot, edges: Edges, address: str, clock: Clock) -> AsyncIterator[None]:
    """Serve health, metrics and the webhook over HTTP."""
    app, metrics = bot.app, edges.metrics
    metrics.gauge("mjbot_live_tasks", "Tasks that are followed.", app.tracker.__len__)
    metrics.gauge(
        "mjbot_gateway_connected", "1 while the gateway is connected.", lambda: bot.gateway_health()[0]
    )
    metrics.gauge("mjbot_edit_queue_length", "Messages that wait for an edit.", lambda: app.editor.waiting)
    upstream = UpstreamHealth()
    app.tracker.on_poll(upstream.record_poll)
    health = Health(bot.gateway_health, upstream, edges.stores.key_values.probe, clock)
    webhooks = WebhookReceiver(edges.webhook_token, partial(_hint, app), metrics, clock)
    async with serve(address, health, webhooks, metrics) as url:
        log.info("listening at %s", url)
        yield
