"""Access checks for commands and button presses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mjbot.clock import Clock
from mjbot.core.access.needs import SUBMIT, SUBMIT_UPLOADED, By, Counts, Need, Shows
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


class Access:
    """Checks the guild, then whether it may make pictures, the user, rate limits, and bot permissions."""

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

    async def require(self, context: InteractionContext, need: Need, *, times: int = 1) -> None:
        """Check a command, which counts as so many. Raises `MJBotError`; then nothing was counted."""
        self._require_guild(context, need)
        await self._require_rate(context, need, times)
        _require_bot_permissions(context, need.shows)

    async def require_press(self, request: PressRequest, need: Need) -> None:
        """Check whether a press is allowed. `mjbot.core.access.place` has the rules. Raises `MJBotError`."""
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

    async def submits_left(self, context: InteractionContext) -> int:
        """Return how many submits the limits of a user and of the guild still allow. Raises `StoreFailed`."""
        return await self._usage.left(_uses(context, self._limits.presses), self._clock.now())

    def can_make(self, place: Place) -> bool:
        """Return whether pictures can be made in a place, which is a guild or a user's direct messages."""
        return self.why_closed(place.guild_id) is None

    def why_closed(self, guild_id: int | None) -> Text | None:
        """Return why no pictures can be made, or None if they can. ``guild_id`` is None in DMs."""
        return refuse_making(self._spending, guild_id, bot_public=self._bot_public())

    def _require_guild(self, context: InteractionContext, need: Need) -> None:
        if self._closed:
            raise ShuttingDown
        allowed = self._spending.allowed_guilds
        if allowed and context.guild_id not in allowed:
            raise GuildNotAllowed
        if need.makes and (reason := self.why_closed(context.guild_id)) is not None:
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
        """Check the press policy of the guild where the task was first shown.

        A user could otherwise avoid the policy by pressing a button in another guild.
        """
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

    async def _require_rate(self, context: InteractionContext, need: Need, times: int = 1) -> None:
        if need.new_card and context.guild_id is not None:
            live = self._live_cards(context.guild_id)
            if live + times > self._limits.cards:
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
                await self._take(context, self._limits.presses, times)

    def _take_recent(self, context: InteractionContext, limits: Sequence[RateLimit]) -> None:
        now, uses = self._clock.now(), _uses(context, limits)
        free_at = max(self._recent[limit].ready_at(who, now) for who, limit in uses)
        if free_at > now:
            raise RateLimited(t=timestamp(free_at + 1))
        for who, limit in uses:
            self._recent[limit].take(who, now)

    async def _take(self, context: InteractionContext, limits: Sequence[RateLimit], times: int = 1) -> None:
        free_at = await self._usage.take(_uses(context, limits), self._clock.now(), times=times)
        if free_at is not None:
            raise RateLimited(t=timestamp(free_at + 1))


def _require_seen(request: PressRequest, shown: Sequence[Watch]) -> None:
    """Raise if the task was never shown in this guild or DM. Users may guess task IDs or copy them."""
    if not request.on_its_card and all(each.place != request.context.place for each in shown):
        raise TaskNotSeenHere(id=request.task_id)


def _require_requester(context: InteractionContext, watch: Watch | None) -> None:
    """Raise `PressNotAllowed` unless the user requested the card or is a manager of its guild."""
    here = watch is None or watch.place == context.place
    if not may_stop(context.actor, watch.requester_id if watch else None, here=here):
        raise PressNotAllowed(Text.REPLY_NOT_YOURS)


def submit_need(region: str, mask: str) -> Need:
    """Return what a submit must be checked for. ``mask`` is "" if no mask was created.

    An uploaded mask was already counted towards the rate limit. ``region`` alone does not show this, as a
    request may contain a region that the action does not use.
    """
    return SUBMIT_UPLOADED if mask and region == OWN_MASK else SUBMIT


def _uses(context: InteractionContext, limits: Sequence[RateLimit]) -> list[tuple[str, RateLimit]]:
    """Return each rate limit with the user or guild that it applies to. In DMs, there is only the user."""
    subjects = {"user": f"user:{context.user_id}"}
    if context.guild_id is not None:
        subjects["guild"] = f"guild:{context.guild_id}"
    return [(subjects[limit.bucket], limit) for limit in limits if limit.bucket in subjects]


def _require_bot_permissions(context: InteractionContext, shows: Shows) -> None:
    if shows is Shows.RESULT and context.obstacle is not None:
        raise BotMissingPermission(Text.REPLY_CANNOT_FOLLOW, why=obstacle_text(context.obstacle))
    if shows is not Shows.NOTHING and not context.can_embed:
        raise BotMissingPermission(Text.REPLY_MISSING_EMBED_LINKS)
