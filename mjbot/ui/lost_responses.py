"""Find out whether Discord created a message when the HTTP response was lost.

The HTTP response contains the ID of the message that was created. If it is lost or cannot be read, the
message may exist, but the bot could not keep it up to date. Discord can also create the message and still
answer with a 5xx. If it was an initial interaction response, discord.py retries, and Discord rejects the
retry with error 40060. Without a 5xx, 40060 means that another process has responded. The retry of a
follow-up would create a second message, so it is looked up first.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import discord

from mjbot.clock import Clock, Wakeup
from mjbot.ui.refusals import ACKNOWLEDGED, NO_ACCESS, is_refusal

log = logging.getLogger(__name__)

_LOOKED_THROUGH = 1_000  # messages, of which a request returns 100
_EARLIER = 60.0  # seconds; the clocks of Discord and this machine may differ
_PAUSES = (0.0, 1.0, 4.0, 15.0)  # seconds before each lookup


async def respond(
    interaction: discord.Interaction[Any],
    send: Callable[[], Awaitable[discord.InteractionCallbackResponse[Any] | None]],
    clock: Clock,
    *,
    repeated: Callable[[], bool],
    message_id: int | None = None,
) -> int:
    """Send an initial response and return the message ID, which is looked up if the HTTP response was lost.

    If Discord did not accept the response, it is sent once more. ``repeated`` returns whether discord.py has
    retried it after a 5xx. ``message_id`` is the message ID, if known. Raises any error of ``send``.
    """
    for last in (False, True):
        try:
            sent = await send()
            return message_id or _message_id(sent)
        except discord.HTTPException as error:
            # After a 5xx or a lost HTTP response, the first try may have been accepted.
            accepted_before = error.code == ACKNOWLEDGED and (last or repeated())
            if is_refusal(error) and not accepted_before:
                raise
            log.info("the answer to a first response was lost: status %s", error.status)
            if (found := await _find(interaction, clock)) is None:
                raise
            return found
        except Exception as error:
            log.info("the answer to a first response was lost: %s", type(error).__name__)
            if (found := await _find(interaction, clock)) is not None:
                return found
            if last:
                raise
    raise AssertionError("the last try returns or raises")


async def find_card(
    client: discord.Client, channel: discord.PartialMessageable, footer: str, since: float
) -> int | None:
    """Return the ID of the bot's message for a task, if one was posted after ``since`` (unix seconds).

    ``footer`` is that of the task's card. It ends with the task ID, which is cut if it is long.
    The HTTP response to the first try may have been lost, or the process may have ended before it stored the
    ID. A nonce does not help: Discord checks it only for a few minutes, and follow-ups have none.

    Returns None if the bot may not look. Raises any other error of the lookup, since the message may exist.
    """
    task_id, after = _last_word(footer), datetime.fromtimestamp(since - _EARLIER, UTC)
    try:
        # From the newest: the card may have been posted long after the first try.
        async for message in channel.history(limit=_LOOKED_THROUGH, after=after, oldest_first=False):
            shown = (message.embeds[0].footer.text if message.embeds else None) or ""
            if message.author == client.user and _last_word(shown) == task_id:
                return message.id
    except discord.Forbidden as error:
        if error.code not in NO_ACCESS:
            raise
    return None


def _last_word(text: str) -> str:
    return text.rpartition(" ")[2]


def _message_id(response: discord.InteractionCallbackResponse[Any] | None) -> int:
    if response is None or response.message_id is None:
        raise ValueError("the answer names no message")
    return response.message_id


async def _find(interaction: discord.Interaction[Any], clock: Clock) -> int | None:
    """Return the message ID of the initial response, or None if it does not exist or cannot be looked up."""
    for pause in _PAUSES:
        await Wakeup(clock, "until a lost response is looked up").wait(clock.now() + pause)
        try:
            return (await interaction.original_response()).id
        except discord.NotFound:
            return None
        except Exception as error:
            log.info("a first response cannot be looked up: %s", type(error).__name__)
    return None
