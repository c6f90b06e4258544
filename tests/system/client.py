"""A discord.py client in the test process, logged in at the Discord stub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord

from mjbot.ui.http import use_discord_at
from tests.system.discord_stub import Channel, DiscordStub


@asynccontextmanager
async def logged_in(client: discord.Client, stub: DiscordStub) -> AsyncIterator[Channel]:
    """Log in, yield a channel for the client's messages, and at the end use the former API address again."""
    base = discord.http.Route.BASE
    channel = stub.add_channel(stub.add_guild("Atelier"), "pictures")
    use_discord_at(stub.api_url)
    try:
        await client.login(stub.token)
        yield channel
    finally:
        await client.close()
        use_discord_at(base)
