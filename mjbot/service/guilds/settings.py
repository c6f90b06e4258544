"""Changes of guild settings, which guild managers make with `/settings`."""

from __future__ import annotations

from mjbot.core.access.needs import VIEW
from mjbot.core.access.press_policy import PressPolicy
from mjbot.ports import GuildStore, InteractionContext
from mjbot.service.access import Access


class GuildSettingsService:
    """Changes guild settings. Discord itself checks that the user is a manager of the guild."""

    def __init__(self, guilds: GuildStore, access: Access) -> None:
        self._guilds = guilds
        self._access = access

    async def set_policy(self, context: InteractionContext, policy: PressPolicy) -> None:
        """Store who may press buttons in the guild. Raises `MJBotError`."""
        await self._access.require(context, VIEW)
        assert context.guild_id is not None, "the command is guild only"
        await self._guilds.set_policy(context.guild_id, policy)
