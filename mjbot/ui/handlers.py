"""What a press of each verb does, and the answer of a window: from an interaction to a use case and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, PressTarget, Verb, guess_task_id, parse_target
from mjbot.core.model.press import MODAL_ACTION
from mjbot.core.model.watch import MessageRef
from mjbot.ports import ModalInput
from mjbot.service import ModalService, PermitService, PressService, RegionService, StatusService
from mjbot.ui.context import context_from
from mjbot.ui.menus import choice_of
from mjbot.ui.modals import modal_input_from
from mjbot.ui.replies import InteractionReply, error_boundary


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, as the bot carries them."""

    status: StatusService
    presses: PressService
    windows: ModalService
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
    task = guess_task_id(custom_id)
    reply = InteractionReply(interaction)
    await error_boundary(
        reply, reply.tell(Text.REPLY_OLD_BUTTON if task else Text.REPLY_OLD_BUTTON_BARE, id=task)
    )


def _ref(interaction: discord.Interaction[Any]) -> MessageRef:
    assert interaction.message is not None
    return MessageRef(interaction.message.channel.id, interaction.message.id)


async def _press(
    services: Services,
    interaction: discord.Interaction[Any],
    custom_id: CustomId,
    modal_input: ModalInput | None = None,
) -> None:
    reply = InteractionReply(interaction)
    context, on, target = context_from(interaction), _ref(interaction), parse_target(custom_id.arg)
    await error_boundary(
        reply, services.presses.press(context, on, custom_id.task_id, target, reply, modal_input)
    )


async def _pick(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    await _press(services, interaction, choice_of(interaction, custom_id))


async def _area(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = _private(interaction)
    context, on, target = context_from(interaction), _ref(interaction), parse_target(custom_id.arg)
    await error_boundary(reply, services.regions.choose(context, on, custom_id.task_id, target, reply))


def _private(interaction: discord.Interaction[Any]) -> InteractionReply:
    """An answer for one person: on the message that was pressed, if that was for one person already."""
    message = interaction.message
    return InteractionReply(interaction, private=True, update=bool(message and message.flags.ephemeral))


async def _write(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = InteractionReply(interaction)
    context, on, target = context_from(interaction), _ref(interaction), _waiting(custom_id)
    await error_boundary(reply, services.windows.write(context, on, custom_id.task_id, target, reply))


def _waiting(custom_id: CustomId) -> PressTarget:
    """What the words of a task that waits are aimed at; its oldest buttons do not say."""
    return parse_target(custom_id.arg or MODAL_ACTION)


async def _leave(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = InteractionReply(interaction, update=True)
    await error_boundary(
        reply, services.windows.leave(context_from(interaction), _ref(interaction), custom_id.task_id, reply)
    )


async def _stop(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = InteractionReply(interaction, update=True)
    context, on = context_from(interaction), _ref(interaction)
    stopping = services.presses.stop_trying(context, on, custom_id.task_id, custom_id.arg, reply)
    await error_boundary(reply, stopping)


async def _form(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    modal_input, target = modal_input_from(interaction), parse_target(custom_id.arg)
    if target.action != MODAL_ACTION:
        await _press(services, interaction, custom_id, modal_input)
        return
    reply = InteractionReply(interaction, update=True)
    context, on = context_from(interaction), _ref(interaction)
    await error_boundary(
        reply, services.windows.answer(context, on, custom_id.task_id, target, modal_input, reply)
    )


async def _look(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = InteractionReply(interaction, update=True)

    async def look() -> None:
        await reply.defer()
        await services.status.refresh(context_from(interaction), _ref(interaction), custom_id.task_id, reply)

    await error_boundary(reply, look())


async def _more(services: Services, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
    reply = _private(interaction)
    page = int(custom_id.arg) if custom_id.arg.isdecimal() else 1
    await error_boundary(
        reply, services.status.more(context_from(interaction), custom_id.task_id, page, reply)
    )


_HANDLERS: dict[Verb, Handler] = {
    Verb.PRESS: _press,
    Verb.AGAIN: _press,
    Verb.REFRESH: _look,
    Verb.MORE: _more,
    Verb.OPEN_MODAL: _write,
    Verb.DISMISS: _leave,
    Verb.STOP: _stop,
    Verb.MODAL: _form,
    Verb.REGION: _area,
    Verb.SELECT: _pick,
}
