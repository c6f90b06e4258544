"""Synchronization of the slash commands with Discord, which is done only if they have changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import Any

import aiohttp
import discord
from discord import app_commands

from mjbot.errors import StoreFailed
from mjbot.ports import KeyValueStore
from mjbot.ui.http import UNREADABLE

log = logging.getLogger(__name__)

_WAIT_SECONDS = 5.0


class CommandSync:
    """Sends the commands of a command tree to Discord if they or their localizations have changed."""

    def __init__(self, tree: app_commands.CommandTree[Any], values: KeyValueStore) -> None:
        self._tree = tree
        self._values = values
        self._syncing: asyncio.Task[None] | None = None

    async def run(self, key: str) -> None:
        """Sync the commands, and wait a few seconds for the result. The store keeps their hash at ``key``."""
        translator = self._tree.translator
        assert translator is not None
        payload = [
            await command.get_translated_payload(self._tree, translator)
            for command in self._tree.get_commands()
        ]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        if await self._values.get(key) != digest:
            self._syncing = asyncio.create_task(self._sync(key, digest), name="command sync")
            await asyncio.wait({self._syncing}, timeout=_WAIT_SECONDS)
            if not self._syncing.done():
                log.warning("the command sync takes long: it goes on while the bot runs")

    def cancel(self) -> None:
        """Cancel a sync that is waiting for a rate limit."""
        if self._syncing is not None:
            self._syncing.cancel()

    async def _sync(self, key: str, digest: str) -> None:
        """Sync the commands. After a failure, Discord keeps the old commands, and the next start tries again.

        This may take long, because discord.py waits for rate limits, one of which is daily.
        """
        try:
            await self._tree.sync()
            await self._values.set(key, digest)
        except (discord.DiscordException, aiohttp.ClientError, OSError, StoreFailed) as error:
            cause = f"code {error.code}" if isinstance(error, discord.HTTPException) else type(error).__name__
            log.warning("the command sync failed, the next start tries it again: %s", cause)
        except UNREADABLE:
            # Discord accepted the commands, but the reply cannot be read.
            log.warning("the command sync may have failed, the next start tries it again", exc_info=True)
        else:
            log.info("commands synced")
