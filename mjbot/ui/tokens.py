"""Interaction tokens: a second route, for 15 minutes, to the messages that interactions created.

They are kept in memory only. Edits by token do not count towards the bot's 50 requests a second:
https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
Some bot authors report a rate limit that all tokens of a channel share. So after the first refusal or 429, a
message is edited with the bot's token again, and after a shared 429, so are all messages of its channel.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Final

import aiohttp

from mjbot.clock import Clock
from mjbot.core.model.watch import MessageRef

log = logging.getLogger(__name__)

TOKEN_LIFE: Final = 14 * 60.0
"""The seconds for which a token is used: one minute less than 15, as an edit may take a while."""
_CHANNEL_REST = 600.0  # seconds without tokens in a channel after a rate limit that they share
_UNCERTAIN = 1_000  # interactions remembered whose first response met a 5xx


@dataclass(frozen=True, slots=True)
class InteractionToken:
    """A token, its application, and the time until which it is used (unix seconds)."""

    application_id: int
    token: str = field(repr=False)
    until: float


class TokenRefused(Exception):
    """Raised if Discord refused an edit by interaction token. The bot's own token may still work."""


class InteractionTokens:
    """The interaction tokens by which messages can be edited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[MessageRef, InteractionToken] = {}
        self._refs: dict[str, MessageRef] = {}
        self._resting: dict[int, float] = {}
        self._uncertain: dict[str, None] = {}
        self.trace = aiohttp.TraceConfig()
        """The trace of discord.py's client. Raises `TokenRefused` if an edit by token gets a 429 or 5xx."""
        self.trace.on_request_end.append(self._on_response)

    def register(self, ref: MessageRef, application_id: int, token: str, created_at: float) -> None:
        """Register the token of the interaction that created ``ref``, at ``created_at`` (unix seconds)."""
        now = self._clock.now()
        self._drop_expired(now)
        until = min(created_at, now) + TOKEN_LIFE  # the clocks of Discord and this machine may differ
        if until > now and self._resting.get(ref.channel_id, 0.0) <= now:
            self._tokens[ref] = InteractionToken(application_id, token, until)
            self._refs[token] = ref

    def until(self, ref: MessageRef) -> float:
        """Return the time (unix seconds) until which a message can be edited by token, or 0 if it cannot."""
        token = self._tokens.get(ref)
        return token.until if token else 0.0

    def get(self, ref: MessageRef) -> InteractionToken | None:
        """Return the token for a message, or None."""
        token = self._tokens.get(ref)
        return token if token is not None and token.until > self._clock.now() else None

    def revoke(self, ref: MessageRef) -> None:
        """Drop the token of a message after Discord refused it."""
        if token := self._tokens.pop(ref, None):
            self._refs.pop(token.token, None)

    def response_repeated(self, token: str) -> bool:
        """Return whether an interaction's first response got a 5xx, after which discord.py repeats it."""
        return token in self._uncertain

    @property
    def held(self) -> int:
        """The number of tokens kept, including those that expired since the last registration."""
        return len(self._tokens)

    def on_rate_limit(self, token: str, *, shared: bool) -> None:
        """Stop using a token that got a 429, or all tokens of its channel if the rate limit is shared."""
        if (ref := self._refs.get(token)) is None:
            return
        self.revoke(ref)
        if shared:
            log.info("interaction tokens of a channel share a rate limit: not used for ten minutes")
            self._resting[ref.channel_id] = self._clock.now() + _CHANNEL_REST
            for each in [each for each in self._tokens if each.channel_id == ref.channel_id]:
                self.revoke(each)

    def _drop_expired(self, now: float) -> None:
        """Drop expired tokens, which come first because tokens are registered in order."""
        while self._tokens and (first := next(iter(self._tokens.items())))[1].until <= now:
            self.revoke(first[0])
        self._resting = {channel: until for channel, until in self._resting.items() if until > now}

    async def _on_response(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        parts = end.url.parts  # /api/v10/webhooks/<application>/<token>/messages/<message>
        status = end.response.status
        if parts[-1] == "callback" and status >= 500:  # /api/v10/interactions/<interaction>/<token>/callback
            self._uncertain[parts[-2]] = None
            if len(self._uncertain) > _UNCERTAIN:
                del self._uncertain[next(iter(self._uncertain))]
        if (status != 429 and status < 500) or end.method != "PATCH" or "webhooks" not in parts[:-2]:
            return
        if status >= 500 and not parts[-1].isdigit():
            return  # a response to a user ("@original") has no other route; discord.py tries it again
        token = parts[parts.index("webhooks") + 2]
        if status == 429:
            self.on_rate_limit(token, shared=end.response.headers.get("X-RateLimit-Scope") == "shared")
        # discord.py would sleep here and delay the newest card, which can use the channel route at once.
        end.response.close()
        raise TokenRefused
