"""The Discord client. It loads the cogs and supervises the background loops."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord.app_commands import AppCommandContext, AppInstallationType
from discord.ext import commands

from mjbot.clock import Clock
from mjbot.errors import StoreFailed
from mjbot.ui.buttons import CardItem
from mjbot.ui.command_sync import CommandSync
from mjbot.ui.error_boundary import ContainedTree
from mjbot.ui.events import contain_parsers
from mjbot.ui.gateway import PacedBot
from mjbot.ui.http import DeadlineConnector, Proxy, use_gateway_of
from mjbot.ui.menus import MenuItem
from mjbot.ui.translator import CatalogueTranslator

if TYPE_CHECKING:
    from mjbot.editor import EditScheduler
    from mjbot.housekeeper import Housekeeper
    from mjbot.ports import Stores
    from mjbot.service import (
        Access,
        DeferredWrites,
        DirectMakes,
        GuildSettingsService,
        HelpService,
        ImagineService,
        LostSubmits,
        PendingCards,
        PressService,
        SeriesLoop,
        ServiceOffers,
        StatusService,
        WatchService,
        WriteBehind,
    )
    from mjbot.tracker import TaskTracker
    from mjbot.ui.replies import Replies

log = logging.getLogger(__name__)

_DRAIN_SECONDS = 10.0
# The permissions of the invite link: only those that the bot uses.
INVITE_PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The objects that the bot uses: the stores, the background loops, and the services that cogs call."""

    stores: Stores
    tracker: TaskTracker
    editor: EditScheduler
    watches: WatchService
    write_behind: WriteBehind
    writes: DeferredWrites
    pending_cards: PendingCards
    offers: ServiceOffers
    housekeeper: Housekeeper
    access: Access
    guild_settings: GuildSettingsService
    help: HelpService
    status: StatusService
    presses: PressService
    lost_submits: LostSubmits
    imagine: ImagineService
    direct: DirectMakes
    series_loop: SeriesLoop
    replies: Replies


class MJBot(PacedBot):
    """The Discord client. One asyncio task supervises its background loops.

    ``build`` takes the client and returns its `App`. ``extensions`` are the cogs to load.
    """

    def __init__(
        self,
        build: Callable[[MJBot], App],
        clock: Clock,
        *,
        extensions: Sequence[str],
        http_trace: aiohttp.TraceConfig,
        proxy: Proxy,
        test_server: bool = False,
    ) -> None:
        super().__init__(
            clock,
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=ContainedTree,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            # For every command. Not users' own installs: those reach conversations of which the bot is no
            # member, where cards cannot be edited, and which are no `Place`.
            allowed_installs=AppInstallationType(guild=True, user=False),
            allowed_contexts=AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            http_trace=http_trace,
            connector=DeadlineConnector(),
            proxy=proxy.url,
            proxy_auth=proxy.auth,
        )
        contain_parsers(self._connection.parsers)
        self._clock = clock
        self._to_load = extensions
        self._test_server = test_server
        self._stop = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None
        self.app = build(self)
        self._command_sync = CommandSync(self.tree, self.app.stores.key_values)

    async def setup_hook(self) -> None:
        """Start the background loops. discord.py calls this once, after the login and before it connects."""
        if self._test_server:
            await use_gateway_of(self.http)
        await self.tree.set_translator(CatalogueTranslator())
        self.add_dynamic_items(CardItem, MenuItem)
        for extension in self._to_load:
            if extension not in self.extensions:
                await self.load_extension(extension)
        await self._command_sync.run(f"commands:{self.application_id}")
        await self.app.offers.load()
        await self.app.watches.resume()
        self._supervisor = asyncio.create_task(self._supervise(), name="supervisor")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Stop updating the messages of a deleted channel."""
        await self.app.watches.close_channel(channel.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Stop updating the messages of a guild that the bot has left.

        During an outage, Discord may send a second GUILD_DELETE without the ``unavailable`` flag. So this
        does nothing for an unavailable guild. Later edits detect whether the bot has been removed.
        """
        if guild.unavailable:
            return
        await self.app.watches.close_guild(guild.id)

    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """Resume the pending edits of a thread when it is unarchived."""
        if not payload.data["thread_metadata"]["archived"]:
            self.app.editor.resume_channel(payload.thread_id)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Stop updating the messages of a deleted thread."""
        await self.app.watches.close_channel(payload.thread_id)

    async def on_thread_remove(self, thread: discord.Thread) -> None:
        """Remove a private thread from discord.py's cache of threads when the bot has left it."""
        if thread.is_private():
            thread.guild._remove_thread(thread)

    async def stop(self) -> None:
        """Stop accepting requests, deliver the pending edits, and close the client."""
        self._stop.set()
        if self._supervisor is not None:
            await asyncio.wait({self._supervisor})

    async def close(self) -> None:
        """Close the client. A command sync that is waiting for a rate limit is cancelled."""
        self._command_sync.cancel()
        await super().close()

    def gateway_health(self) -> tuple[bool, float | None]:
        """Return whether the gateway is connected, and the latency of its last heartbeat in seconds."""
        connected = self.is_ready() and not any(shard.is_closed() for shard in self.shards.values())
        latency = self.latency if connected else math.nan
        return connected, round(latency, 3) if math.isfinite(latency) else None

    @property
    def failure(self) -> BaseException | None:
        """The error that ended the supervisor, or None if there was no error."""
        if self._supervisor is None or not self._supervisor.done() or self._supervisor.cancelled():
            return None
        return self._supervisor.exception()

    async def _supervise(self) -> None:
        try:
            await self._clock.wait_idle(self._run_loops(), "the loops")
        finally:
            # Without the loops, the bot would respond to commands but never update a card, so it closes too.
            await self.close()

    async def _run_loops(self) -> None:
        try:
            await self._run_until_stopped(self.app)
        finally:  # even if a loop has failed, what is kept in memory is written
            with suppress(StoreFailed):
                await self.app.writes.flush()
                await self.app.write_behind.flush()

    async def _run_until_stopped(self, app: App) -> None:
        until_delivered = {
            "editor": app.editor.run,
            "write-behind": app.write_behind.run,
            "deferred writes": app.writes.run,
        }
        until_stopped = {
            "tracker": app.tracker.run,
            "housekeeper": app.housekeeper.run,
            "pending cards": app.pending_cards.run,
            "lost submits": app.lost_submits.run,
            "series": app.series_loop.run,
            "child checks": app.watches.run_checks,
            "offers of the service": app.offers.run,
        }
        async with asyncio.TaskGroup() as loops:
            delivering = [loops.create_task(run(), name=name) for name, run in until_delivered.items()]
            others = [loops.create_task(run(), name=name) for name, run in until_stopped.items()]
            await self._stop.wait()
            app.access.close()
            for loop in others:
                loop.cancel()
            async with asyncio.TaskGroup() as last:
                last.create_task(app.presses.finish(_DRAIN_SECONDS))
                last.create_task(app.editor.drain(_DRAIN_SECONDS))
            for loop in delivering:
                loop.cancel()
