"""A circuit breaker, which pauses edits after a global rate limit and near Discord's invalid request limit.

It pauses the edits of one guild long before it pauses all edits, so that no guild uses up the shared limit.

Discord bans an IP address that gets 10,000 responses with status 401, 403 or 429 within ten minutes:
https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp

from mjbot.clock import Clock
from mjbot.core.scheduling.bounded_dict import BoundedDict
from mjbot.core.scheduling.rate_limiters import SlidingWindow, SlidingWindows, parse_retry_after

log = logging.getLogger(__name__)

_MOST, _SECONDS = 1_000, 600.0  # a tenth of the limit: other programs may share the address
_MOST_OF_GUILD = 100
_REMEMBERED = 1_000  # guilds whose pause is kept after it has ended
# If this many guilds get web pages instead of JSON at once, Discord blocks our address, not their content.
_BLOCKED_GUILDS = 3
_CHANNEL = re.compile(r"/channels/(\d+)(?:/|$)")
_BY_TOKEN = re.compile(r"/(?:interactions|webhooks)/\d+/([^/]+)(?:/|$)")
_INTERACTIONS = 2_000  # known at once; those of the last minutes
_INVALID = (401, 403, 429)
# After a global rate limit, discord.py first retries the requests that it had started.
_CATCHING_UP = 1.0
_RESTS = (30.0, 600.0)  # seconds; doubled from the first to the second
_PAUSE, _LONGEST = 1.0, 60.0  # without a Retry-After, and even if it is longer

GuildOf = Callable[[int], int | None]


@dataclass(slots=True)
class _Rest:
    """A pause after a response that is not JSON. The pause doubles until a request succeeds."""

    seconds: float = 0.0
    until: float = 0.0

    def begin(self, now: float) -> None:
        if now < self.until:
            return  # one of several that were in flight together
        shortest, longest = _RESTS
        self.seconds = min(max(2 * self.seconds, shortest), longest)
        self.until = now + self.seconds


class InvalidRequestBreaker:
    """Counts the invalid requests of the whole process, and computes how long edits must pause.

    A channel whose guild is unknown is counted as if it were a guild.
    """

    def __init__(self, clock: Clock, most: int = _MOST, most_of_guild: int = _MOST_OF_GUILD) -> None:
        self._clock = clock
        self._guild_of: GuildOf = lambda _: None
        self._channels = BoundedDict[str, int](_INTERACTIONS)
        """The channel of each interaction, by its token."""
        self._invalid = SlidingWindow(most, _SECONDS)
        self._invalid_of: SlidingWindows[int] = SlidingWindows(most_of_guild, _SECONDS)
        self._open = False
        self._paused_until = 0.0
        self._rest = _Rest()
        self._rest_of: dict[int, _Rest] = {}
        self.trace = aiohttp.TraceConfig()
        """The trace configuration for discord.py's HTTP client."""
        self.trace.on_request_end.append(self._count)

    def attribute(self, guild_of: GuildOf) -> None:
        """Set the function that returns the guild ID for a channel ID."""
        self._guild_of = guild_of

    def register_interaction(self, token: str, channel_id: int) -> None:
        """Record the channel of an interaction, because the URL of a response contains only the token."""
        self._channels[token] = channel_id

    @property
    def interactions(self) -> int:
        """The number of interactions whose channel is known."""
        return len(self._channels)

    def wait_seconds(self, channel_id: int | None = None) -> float:
        """Return the seconds until edits are allowed, in one channel or in general. 0 or less means now."""
        now = self._clock.now()
        # discord.py asks every guild for the channel, so its guild is looked up only if some guild may pause.
        if channel_id is None or (not self._rest_of and self._invalid.is_empty(now)):
            return self._wait_of_all(now)
        guild = self._guild(channel_id)
        rest = self._rest_of.get(guild)
        resting = rest.until - now if rest else 0.0
        return max(self._wait_of_all(now), self._invalid_of.ready_at(guild, now) - now, resting)

    def _wait_of_all(self, now: float) -> float:
        seconds = self._invalid.ready_at(now) - now
        if (seconds > 0) != self._open:
            self._open = not self._open
            log.warning("edits %s", "paused: too many invalid requests" if self._open else "resumed")
        return max(seconds, self._paused_until - now, self._rest.until - now)

    def _guild(self, channel_id: int) -> int:
        return self._guild_of(channel_id) or channel_id

    def _payer(self, path: str) -> int | None:
        """Return the guild that a request is counted for, or None if the path does not identify a guild."""
        if channel := _CHANNEL.search(path):
            return self._guild(int(channel[1]))
        token = _BY_TOKEN.search(path)
        channel_id = self._channels.get(token[1]) if token else None
        return None if channel_id is None else self._guild(channel_id)

    async def _count(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        if end.response.status < 300 and not self._rest_of:
            self._rest.seconds = 0.0
            return  # most responses: nothing to count, and no guild whose pause ends
        now, headers = self._clock.now(), end.response.headers
        scope = headers.get("X-RateLimit-Scope")
        if end.response.status == 429 and scope == "global":
            asked = parse_retry_after(headers.get("Retry-After"))
            seconds = _PAUSE if asked is None else min(asked, _LONGEST)
            self._paused_until = now + seconds + _CATCHING_UP
        guild = self._payer(end.url.path)
        self._rest_if_blocked(end.response, guild, now)
        # A shared rate limit does not count as an invalid request.
        if end.response.status in _INVALID and scope != "shared":
            self._invalid.take(now)
            if guild is not None and scope != "global":  # a global limit is used up by all
                self._take_of(guild, now)

    def _take_of(self, guild: int, now: float) -> None:
        closed = self._invalid_of.ready_at(guild, now) <= now
        self._invalid_of.take(guild, now)
        if closed and self._invalid_of.ready_at(guild, now) > now:
            log.warning("edits of one guild paused: too many invalid requests (guild %s)", guild)

    def _rest_if_blocked(self, response: aiohttp.ClientResponse, guild: int | None, now: float) -> None:
        """Pause edits after an invalid request whose response is not JSON: our IP address may be banned.

        Such a response comes from Cloudflare, not from the API. Further requests would count towards the
        ban. Cloudflare can also reject the content of one guild, so all edits pause only if several guilds
        get such responses.
        """
        if response.status < 300:
            self._rest.seconds = 0.0
            if guild in self._rest_of:
                self._rest_of[guild].seconds = 0.0
        elif response.status in _INVALID and response.content_type != "application/json":
            rest = self._rest if guild is None else self._rest_of.setdefault(guild, _Rest())
            rest.begin(now)
            log.warning("edits paused for %.0f s: status %s without JSON", rest.seconds, response.status)
            resting = [each for each in self._rest_of.values() if each.until > now]
            if guild is not None and len(resting) >= _BLOCKED_GUILDS:
                self._rest.begin(now)
            if len(self._rest_of) > _REMEMBERED:
                self._rest_of = {key: each for key, each in self._rest_of.items() if each.until > now}
