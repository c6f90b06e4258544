"""Whether somebody may press here, by what their guild has chosen."""

from __future__ import annotations

from mjbot.core.access.press_policy import PressPolicy, may_press, mention_allowed
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, watch_for
from mjbot.errors import PressNotAllowed
from mjbot.ports import GuildStore, InteractionContext, WatchStore


class PermitService:
    """Asks the guild's choice at every press, window and decision."""

    def __init__(self, guilds: GuildStore, store: WatchStore) -> None:
        self._guilds = guilds
        self._store = store

    async def check(self, context: InteractionContext, on: MessageRef, task_id: TaskId) -> None:
        """Raise `PressNotAllowed` when this person may not press here; it names who may."""
        if context.guild_id is None:
            return
        policy = await self._guilds.policy(context.guild_id)
        if may_press(policy, context.person, None):
            return  # whoever asked for the card
        asked = watch_for((each for each, _ in await self._store.watches_of([task_id])), on)
        requester = asked.requester_id if asked else None
        if not may_press(policy, context.person, requester):
            raise PressNotAllowed(mention_allowed(policy, requester))

    async def choose(self, context: InteractionContext, policy: PressPolicy) -> None:
        """Keep the guild's choice."""
        assert context.guild_id is not None, "the command is for servers only"
        await self._guilds.set_policy(context.guild_id, policy)
