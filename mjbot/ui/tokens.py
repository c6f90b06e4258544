"""The tokens of interactions: a second, roomier route to the messages that they made, for a while.

They are kept in memory alone. A token lives 15 minutes, and its edits are outside the bot's fifty a second:
https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
Some authors report a limit that all tokens of a channel share, so nothing is assumed: the first refusal or
429 gives a message back to its channel's route, and a shared 429 all messages of its channel.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from types import SimpleNamespace

import aiohttp

from mjbot.clock import Clock
from mjbot.core.model.watch import MessageRef

log = logging.getLogger(__name__)

_LIFE = 14 * 60.0  # seconds of the 15 minutes: an edit may be on its way for a while
_CHANNEL_REST = 600.0  # seconds for which no token of a channel is used after a limit that they share


@dataclass(frozen=True, slots=True)
class InteractionToken:
    """A token, whose it is, and until when it is used (unix seconds)."""

    application_id: int
    token: str = field(repr=False)
    until: float


class TokenRefused(Exception):
    """The token of an interaction does not take this edit; the bot's own token may."""


class InteractionTokens:
    """Which messages may be edited by the token of their interaction, and by which."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lent: dict[MessageRef, InteractionToken] = {}
        self._refs: dict[str, MessageRef] = {}
        self._resting: dict[int, float] = {}
        self.trace = aiohttp.TraceConfig()
        """For discord.py's HTTP client, whose edits by token end with `TokenRefused` at a 429 or 5xx."""
        self.trace.on_request_end.append(self._look)

    def lend(self, ref: MessageRef, application_id: int, token: str, created_at: float) -> None:
        """This message was made by an interaction of this process, which began then (unix seconds)."""
        now = self._clock.now()
        self._forget_dead(now)
        until = min(created_at, now) + _LIFE  # whatever the clocks say
        if until > now and self._resting.get(ref.channel_id, 0.0) <= now:
            self._lent[ref] = InteractionToken(application_id, token, until)
            self._refs[token] = ref

    def until(self, ref: MessageRef) -> float:
        """Until when a message may be edited by token (unix seconds); 0 when it may not."""
        lent = self._lent.get(ref)
        return lent.until if lent else 0.0

    def of(self, ref: MessageRef) -> InteractionToken | None:
        """The token for a message, or None."""
        lent = self._lent.get(ref)
        return lent if lent is not None and lent.until > self._clock.now() else None

    def close(self, ref: MessageRef) -> None:
        """This message's token does not do any more."""
        if lent := self._lent.pop(ref, None):
            self._refs.pop(lent.token, None)

    @property
    def held(self) -> int:
        """How many tokens are kept, those included that died since the last one came."""
        return len(self._lent)

    def on_rate_limit(self, token: str, *, shared: bool) -> None:
        """Discord limits this token, or with it all tokens of its channel."""
        if (ref := self._refs.get(token)) is None:
            return
        self.close(ref)
        if shared:
            log.info("Discord limits the tokens of a channel together; they rest for ten minutes")
            self._resting[ref.channel_id] = self._clock.now() + _CHANNEL_REST
            for each in [each for each in self._lent if each.channel_id == ref.channel_id]:
                self.close(each)

    def _forget_dead(self, now: float) -> None:
        """The oldest were lent first, so the dead ones stand in front."""
        while self._lent and (first := next(iter(self._lent.items())))[1].until <= now:
            self.close(first[0])
        self._resting = {channel: until for channel, until in self._resting.items() if until > now}

    async def _look(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        parts = end.url.parts  # /api/v10/webhooks/<application>/<token>/messages/<message>
        status = end.response.status
        if (status != 429 and status < 500) or end.method != "PATCH" or "webhooks" not in parts[:-2]:
            return
        if status >= 500 and not parts[-1].isdigit():
            return  # an answer to a person ("@original") has no other route, and is worth another try
        token = parts[parts.index("webhooks") + 2]
        if status == 429:
            self.on_rate_limit(token, shared=end.response.headers.get("X-RateLimit-Scope") == "shared")
        # discord.py would sleep here, and with it the newest card, which may go by its channel at once.
        end.response.close()
        raise TokenRefused
