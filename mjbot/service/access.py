"""Access checks: may this user do this here and now? Every command and every press starts with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from mjbot.clock import Clock
from mjbot.core.access.press_policy import PressPolicy, may_press, mention_allowed
from mjbot.core.access.rate_limits import RateLimit, RateLimits
from mjbot.core.card.description import timestamp
from mjbot.core.i18n.texts import Text
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, watch_for
from mjbot.errors import (
    BotMissingPermission,
    GuildNotAllowed,
    PressNotAllowed,
    RateLimited,
    ShuttingDown,
    TooManyCards,
)
from mjbot.ports import GuildStore, InteractionContext, PressRequest, UsageStore, WatchStore


class Counts(Enum):
    """The rate limit that an interaction counts towards."""

    NONE = auto()
    COMMAND = auto()
    PRESS = auto()


class Shows(Enum):
    """The kind of message that the bot must be able to show in the channel."""

    NOTHING = auto()
    CARD = auto()
    """A card, even one that cannot be kept up to date."""
    RESULT = auto()
    """A card that is kept up to date: the submit that follows costs money."""


@dataclass(frozen=True, slots=True)
class Need:
    """The requirements of one kind of interaction."""

    counts: Counts = Counts.NONE
    shows: Shows = Shows.NOTHING
    new_card: bool = False
    """It adds a live card; their number is limited per guild."""


VIEW = Need()
STATUS = Need(Counts.COMMAND, Shows.CARD, new_card=True)
REFRESH = Need(Counts.COMMAND, new_card=True)
CHOOSE = Need()
"""A press that sends nothing: open a modal, choose a region, stop, dismiss."""
PREPARE = Need(shows=Shows.RESULT)
"""A press that will be submitted, before it is known whether it first asks for a region or a prompt."""
SUBMIT = Need(Counts.PRESS, Shows.RESULT)
"""A submit. It is checked once nothing more has to be asked, so that opening a modal is not counted."""


class Access:
    """Checks in one fixed order: allowed guild, permission, rate limit, the bot's own permissions."""

    def __init__(
        self,
        guilds: GuildStore,
        watches: WatchStore,
        usage: UsageStore,
        *,
        allowed_guilds: frozenset[int],
        limits: RateLimits,
        live_cards: Callable[[int], int],
        clock: Clock,
    ) -> None:
        self._guilds = guilds
        self._watches = watches
        self._usage = usage
        self._allowed_guilds = allowed_guilds
        self._limits = limits
        self._live_cards = live_cards
        self._clock = clock
        self._closed = False

    def close(self) -> None:
        """Refuse everything from now on: the process is about to stop."""
        self._closed = True

    async def require(self, context: InteractionContext, need: Need) -> None:
        """Check a command, or a press that every member may make. Raises `MJBotError`."""
        self._require_guild(context)
        await self._require_rate(context, need)
        _require_bot_permissions(context, need.shows)

    async def require_press(self, request: PressRequest, need: Need) -> None:
        """Check a press that the guild's press policy governs. Raises `MJBotError`."""
        self._require_guild(request.context)
        await self._require_press_policy(request.context, request.message, request.task_id)
        await self._require_rate(request.context, need)
        _require_bot_permissions(request.context, need.shows)

    async def set_policy(self, context: InteractionContext, policy: PressPolicy) -> None:
        """Store the guild's press policy."""
        self._require_guild(context)
        assert context.guild_id is not None, "the command is guild only"
        await self._guilds.set_policy(context.guild_id, policy)

    def _require_guild(self, context: InteractionContext) -> None:
        if self._closed:
            raise ShuttingDown
        if self._allowed_guilds and context.guild_id not in self._allowed_guilds:
            raise GuildNotAllowed

    async def _require_press_policy(
        self, context: InteractionContext, message: MessageRef, task_id: TaskId
    ) -> None:
        if context.guild_id is None:
            return
        policy = await self._guilds.policy(context.guild_id)
        if may_press(policy, context.actor, None):
            return  # the requester makes no difference
        watch = watch_for((each for each, _ in await self._watches.watches_of([task_id])), message)
        requester = watch.requester_id if watch else None
        if not may_press(policy, context.actor, requester):
            raise PressNotAllowed(mention_allowed(policy, requester))

    async def _require_rate(self, context: InteractionContext, need: Need) -> None:
        if need.new_card and context.guild_id is not None:
            live = self._live_cards(context.guild_id)
            if live >= self._limits.cards:
                raise TooManyCards(n=live)
        limits: Sequence[RateLimit] = ()
        if need.counts is Counts.COMMAND:
            limits = self._limits.commands
        elif need.counts is Counts.PRESS:
            limits = self._limits.presses
        if limits:
            await self._take(context, limits)

    async def _take(self, context: InteractionContext, limits: Sequence[RateLimit]) -> None:
        subjects = {"user": f"user:{context.user_id}"}
        if context.guild_id is not None:
            subjects["guild"] = f"guild:{context.guild_id}"
        uses = [(subjects[limit.bucket], limit) for limit in limits if limit.bucket in subjects]
        free_at = await self._usage.take(uses, self._clock.now())
        if free_at is not None:
            raise RateLimited(t=timestamp(free_at + 1))


def _require_bot_permissions(context: InteractionContext, shows: Shows) -> None:
    if shows is Shows.RESULT and not context.can_follow:
        raise BotMissingPermission(Text.REPLY_MISSING_VIEW_CHANNEL)
    if shows is not Shows.NOTHING and context.can_follow and not context.can_embed:
        raise BotMissingPermission(Text.REPLY_MISSING_EMBED_LINKS)
