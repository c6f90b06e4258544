"""The two routes for editing a message, and the rate limits of the channel route.

The channel route uses the bot's token. It has no time limit, but allows about five edits in five seconds for
all messages of a channel, and fifty requests a second in all channels together. The token route uses the
token of the interaction that created the message. It has a rate limit per message, does not count towards the
fifty requests, and expires after 15 minutes.

https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mjbot.core.editing.pending_edit import PendingEdit, Priority
from mjbot.core.model.watch import MessageRef
from mjbot.core.scheduling.rate_limiters import SlidingWindow

_EDITS, _SECONDS = 5, 5.0
_PROGRESS = 3  # of the five; the others are reserved, so that final cards and presses need not wait
# Messages over an hour old have a far smaller budget (error 30046), which no header announces.
_OLD, _VERY_OLD = 50 * 60.0, 60 * 60.0
_OLD_SPACING = 30.0
_ACCESS_WAITS = (5.0, 600.0)  # first and longest back-off in seconds
_ACCESS_GIVE_UP = 24 * 3600.0


@dataclass(slots=True)
class ChannelQueue:
    """The edits of one channel on the channel route: rate limits, and messages with a pending edit."""

    window: SlidingWindow = field(default_factory=lambda: SlidingWindow(_EDITS, _SECONDS))
    progress: SlidingWindow = field(default_factory=lambda: SlidingWindow(_PROGRESS, _SECONDS))
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

    def take(self, ref: MessageRef, entry: PendingEdit, now: float) -> None:
        """Count an edit that starts now towards the rate limits of the channel."""
        self.in_flight = True
        self.window.take(now)
        if entry.priority >= Priority.PROGRESS:
            self.progress.take(now)
        if _age(ref, now) >= _OLD:
            self.old_window.take(now)

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
        at = max(entry.not_before, self.not_before, self.window.ready_at(now))
        if entry.priority >= Priority.PROGRESS:
            at = max(at, self.progress.ready_at(now))
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
