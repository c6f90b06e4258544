"""Functions that send a message, and send it again after a lost response or without what Discord rejects."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from mjbot.core.card.card import Card
from mjbot.core.card.content import Part, content_of
from mjbot.core.editing.ladder import next_omission
from mjbot.ui.embeds import build_embed, build_view, image_state
from mjbot.ui.http import LOST, UNREADABLE
from mjbot.ui.refusals import may_not_have_arrived, problem_of, was_accepted_before
from mjbot.ui.tokens import TokenRefused

log = logging.getLogger(__name__)

DELIVERY_ERRORS = (discord.HTTPException, TokenRefused, *LOST)
"""The errors that sending something to Discord may raise."""
_Sent = TypeVar("_Sent")
_PRIVATE_LADDER = (Part.NONE, Part.FILE, Part.FILE | Part.EMOJI, Part.FILE | Part.BUTTONS | Part.EMOJI)


async def send_reduced(
    card: Card,
    image: str | None,
    send: Callable[[discord.Embed, discord.ui.View | None], Awaitable[_Sent]],
    *,
    follows: bool = True,
) -> tuple[_Sent, Part]:
    """Send a card, without any parts that Discord rejects. Returns the result of ``send`` and those parts."""
    omitted = Part.NONE
    while True:
        shown = "" if image is None or Part.PICTURE in omitted else image
        content = content_of(card, image_state(card.picture, shown, follows=follows), omitted)
        try:
            return await send(build_embed(content, shown), build_view(content.rows)), omitted
        except discord.HTTPException as error:
            problem = problem_of(error, has_file=False)
            lower = next_omission(card, omitted, *problem, image=shown) if problem else None
            if lower is None:
                raise
            omitted = lower


async def send_private_reduced(send: Callable[[Part], Awaitable[None]], *, has_file: bool) -> None:
    """Send an ephemeral message, without any parts that Discord rejects. ``send`` takes the parts to omit."""
    *ladder, last = _PRIVATE_LADDER
    for omitted in ladder:
        try:
            return await send(omitted)
        except discord.HTTPException as error:
            if problem_of(error, has_file=has_file) is None:
                raise
    await send(last)


async def send_at_least_once(send: Callable[[], Awaitable[object]]) -> None:
    """Send a request whose response is not needed, and send it again if it may not have been accepted.

    A text may be shown twice, which is better than not at all. Raises one of `DELIVERY_ERRORS`.
    """
    try:
        await _send_readably(send)
        return
    except LOST as error:
        log.info("a response of Discord was lost: %s", type(error).__name__)
    except discord.HTTPException as error:
        if not may_not_have_arrived(error):
            raise
    try:
        await _send_readably(send)
    except discord.InteractionResponded:
        pass  # discord.py noted that the first response was accepted, before it read the answer
    except discord.HTTPException as error:
        if not was_accepted_before(error):
            raise


async def _send_readably(send: Callable[[], Awaitable[object]]) -> None:
    """Send a request. Raises `ConnectionError` if the response cannot be read, whatever its status is."""
    try:
        await send()
    except UNREADABLE as error:
        raise ConnectionError(f"unreadable: {type(error).__name__}") from None
