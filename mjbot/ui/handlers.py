"""What a press of each verb does, and the answer of a window: from an interaction to a use case and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from mjbot.core.custom_id import Aim, CustomId, Verb, aim_of, task_of
from mjbot.core.state import MODAL
from mjbot.core.watch import MessageRef
from mjbot.ports import Words
from mjbot.service import PermitService, PressService, RegionService, StatusService, WindowService
from mjbot.ui.forms import words_of
from mjbot.ui.menus import choice_of
from mjbot.ui.place import place_of
from mjbot.ui.replies import InteractionReply, guarded


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, as the bot carries them."""

    status: StatusService
    presses: PressService
    windows: WindowService
    regions: RegionService
    permits: PermitService


Handler = Callable[[Services, discord.Interaction[Any], CustomId], Awaitable[None]]


async def pressed(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    """Do what a button of ours says, or what was written into a window of ours."""
    if interaction.message is None:  # every button and window of ours stands on a message
        await old_button(interaction, str(custom_id))
        return
    await _HANDLERS[custom_id.verb](services, interaction, custom_id)


async def old_button(interaction: discord.Interaction[Any], custom_id: str) -> None:
    """Answer a button of another version politely."""
    task = task_of(custom_id)
    reply = InteractionReply(interaction)
    await guarded(reply, reply.tell("say.old_button" if task else "say.old_button.bare", id=task))


def _ref(interaction: discord.Interaction[Any]) -> MessageRef:
    assert interaction.message is not None
    return MessageRef(interaction.message.channel.id, interaction.message.id)


async def _press(
    services: Services,
    interaction: discord.Interaction[Any],
    custom_id: CustomId,
    words: Words | None = None,
) -> None:
    reply = InteractionReply(interaction)
    place, on, aim = place_of(interaction), _ref(interaction), aim_of(custom_id.arg)
    await guarded(reply, services.presses.press(place, on, custom_id.task_id, aim, reply, words))


async def _pick(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    await _press(services, interaction, choice_of(interaction, custom_id))


async def _area(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = _private(interaction)
    place, on, aim = place_of(interaction), _ref(interaction), aim_of(custom_id.arg)
    await guarded(reply, services.regions.choose(place, on, custom_id.task_id, aim, reply))


def _private(interaction: discord.Interaction[Any]) -> InteractionReply:
    """An answer for one person: on the message that was pressed, if that was for one person already."""
    message = interaction.message
    return InteractionReply(interaction, private=True, update=bool(message and message.flags.ephemeral))


async def _write(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = InteractionReply(interaction)
    place, on, aim = place_of(interaction), _ref(interaction), _waiting(custom_id)
    await guarded(reply, services.windows.write(place, on, custom_id.task_id, aim, reply))


def _waiting(custom_id: CustomId) -> Aim:
    """What the words of a task that waits are aimed at; its oldest buttons do not say."""
    return aim_of(custom_id.arg or MODAL)


async def _leave(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = InteractionReply(interaction, update=True)
    await guarded(
        reply, services.windows.leave(place_of(interaction), _ref(interaction), custom_id.task_id, reply)
    )


async def _stop(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = InteractionReply(interaction, update=True)
    place, on = place_of(interaction), _ref(interaction)
    stopping = services.presses.stop_trying(place, on, custom_id.task_id, custom_id.arg, reply)
    await guarded(reply, stopping)


async def _form(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    words, aim = words_of(interaction), aim_of(custom_id.arg)
    if aim.action != MODAL:
        await _press(services, interaction, custom_id, words)
        return
    reply = InteractionReply(interaction, update=True)
    place, on = place_of(interaction), _ref(interaction)
    await guarded(reply, services.windows.answer(place, on, custom_id.task_id, aim, words, reply))


async def _look(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = InteractionReply(interaction, update=True)

    async def look() -> None:
        await reply.think()
        await services.status.look_again(place_of(interaction), _ref(interaction), custom_id.task_id, reply)

    await guarded(reply, look())


async def _more(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = _private(interaction)
    page = int(custom_id.arg) if custom_id.arg.isdecimal() else 1
    await guarded(reply, services.status.more(place_of(interaction), custom_id.task_id, page, reply))


_HANDLERS: dict[Verb, Handler] = {
    Verb.PRESS: _press,
    Verb.AGAIN: _press,
    Verb.LOOK: _look,
    Verb.MORE: _more,
    Verb.WRITE: _write,
    Verb.LEAVE: _leave,
    Verb.STOP: _stop,
    Verb.FORM: _form,
    Verb.AREA: _area,
    Verb.PICK: _pick,
}
