"""The two routes for editing a message, and the rate limits of the channel route.

The channel route uses the bot's token. It has no time limit, but a rate limit for all messages of a channel,
which Discord's headers report, and one for all channels together. The token route uses the token of the
interaction that created the message. It has a rate limit per message, does not count towards that of all
channels, and expires after 15 minutes.

https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from mjbot.core.editing.pending_edit import PendingEdit, Priority
from mjbot.core.model.watch import MessageRef
from mjbot.core.scheduling.rate_limiters import SlidingWindow

_DEFAULT_LIMIT, _DEFAULT_WINDOW = 5, 5.0  # as bot authors report; holds until the first response
_LEFT_BY_PROGRESS = 2  # edits of each window for final cards and presses, which progress must not delay
_LIMITS_KEPT = 30.0  # seconds for which an idle channel's rate limits are kept at least
# Messages over an hour old have a far smaller budget (error 30046), which no header announces.
_OLD, _VERY_OLD = 50 * 60.0, 60 * 60.0
_OLD_SPACING = 30.0
_ACCESS_WAITS = (5.0, 600.0)  # first and longest back-off in seconds
_ACCESS_GIVE_UP = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class ChannelBucket:
    """The rate limit of one channel that Discord's headers report, as of the last response.

    Discord counts in fixed windows. The current one ends at ``resets_at`` (unix seconds).

    https://discord.com/developers/docs/topics/rate-limits#header-format
    """

    limit: int = _DEFAULT_LIMIT
    remaining: int = _DEFAULT_LIMIT
    resets_at: float = -math.inf

    def ready_at(self, now: float, *, progress: bool) -> float:
        """Return the earliest time of the next edit, or ``now``. Progress leaves some edits to others."""
        kept = min(_LEFT_BY_PROGRESS, self.limit - 1) if progress else 0
        return now if self.remaining > kept else max(now, self.resets_at)

    def after_start(self, now: float) -> ChannelBucket:
        """Return the bucket after an edit that starts now, as assumed until its response."""
        bucket = self
        if now >= self.resets_at:
            bucket = ChannelBucket(self.limit, self.limit, now + _DEFAULT_WINDOW)
        return replace(bucket, remaining=bucket.remaining - 1)


@dataclass(slots=True)
class ChannelQueue:
    """The edits of one channel on the channel route: rate limits, and messages with a pending edit."""

    bucket: ChannelBucket = ChannelBucket()
    old_window: SlidingWindow = field(default_factory=lambda: SlidingWindow(1, _OLD_SPACING))
    in_flight: bool = False
    not_before: float = 0.0
    access_wait: float = 0.0
    no_access_since: float | None = None
    entries: dict[MessageRef, PendingEdit] = field(default_factory=dict)
    waiting: dict[MessageRef, PendingEdit] = field(default_factory=dict)

    def next(self, now: float) -> tuple[float, MessageRef, float | None] | None:
        """Return the next edit as (earliest time, message, time to reschedule), or None if there is none.

        At the time to reschedule, an edit with a better rank becomes ready and takes precedence.
        """
        if self.in_flight:
            return None
        moments = [
            (max(now, self._ready_at(ref, entry, now)), entry.rank, ref)
            for ref, entry in self.waiting.items()
            if not _too_old_for(entry, _age(ref, now))
        ]
        if not moments:
            return None
        at, rank, ref = min(moments, key=lambda each: each[:2])
        better = min((moment for moment, other, _ in moments if other < rank and moment > at), default=None)
        return at, ref, better

    def take(self, ref: MessageRef, now: float) -> None:
        """Count an edit that starts now towards the rate limits of the channel."""
        self.in_flight = True
        self.bucket = self.bucket.after_start(now)
        if _age(ref, now) >= _OLD:
            self.old_window.take(now)

    def limits_kept_until(self, now: float) -> float:
        """Return the time until which the rate limits are kept, even if no message of the channel waits."""
        return max(now + _LIMITS_KEPT, self.bucket.resets_at)

    def resume(self, now: float) -> None:
        """End all back-offs of the channel and its messages."""
        self.not_before = min(self.not_before, now)
        for entry in self.entries.values():
            entry.not_before = min(entry.not_before, now)

    def lose_access(self, now: float) -> bool:
        """Back off, because the bot cannot see the channel. Return False after a day without access.

        Until access is restored, only one message is tried at a time.
        """
        if self.no_access_since is None:
            self.no_access_since = now
        shortest, longest = _ACCESS_WAITS
        self.access_wait = min(max(2 * self.access_wait, shortest), longest)
        self.not_before = now + self.access_wait
        return now - self.no_access_since < _ACCESS_GIVE_UP

    def regain_access(self) -> None:
        """End the back-off after an accepted edit, which shows that the bot can see the channel."""
        self.access_wait, self.no_access_since = 0.0, None

    def _ready_at(self, ref: MessageRef, entry: PendingEdit, now: float) -> float:
        progress = entry.priority >= Priority.PROGRESS
        at = max(entry.not_before, self.not_before, self.bucket.ready_at(now, progress=progress))
        if _age(ref, now) >= _OLD:
            at = max(at, self.old_window.ready_at(now))
        return at


def _age(ref: MessageRef, now: float) -> float:
    return now - ref.created_at


def _too_old_for(entry: PendingEdit, age: float) -> bool:
    """Return whether a message is too old for a pending edit that only updates progress."""
    assert entry.pending is not None
    return (
        age >= _VERY_OLD
        and not entry.pending.final
        and entry.priority >= Priority.PROGRESS
        and entry.state is not None
        and entry.pending.state is entry.state
        and entry.pending.digest != entry.delivered.digest
    )
