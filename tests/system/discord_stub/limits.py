"""Rate limits as Discord applies them: fixed windows, reported in headers, enforced with 429.

https://discord.com/developers/docs/topics/rate-limits. Discord publishes no numbers; the defaults
are those that bot authors observe.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Headers = dict[str, str]
Scope = Literal["user", "global", "shared"]


@dataclass
class Window:
    """A number of calls in a number of seconds, counted from the first of them."""

    limit: int
    seconds: float
    opened: float = -math.inf
    used: int = 0

    def take(self, now: float) -> bool:
        if now - self.opened >= self.seconds:
            self.opened, self.used = now, 0
        self.used += 1
        return self.used <= self.limit

    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    def reset_after(self, now: float) -> float:
        # Rounded up: a client that trusts a value rounded down comes back too early.
        return math.ceil(max(0.0, self.opened + self.seconds - now) * 1000) / 1000


@dataclass(frozen=True)
class Verdict:
    """What one call may do, and the headers that say so; `retry_after` is set when it may not."""

    headers: Headers
    retry_after: float | None = None
    scope: Scope = "user"
    code: int | None = None


@dataclass
class RateLimits:
    """All windows of one bot. `(limit, seconds)` each; a bucket is a group of routes and a major
    parameter: a channel for its messages, a token for an interaction."""

    edits: tuple[int, float] = (5, 5.0)  # sending and editing in one channel, together
    tokens: tuple[int, float] = (5, 2.0)  # one interaction token
    others: tuple[int, float] = (10, 1.0)
    old_edits: tuple[int, float] = (3, 6.0)  # in one channel, of messages older than an hour
    overall: tuple[int, float] = (50, 1.0)
    # Of all interaction tokens of one channel together, as webhooks have one; None: there is none.
    shared_tokens: tuple[int, float] | None = None
    _most: int = 2_000  # windows that are kept before those that are over are dropped
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)

    def take(
        self, group: str, major: str, *, old: bool = False, exempt: bool = False, channel: str = ""
    ) -> Verdict:
        """Count one call. `old`: it edits an old message; `exempt`: outside the global limit.

        `channel`: it edits by an interaction token that belongs to this channel.
        """
        now = time.monotonic()
        overall = self._window("overall", "", self.overall)
        if not exempt and not overall.take(now):
            wait = overall.reset_after(now)
            return Verdict({"X-RateLimit-Global": "true"}, wait, "global", 0)
        size = {"edits": self.edits, "tokens": self.tokens}.get(group.split(":")[0], self.others)
        window = self._window(group, major, size)
        allowed = window.take(now)
        headers = _headers(group, window, now)
        if not allowed:
            return Verdict(headers, window.reset_after(now), "user")
        if channel and self.shared_tokens:
            shared = self._window("shared", channel, self.shared_tokens)
            if not shared.take(now):
                return Verdict(headers, shared.reset_after(now), "shared")
        if old:
            ancient = self._window("old", major, self.old_edits)
            if not ancient.take(now):
                # Invisible until it bites: the headers go on to tell of the ordinary window only.
                return Verdict(headers, ancient.reset_after(now), "user", 30046)
        return Verdict(headers)

    def _window(self, group: str, major: str, size: tuple[int, float]) -> Window:
        found = self._windows.get((group, major))
        if found is None:
            if len(self._windows) >= self._most:
                self._sweep()
            found = self._windows[group, major] = Window(*size)
        return found

    def _sweep(self) -> None:
        now = time.monotonic()
        self._windows = {k: each for k, each in self._windows.items() if now - each.opened < each.seconds}
        self._most = max(2_000, 2 * len(self._windows))


def _headers(group: str, window: Window, now: float) -> Headers:
    wait = window.reset_after(now)
    return {
        "X-RateLimit-Limit": str(window.limit),
        "X-RateLimit-Remaining": str(window.remaining()),
        "X-RateLimit-Reset": f"{time.time() + wait:.3f}",
        "X-RateLimit-Reset-After": f"{wait:.3f}",
        "X-RateLimit-Bucket": _bucket(group),
    }


@lru_cache
def _bucket(group: str) -> str:
    return hashlib.sha256(group.encode()).hexdigest()[:32]
