"""Functions that send a message, and send it again without the parts that Discord rejects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from mjbot.core.card.card import Card
from mjbot.core.card.content import Part, content_of
from mjbot.core.editing.ladder import next_omission
from mjbot.ui.embeds import build_embed, build_view, image_state
from mjbot.ui.refusals import problem_of

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
