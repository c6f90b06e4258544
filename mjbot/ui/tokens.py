"""The tokens of interactions: a second, roomier road to the messages that they made, for a while.

They are kept in memory alone. A token lives 15 minutes, and its edits are outside the bot's fifty a second:
https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
Some authors report a limit that all tokens of a channel share, so nothing is assumed: the first refusal or
429 gives a message back to its channel's road, and a shared 429 all messages of its channel.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord

from mjbot.clock import Clock
from mjbot.core.watch import MessageRef

log = logging.getLogger(__name__)

_LIFE = 14 * 60.0  # seconds of the 15 minutes: an edit may be on its way for a while
_CHANNEL_REST = 600.0  # seconds for which no token of a channel is used after a limit that they share
_SHARED = "shared"


@dataclass(frozen=True, slots=True)
class _Lent:
    application_id: int
    token: str
    until: float


class Tokens:
    """Which messages may be edited by the token of their interaction, and by which."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lent: dict[MessageRef, _Lent] = {}
        self._refs: dict[str, MessageRef] = {}
        self._resting: dict[int, float] = {}
        self.trace = aiohttp.TraceConfig()
        """For discord.py's HTTP client, which waits after a 429 and tries again, and never tells of it."""
        self.trace.on_request_end.append(self._look)

    def lend(self, ref: MessageRef, interaction: discord.Interaction[Any]) -> None:
        """This message was made by an interaction of this process."""
        now = self._clock.now()
        self._forget_dead(now)
        until = interaction.created_at.timestamp() + _LIFE
        if until > now and self._resting.get(ref.channel_id, 0.0) <= now:
            self._lent[ref] = _Lent(interaction.application_id, interaction.token, until)
            self._refs[interaction.token] = ref

    def until(self, ref: MessageRef) -> float:
        """Until when a message may be edited by token (unix seconds); 0 when it may not."""
        lent = self._lent.get(ref)
        return lent.until if lent else 0.0

    def webhook(self, ref: MessageRef, client: discord.Client) -> discord.Webhook | None:
        """What edits a message by token, or None."""
        lent = self._lent.get(ref)
        if lent is None or lent.until <= self._clock.now():
            return None
        return discord.Webhook.partial(lent.application_id, lent.token, client=client)

    def close(self, ref: MessageRef) -> None:
        """This message's token does not do any more."""
        if lent := self._lent.pop(ref, None):
            self._refs.pop(lent.token, None)

    def _close_channel(self, channel_id: int) -> None:
        log.info(
            "Discord limits the tokens of a channel together; its messages are edited by channel for a while"
        )
        self._resting[channel_id] = self._clock.now() + _CHANNEL_REST
        for ref in [each for each in self._lent if each.channel_id == channel_id]:
            self.close(ref)

    def _forget_dead(self, now: float) -> None:
        """The oldest were lent first, so the dead ones stand in front."""
        while self._lent and (first := next(iter(self._lent.items())))[1].until <= now:
            self.close(first[0])
        self._resting = {channel: until for channel, until in self._resting.items() if until > now}

    async def _look(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        if end.response.status != 429 or "webhooks" not in end.url.parts:
            return
        if (ref := next((self._refs[part] for part in end.url.parts if part in self._refs), None)) is None:
            return
        self.close(ref)
        if end.response.headers.get("X-RateLimit-Scope") == _SHARED:
            self._close_channel(ref.channel_id)
