"""Whether somebody may press here, by what their guild has chosen."""

from __future__ import annotations

from mjbot.core.policy import Policy, may_press, named
from mjbot.core.task import TaskId
from mjbot.core.watch import MessageRef, watch_for
from mjbot.errors import NotYours
from mjbot.ports import GuildStore, Place, WatchStore


class PermitService:
    """Asks the guild's choice at every press, window and decision."""

    def __init__(self, guilds: GuildStore, store: WatchStore) -> None:
        self._guilds = guilds
        self._store = store

    async def check(self, place: Place, on: MessageRef, task_id: TaskId) -> None:
        """Raise `NotYours` when this person may not press here; it names who may."""
        if place.guild_id is None:
            return
        policy = await self._guilds.policy(place.guild_id)
        if may_press(policy, place.person, None):
            return  # whoever asked for the card
        asked = watch_for((each for each, _ in await self._store.watches_of([task_id])), on)
        requester = asked.requester_id if asked else None
        if not may_press(policy, place.person, requester):
            raise NotYours(named(policy, requester))

    async def choose(self, place: Place, policy: Policy) -> None:
        """Keep the guild's choice."""
        assert place.guild_id is not None, "the command is for servers only"
        await self._guilds.set_policy(place.guild_id, policy)
