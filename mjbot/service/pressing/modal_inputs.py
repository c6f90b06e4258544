"""The modals of tasks. What a user typed is kept until it is sent, and offered again after a refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from mjbot.core.card.buttons import CardButton
from mjbot.core.card.components import CustomId, Verb
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import MODAL_ACTION
from mjbot.errors import (
    BotMissingPermission,
    MJBotError,
    PressNotAllowed,
    PressRefused,
    RateLimited,
    TaskNotFound,
    TooManyCards,
    UpstreamError,
)
from mjbot.ports import PressRequest
from mjbot.service.pressing.drafts import Drafts

_FINAL: Final = (
    Text.REPLY_ALREADY_ANSWERED,
    Text.REPLY_IN_FLIGHT,
    Text.REPLY_ALREADY_MADE,
    Text.REPLY_ALREADY_PRESSED,
    Text.REPLY_ALREADY_PRESSED_ELSEWHERE,
    Text.REPLY_ACTION_NOT_OFFERED,
    Text.REPLY_BUTTON_GONE,
    Text.REPLY_PARENT_GONE,
)
"""Refusals after which the same modal would be refused again."""
_TEMPORARY: Final = (BotMissingPermission, PressNotAllowed, RateLimited, TooManyCards, UpstreamError)


class ModalInputs:
    """Submits the modals of tasks: those that an action opens, and those that a task waits for."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    async def submit(self, request: PressRequest, send: Callable[[PressRequest], Awaitable[None]]) -> None:
        """Submit a modal with ``send``, which drops the draft once the input is accepted.

        If the modal can be submitted again after a refusal, tell the user why it was refused, with a button
        that opens it again, filled with what the user typed. Raises `MJBotError` otherwise.
        """
        assert request.modal_input is not None
        if prompt := request.modal_input.prompt:
            self._drafts.keep(request.context.user_id, request.task_id, request.target.action, prompt)
        try:
            await send(request)
        except MJBotError as error:
            if not _can_be_submitted_again(error):
                raise
            rows = ((_button(request),),)
            await request.reply.send_private_menu(error.text, rows, menu=None, file=None, **error.values)


def _can_be_submitted_again(error: MJBotError) -> bool:
    if isinstance(error, PressRefused):
        return error.text not in _FINAL
    return isinstance(error, _TEMPORARY) and not isinstance(error, TaskNotFound)


def _button(request: PressRequest) -> CardButton:
    verb = Verb.OPEN_MODAL if request.target.action == MODAL_ACTION else Verb.AGAIN
    label = translate(Text.BUTTON_WRITE, request.context.private_locale)
    return CardButton(str(CustomId(verb, request.task_id, str(request.target))), label=label, primary=True)
