"""The Discord client: it loads the cogs, registers our buttons, and owns the supervisor. No rules here."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.ext import commands
from yarl import URL

import cogs
from mjbot.clock import Clock
from mjbot.core.model.custom_id import CustomId, is_foreign, parse
from mjbot.errors import StoreFailed
from mjbot.ui import handlers
from mjbot.ui.buttons import CardItem
from mjbot.ui.menus import MenuItem
from mjbot.ui.translator import CatalogueTranslator

if TYPE_CHECKING:
    from mjbot.editor import EditScheduler
    from mjbot.housekeeper import Housekeeper
    from mjbot.service import WatchService
    from mjbot.store.sqlite.watches import SqliteStore
    from mjbot.tracker import TaskTracker
    from mjbot.ui.tokens import InteractionTokens

log = logging.getLogger(__name__)

_DRAIN_SECONDS = 10.0
# What the invite link asks for. Nothing else is needed, so nothing else is asked.
INVITE_PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)


class MJBot(commands.AutoShardedBot):
    """discord.py's client with our cogs, our buttons and one supervisor task."""

    tracker: TaskTracker
    editor: EditScheduler
    cards: WatchService
    housekeeper: Housekeeper
    services: handlers.Services
    store: SqliteStore
    tokens: InteractionTokens

    def __init__(self, clock: Clock, *, http_trace: aiohttp.TraceConfig, test_server: bool = False) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            http_trace=http_trace,
        )
        self._clock = clock
        self._test_server = test_server
        self._stop = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Called once, logged in but not connected: edits need no gateway, so the work begins here."""
        if self._test_server:
            # Without this discord.py would go to Discord's own gateway when a session cannot be resumed.
            _, gateway, _ = await self.http.get_bot_gateway()
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
        await self.tree.set_translator(CatalogueTranslator())
        self.add_dynamic_items(CardItem, MenuItem)
        for extension in cogs.EXTENSIONS:
            if extension not in self.extensions:
                await self.load_extension(extension)
        await self._sync_commands()
        await self.cards.resume()
        self._supervisor = asyncio.create_task(self._supervise(), name="supervisor")

    async def pressed(self, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
        """Hand a press to its use case."""
        await handlers.pressed(self.services, interaction, custom_id)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what no item answers: windows, and buttons of another version."""
        custom_id = str(interaction.data.get("custom_id", "")) if interaction.data else ""
        if interaction.type is discord.InteractionType.modal_submit and (target := parse(custom_id)):
            await handlers.pressed(self.services, interaction, target)
        if interaction.type is discord.InteractionType.component and is_foreign(custom_id):
            await handlers.old_button(interaction, custom_id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Nothing in a deleted channel can be edited."""
        await self.cards.close_channel(channel.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot has left: nothing there can be edited."""
        await self.cards.close_guild(guild.id)

    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """Edits that wait for an archived thread may go on once it is opened again."""
        if not payload.data["thread_metadata"]["archived"]:
            self.editor.resume_channel(payload.thread_id)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """Nothing in a deleted thread can be edited."""
        await self.cards.close_channel(payload.thread_id)

    async def stop(self) -> None:
        """Finish: begin nothing more, deliver what waits, then close. Returns when done."""
        self._stop.set()
        if self._supervisor is not None:
            await asyncio.wait({self._supervisor})

    def gateway_health(self) -> tuple[bool, float | None]:
        """Whether Discord's gateway is connected, and how long its last heartbeat took, in seconds."""
        connected = self.is_ready() and not any(shard.is_closed() for shard in self.shards.values())
        latency = self.latency if connected else math.nan
        return connected, round(latency, 3) if math.isfinite(latency) else None

    @property
    def failure(self) -> BaseException | None:
        """What ended the supervisor, if it was not `stop`."""
        if self._supervisor is None or not self._supervisor.done() or self._supervisor.cancelled():
            return None
        return self._supervisor.exception()

    async def _supervise(self) -> None:
        try:
            await self._clock.wait_idle(self._run_loops(), "the loops")
        finally:
            # The loops are this bot's heart: if one stops, however it stops, the bot does.
            await self.close()

    async def _run_loops(self) -> None:
        async with asyncio.TaskGroup() as loops:
            tracker = loops.create_task(self.tracker.run(), name="tracker")
            editor = loops.create_task(self.editor.run(), name="editor")
            keeper = loops.create_task(self.cards.run(), name="keeper")
            housekeeper = loops.create_task(self.housekeeper.run(), name="housekeeper")
            await self._stop.wait()
            self.services.status.close()
            tracker.cancel()
            housekeeper.cancel()
            async with asyncio.TaskGroup() as last:
                last.create_task(self.services.presses.finish(_DRAIN_SECONDS))
                last.create_task(self.editor.drain(_DRAIN_SECONDS))
            editor.cancel()
            keeper.cancel()
        with suppress(StoreFailed):
            await self.cards.flush()

    async def _sync_commands(self) -> None:
        """Tell Discord our commands only when they, or their translations, are not what it knows."""
        translator = self.tree.translator
        assert translator is not None
        payload = [
            await command.get_translated_payload(self.tree, translator)
            for command in self.tree.get_commands()
        ]
        name = f"commands:{self.application_id}"
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        if await self.store.named(name) != digest:
            await self.tree.sync()
            await self.store.set_named(name, digest)
            log.info("the commands were sent to Discord")
