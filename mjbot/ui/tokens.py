"""Interaction tokens. For 15 minutes, the bot can use them to edit the messages that interactions created.

They are kept in memory only. Edits with them do not count towards the bot's limit of 50 requests a second:
https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
Some bot authors report a rate limit that all tokens of a channel share. So if Discord rejects a token or
replies with 429, the message is edited with the bot token from then on. After a 429 with the scope "shared",
the bot token is used for all messages in the channel.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Final

import aiohttp

from mjbot.clock import Clock
from mjbot.core.model.watch import MessageRef
from mjbot.core.scheduling.bounded_dict import BoundedDict

log = logging.getLogger(__name__)

TOKEN_LIFE: Final = 14 * 60.0
"""The seconds for which a token is used: one minute less than Discord's 15, as an edit takes time."""
_CHANNEL_REST = 600.0  # seconds for which no tokens are used in a channel after a shared rate limit
_UNCERTAIN = 1_000  # the interactions to remember whose initial response got a 5xx


@dataclass(frozen=True, slots=True)
class InteractionToken:
    """A token, the ID of the bot's application, and the time (unix seconds) until which the token is used."""

    application_id: int
    token: str = field(repr=False)
    until: float


class TokenRefused(Exception):
    """Raised if Discord rejected an edit with an interaction token. The bot token may still work."""


class FollowUpUnclear(Exception):
    """Raised if a follow-up got a 5xx. Discord may have created the message all the same."""


class InteractionTokens:
    """The interaction tokens with which messages can be edited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[MessageRef, InteractionToken] = {}
        self._refs: dict[str, MessageRef] = {}
        self._resting: dict[int, float] = {}
        self._uncertain = BoundedDict[str, None](_UNCERTAIN)
        self._without_retry: set[str] = set()
        self.trace = aiohttp.TraceConfig()
        """The trace for discord.py. Raises `TokenRefused` if an edit with a token gets a 429 or 5xx."""
        self.trace.on_request_end.append(self._on_response)

    def register(self, ref: MessageRef, application_id: int, token: str, created_at: float) -> None:
        """Store the token of the interaction that created a message at ``created_at`` (unix seconds)."""
        now = self._clock.now()
        self._drop_expired(now)
        until = min(created_at, now) + TOKEN_LIFE  # the clocks of Discord and this machine may differ
        if until > now and self._resting.get(ref.channel_id, 0.0) <= now:
            self._tokens[ref] = InteractionToken(application_id, token, until)
            self._refs[token] = ref

    def until(self, ref: MessageRef) -> float:
        """Return the time (unix seconds) when a message's token expires, or 0 if there is no token."""
        token = self._tokens.get(ref)
        return token.until if token else 0.0

    def get(self, ref: MessageRef) -> InteractionToken | None:
        """Return the valid token of a message, or None."""
        token = self._tokens.get(ref)
        return token if token is not None and token.until > self._clock.now() else None

    def revoke(self, ref: MessageRef) -> None:
        """Drop the token of a message, for example after Discord rejected it."""
        if token := self._tokens.pop(ref, None):
            self._refs.pop(token.token, None)

    def response_repeated(self, token: str) -> bool:
        """Return whether an initial response got a 5xx. If so, discord.py has retried the response."""
        return token in self._uncertain

    @contextmanager
    def without_retry(self, token: str) -> Iterator[None]:
        """Raise `FollowUpUnclear` if a follow-up gets a 5xx, instead of letting discord.py send it again."""
        self._without_retry.add(token)
        try:
            yield
        finally:
            self._without_retry.discard(token)

    @property
    def held(self) -> int:
        """The number of stored tokens, including any that have expired since the last `register` call."""
        return len(self._tokens)

    def on_rate_limit(self, token: str, *, shared: bool) -> None:
        """Stop using a token after a 429, or all tokens of the channel if the rate limit is ``shared``."""
        if (ref := self._refs.get(token)) is None:
            return
        self.revoke(ref)
        if shared:
            log.info("interaction tokens of a channel share a rate limit: not used for ten minutes")
            self._resting[ref.channel_id] = self._clock.now() + _CHANNEL_REST
            for each in [each for each in self._tokens if each.channel_id == ref.channel_id]:
                self.revoke(each)

    def _drop_expired(self, now: float) -> None:
        """Drop expired tokens. They come first, because tokens are stored in order of time."""
        while self._tokens and (first := next(iter(self._tokens.items())))[1].until <= now:
            self.revoke(first[0])
        self._resting = {channel: until for channel, until in self._resting.items() if until > now}

    async def _on_response(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        if (status := end.response.status) != 429 and status < 500:
            return
        parts = end.url.parts  # /api/v10/webhooks/<application>/<token>/messages/<message>
        if parts[-1] == "callback" and status >= 500:  # /api/v10/interactions/<interaction>/<token>/callback
            self._uncertain[parts[-2]] = None
        if end.method == "POST" and parts[-1] in self._without_retry and status >= 500:
            end.response.close()
            raise FollowUpUnclear
        if end.method != "PATCH" or "webhooks" not in parts[:-2]:
            return
        if status >= 500 and not parts[-1].isdigit():
            return  # a response to a user ("@original") has no other route; discord.py tries it again
        token = parts[parts.index("webhooks") + 2]
        if status == 429:
            self.on_rate_limit(token, shared=end.response.headers.get("X-RateLimit-Scope") == "shared")
        # discord.py would sleep here and delay the newest card, which can use the channel route at once.
        end.response.close()
        raise TokenRefused
