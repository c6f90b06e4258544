"""The interaction router, which dispatches our buttons, select menus and modals to the services.

discord.py's command tree handles slash commands and autocomplete.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from mjbot.core.card.components import (
    CustomId,
    PressTarget,
    Verb,
    guess_task_id,
    is_foreign,
    parse,
    parse_target,
)
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import MAKE_ACTION, MODAL_ACTION
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.ports import PressRequest, Reply
from mjbot.service import (
    ImagineService,
    MenuService,
    ModalService,
    PressService,
    RegionService,
    SeriesService,
    StatusService,
    TaskControls,
)
from mjbot.ui.context import context_from
from mjbot.ui.error_boundary import ErrorBoundary
from mjbot.ui.modals import modal_input_from
from mjbot.ui.replies import Replies

Handler = Callable[[PressRequest], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route:
    """The handler for the components and modals whose custom_id has one verb.

    With ``update``, the response edits the pressed message. With ``private``, the response is ephemeral, and
    edits the pressed message if that is also ephemeral.
    """

    handler: Handler
    update: bool = False
    private: bool = False


class InteractionRouter:
    """Dispatches component and modal interactions. `dispatch` is the bot's `on_interaction` listener."""

    def __init__(
        self,
        *,
        status: StatusService,
        presses: PressService,
        modals: ModalService,
        submit_modal: Handler,
        submit_action: Handler,
        regions: RegionService,
        menus: MenuService,
        controls: TaskControls,
        imagine: ImagineService,
        series: SeriesService,
        replies: Replies,
        boundary: ErrorBoundary,
    ) -> None:
        self._menus = menus
        self._replies = replies
        self._boundary = boundary
        self._routes: Mapping[Verb, Route] = {
            Verb.PRESS: Route(presses.press),
            Verb.AGAIN: Route(presses.press),
            Verb.EDIT: Route(imagine.edit),
            Verb.SEND_ANYWAY: Route(imagine.send_anyway),
            Verb.START_SERIES: Route(imagine.start_series),
            Verb.STOP_SERIES: Route(series.stop, update=True),
            Verb.SELECT: Route(presses.press),
            Verb.REFRESH: Route(status.refresh, update=True),
            Verb.MORE: Route(self._show_menu, private=True),
            Verb.OPEN_MODAL: Route(modals.open),
            Verb.DISMISS: Route(modals.dismiss, update=True),
            Verb.STOP: Route(presses.stop_retrying, update=True),
            Verb.STOP_UPDATING: Route(controls.stop_updating, update=True),
            Verb.CANCEL: Route(controls.cancel, update=True),
            Verb.SEED: Route(controls.show_seed),
            Verb.REGION: Route(regions.choose, private=True),
        }
        self._submit_modal = Route(submit_modal, update=True)
        self._submit_action = Route(submit_action)
        self._submit_make = Route(imagine.submit_modal)
        self._repeat_make = Route(imagine.repeat, update=True)

    async def dispatch(self, interaction: discord.Interaction[Any]) -> None:
        """Handle an interaction with our components or modals, and ignore all others."""
        if interaction.type not in (
            discord.InteractionType.component,
            discord.InteractionType.modal_submit,
        ):
            return
        raw = str(interaction.data.get("custom_id", "")) if interaction.data else ""
        custom_id = parse(raw)
        if custom_id is None and not is_foreign(raw):
            return
        try:
            if custom_id is None or not (interaction.message or _is_make_modal(custom_id)):
                await self._reply_to_old_button(interaction, raw)
            else:
                await self._handle(interaction, custom_id)
        except Exception as error:
            await self._boundary.handle(interaction, error)

    async def _handle(self, interaction: discord.Interaction[Any], custom_id: CustomId) -> None:
        target, message = _target(interaction, custom_id), interaction.message
        route = self._route(custom_id, target)
        ephemeral = message is not None and message.flags.ephemeral
        update = route.update or (route.private and ephemeral)
        reply = self._replies.to(interaction, update=update, private=route.private)
        await route.handler(_request(interaction, custom_id, target, reply))

    def _route(self, custom_id: CustomId, target: PressTarget) -> Route:
        if _is_make_modal(custom_id):
            return self._submit_make
        if custom_id.verb is Verb.AGAIN and target.action == MAKE_ACTION:
            return self._repeat_make
        if custom_id.verb is Verb.MODAL:
            return self._submit_modal if target.action == MODAL_ACTION else self._submit_action
        return self._routes[custom_id.verb]

    async def _show_menu(self, request: PressRequest) -> None:
        page = request.target.action
        await self._menus.show(request, int(page) if page.isdecimal() else 1)

    async def _reply_to_old_button(self, interaction: discord.Interaction[Any], raw: str) -> None:
        task_id = guess_task_id(raw)
        text = Text.REPLY_OLD_BUTTON if task_id else Text.REPLY_OLD_BUTTON_BARE
        await self._replies.to(interaction).send_private(text, id=task_id)


def _is_make_modal(custom_id: CustomId) -> bool:
    """Return whether this is the /imagine modal. A slash command opens it, so it belongs to no message."""
    return custom_id.verb is Verb.MODAL and custom_id.arg.startswith(MAKE_ACTION)


def _target(interaction: discord.Interaction[Any], custom_id: CustomId) -> PressTarget:
    if custom_id.verb is Verb.SELECT:
        data: Mapping[str, Any] = interaction.data or {}
        return parse_target(str((data.get("values") or [""])[0]))
    if custom_id.verb is Verb.OPEN_MODAL:
        return parse_target(custom_id.arg or MODAL_ACTION)  # the oldest buttons have no argument
    return parse_target(custom_id.arg)


def _request(
    interaction: discord.Interaction[Any],
    custom_id: CustomId,
    target: PressTarget,
    reply: Reply,
) -> PressRequest:
    message = interaction.message
    return PressRequest(
        context_from(interaction),
        # The message has no channel either if discord.py does not know the type of the channel.
        MessageRef(interaction.channel_id or 0, message.id if message else 0),
        custom_id.task_id,
        target,
        reply,
        modal_input_from(interaction) if custom_id.verb is Verb.MODAL else None,
        on_its_card=message is not None and _shows(message, custom_id.task_id),
    )


def _shows(message: discord.Message, task_id: TaskId) -> bool:
    """Return whether a message has a component of a task. The custom_id in an interaction may be forged."""
    parts = [part for row in message.components for part in getattr(row, "children", [row])]
    custom_ids = [parse(str(getattr(part, "custom_id", ""))) for part in parts]
    return any(each is not None and each.task_id == task_id for each in custom_ids)
