"""Access checks, with which every command and press starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from mjbot.clock import Clock
from mjbot.core.access.place import Place
from mjbot.core.access.press_policy import (
    PressScope,
    may_press,
    may_press_from_elsewhere,
    may_stop,
    mention_allowed,
)
from mjbot.core.access.rate_limits import RateLimit, RateLimits
from mjbot.core.card.description import obstacle_text, timestamp
from mjbot.core.card.region import OWN_MASK
from mjbot.core.i18n.texts import Text
from mjbot.core.making.spending import SpendingPolicy, refuse_making
from mjbot.core.model.watch import Watch, first_guild, first_watch, newest, watch_for
from mjbot.core.scheduling.rate_limiters import SlidingWindows
from mjbot.errors import (
    BotMissingPermission,
    GuildNotAllowed,
    MakingClosed,
    PressNotAllowed,
    RateLimited,
    ShuttingDown,
    TaskNotSeenHere,
    TooManyCards,
)
from mjbot.ports import GuildStore, InteractionContext, PressRequest, UsageStore, WatchStore


class Counts(Enum):
    """Rate limits that an interaction can count towards."""

    NONE = auto()
    SUGGESTION = auto()
    INTERACTION = auto()
    COMMAND = auto()
    """A command, which also counts as an interaction."""
    PRESS = auto()
    """A submit, or work that costs as much. Its interaction has already been counted."""


class Shows(Enum):
    """Kinds of message that the bot must be able to show in the channel."""

    NOTHING = auto()
    CARD = auto()
    """A card, even one that cannot be kept up to date."""
    RESULT = auto()
    """A card that is kept up to date, required before a submit because submits cost money."""


class By(Enum):
    """The people who may do it."""

    EVERYONE = auto()
    """Whatever the press policy."""
    POLICY = auto()
    """Those whom the press policies allow."""
    REQUESTER = auto()
    """Who requested this card, and managers."""
    STARTER = auto()
    """Who requested the first card of the task, and the managers of that guild: the task ends for all."""


@dataclass(frozen=True, slots=True)
class Need:
    """The access requirements of one kind of interaction."""

    counts: Counts = Counts.NONE
    shows: Shows = Shows.NOTHING
    new_card: bool = False
    """Whether the interaction adds a live card, which counts towards the guild's limit."""
    by: By = By.POLICY
    makes: bool = False
    """Whether it makes pictures, which is open only where the operator allows it."""


SUGGEST = Need(Counts.SUGGESTION)
VIEW = Need(Counts.INTERACTION, by=By.EVERYONE)
HELP = Need(Counts.INTERACTION)
SEED = Need(Counts.COMMAND, by=By.EVERYONE)
STOP_UPDATING = Need(Counts.INTERACTION, by=By.REQUESTER)
CANCEL = Need(Counts.COMMAND, by=By.STARTER)
STATUS = Need(Counts.COMMAND, Shows.CARD, new_card=True)
REFRESH = Need(Counts.COMMAND, new_card=True, by=By.EVERYONE)
CHOOSE = Need(Counts.INTERACTION)
"""A press that submits nothing: open a modal, choose a region, stop, dismiss."""
PREPARE = Need(Counts.INTERACTION, Shows.RESULT)
"""A press that leads to a submit, possibly after asking for a region or a prompt."""
SUBMIT = Need(Counts.PRESS, Shows.RESULT)
"""A submit, checked after the user has given all input, so that opening a modal does not count."""
UPLOAD = Need(Counts.PRESS)
"""An uploaded mask, checked before it is decoded."""
SUBMIT_UPLOADED = Need(shows=Shows.RESULT)
"""A submit with a mask, which was already counted as an `UPLOAD` and is not counted again."""


PREPARE_MAKE = Need(Counts.INTERACTION, Shows.RESULT, new_card=True, by=By.EVERYONE, makes=True)
"""A make that may still be refused or asked about, or whose prompt is about to be written."""
MAKE = Need(Counts.PRESS, Shows.RESULT, new_card=True, by=By.EVERYONE, makes=True)
"""A make that is about to be sent. Each picture counts."""
MAKE_AGAIN = Need(Counts.PRESS, Shows.RESULT, makes=True)
"""A repetition of a make on its card, by those who may use the card's buttons."""


class Access:
    """Runs access checks in a fixed order: allowed guild, making, permission, rate limit, bot's permissions."""

    def __init__(
        self,
        guilds: GuildStore,
        watches: WatchStore,
        usage: UsageStore,
        *,
        spending: SpendingPolicy,
        bot_public: Callable[[], bool | None],
        limits: RateLimits,
        live_cards: Callable[[int], int],
        in_guild: Callable[[int], bool],
        clock: Clock,
    ) -> None:
        self._guilds = guilds
        self._watches = watches
        self._usage = usage
        self._spending = spending
        self._bot_public = bot_public
        self._limits = limits
        self._live_cards = live_cards
        self._in_guild = in_guild
        self._clock = clock
        self._closed = False
        # In memory, to save a write per press: these limits span a minute, which a restart may reset.
        self._recent: dict[RateLimit, SlidingWindows[str]] = {
            limit: SlidingWindows(limit.number, limit.seconds)
            for limit in (*limits.interactions, *limits.suggestions)
        }

    def close(self) -> None:
        """Refuse all requests from now on, because the process is about to stop."""
        self._closed = True

    async def require(self, context: InteractionContext, need: Need) -> None:
        """Check a command. Raises `MJBotError`."""
        self._require_guild(context, need)
        await self._require_rate(context, need)
        _require_bot_permissions(context, need.shows)

    async def require_press(self, request: PressRequest, need: Need) -> None:
        """Check a press by the rule of `mjbot.core.access.place`. Raises `MJBotError`."""
        self._require_guild(request.context, need)
        shown = await self._watches.shown(request.task_id)
        _require_seen(request, shown)
        match need.by:
            case By.POLICY:
                await self._require_policy_here(request, shown)
                await self._require_policy_of_first_guild(request.context, shown)
            case By.REQUESTER:
                _require_requester(request.context, watch_for(shown, request.message))
            case By.STARTER:
                _require_requester(request.context, first_watch(shown))
        await self._require_rate(request.context, need)
        _require_bot_permissions(request.context, need.shows)

    def can_make(self, place: Place) -> bool:
        """Return whether pictures can be made in a place."""
        return self._why_closed(place.guild_id) is None

    def _why_closed(self, guild_id: int | None) -> Text | None:
        return refuse_making(self._spending, guild_id, bot_public=self._bot_public())

    def _require_guild(self, context: InteractionContext, need: Need) -> None:
        if self._closed:
            raise ShuttingDown
        allowed = self._spending.allowed_guilds
        if allowed and context.guild_id not in allowed:
            raise GuildNotAllowed
        if need.makes and (reason := self._why_closed(context.guild_id)) is not None:
            raise MakingClosed(reason)

    async def _require_policy_here(self, request: PressRequest, shown: Sequence[Watch]) -> None:
        context = request.context
        if context.guild_id is None:
            return
        policy = await self._guilds.policy(context.guild_id)
        watch = watch_for(shown, request.message)
        requester = watch.requester_id if watch else None
        if not may_press(policy, context.actor, requester):
            who = mention_allowed(policy, requester)
            text = Text.REPLY_PRESS_NOT_ALLOWED if who else Text.REPLY_PRESS_NOT_ALLOWED_MANAGERS
            raise PressNotAllowed(text, who=who)

    async def _require_policy_of_first_guild(
        self, context: InteractionContext, shown: Sequence[Watch]
    ) -> None:
        """Check the policy of the guild that saw the task first, so a press elsewhere cannot avoid it."""
        first = first_guild(shown, self._in_guild)
        if first is None or first == context.guild_id:
            return
        policy = await self._guilds.policy(first)
        there = [each for each in shown if each.guild_id == first]
        if may_press_from_elsewhere(policy, context.user_id, {each.requester_id for each in there}):
            return
        if policy.scope is PressScope.ROLE:
            link = newest(there)[-1].ref.url(first)
            raise PressNotAllowed(Text.REPLY_PRESS_NOT_ALLOWED_ROLE_ELSEWHERE, link=link)
        raise PressNotAllowed(Text.REPLY_PRESS_NOT_ALLOWED_ELSEWHERE)

    async def _require_rate(self, context: InteractionContext, need: Need) -> None:
        if need.new_card and context.guild_id is not None:
            live = self._live_cards(context.guild_id)
            if live >= self._limits.cards:
                raise TooManyCards(n=live)
        match need.counts:
            case Counts.SUGGESTION:
                self._take_recent(context, self._limits.suggestions)
            case Counts.INTERACTION:
                self._take_recent(context, self._limits.interactions)
            case Counts.COMMAND:
                self._take_recent(context, self._limits.interactions)
                await self._take(context, self._limits.commands)
            case Counts.PRESS:
                await self._take(context, self._limits.presses)

    def _take_recent(self, context: InteractionContext, limits: Sequence[RateLimit]) -> None:
        now, uses = self._clock.now(), _uses(context, limits)
        free_at = max(self._recent[limit].ready_at(who, now) for who, limit in uses)
        if free_at > now:
            raise RateLimited(t=timestamp(free_at + 1))
        for who, limit in uses:
            self._recent[limit].take(who, now)

    async def _take(self, context: InteractionContext, limits: Sequence[RateLimit]) -> None:
        free_at = await self._usage.take(_uses(context, limits), self._clock.now())
        if free_at is not None:
            raise RateLimited(t=timestamp(free_at + 1))


def _require_seen(request: PressRequest, shown: Sequence[Watch]) -> None:
    """Raise unless the place has seen the task; the id may be guessed or copied from another place."""
    if not request.on_its_card and all(each.place != request.context.place for each in shown):
        raise TaskNotSeenHere(id=request.task_id)


def _require_requester(context: InteractionContext, watch: Watch | None) -> None:
    """Refuse all but the requester of a watch and those who manage its guild."""
    here = watch is None or watch.place == context.place
    if not may_stop(context.actor, watch.requester_id if watch else None, here=here):
        raise PressNotAllowed(Text.REPLY_NOT_YOURS)


def submit_need(region: str, mask: str) -> Need:
    """Return the requirements of a submit with this ``region`` and ``mask`` ("" if no mask was created).

    Only a created mask was counted. A request may contain a region for an action that uses none.
    """
    return SUBMIT_UPLOADED if mask and region == OWN_MASK else SUBMIT


def _uses(context: InteractionContext, limits: Sequence[RateLimit]) -> list[tuple[str, RateLimit]]:
    """Return each limit with the user or guild that it applies to; in direct messages only the user."""
    subjects = {"user": f"user:{context.user_id}"}
    if context.guild_id is not None:
        subjects["guild"] = f"guild:{context.guild_id}"
    return [(subjects[limit.bucket], limit) for limit in limits if limit.bucket in subjects]


def _require_bot_permissions(context: InteractionContext, shows: Shows) -> None:
    if shows is Shows.RESULT and context.obstacle is not None:
        raise BotMissingPermission(Text.REPLY_CANNOT_FOLLOW, why=obstacle_text(context.obstacle))
    if shows is not Shows.NOTHING and not context.can_embed:
        raise BotMissingPermission(Text.REPLY_MISSING_EMBED_LINKS)
