"""Whether somebody may press here, by what their guild has chosen."""

from __future__ import annotations

from mjbot.core.policy import Policy, may_press, named
from mjbot.core.task import TaskId
from mjbot.core.watch import MessageRef
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
        requester = await self._requester(place, on, task_id)
        if not may_press(policy, place.person, requester):
            raise NotYours(named(policy, requester))

    async def choose(self, place: Place, policy: Policy) -> None:
        """Keep the guild's choice."""
        assert place.guild_id is not None, "the command is for servers only"
        await self._guilds.set_policy(place.guild_id, policy)

    async def _requester(self, place: Place, on: MessageRef, task_id: TaskId) -> int | None:
        """Who asked for this card; a private message stands for the newest card of the channel."""
        known = [watch for watch, _ in await self._store.watches_of([task_id])]
        here = [each for each in known if each.ref.channel_id == place.channel_id]
        exact = [each for each in here if each.ref == on]
        found = exact or sorted(here, key=lambda each: each.created_at)
        return found[-1].requester_id if found else None
