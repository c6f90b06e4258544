"""The modals of tasks. What a user typed is kept until it is sent, and offered again after a refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from mjbot.core.card.components import CustomId, Verb
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import MODAL_ACTION
from mjbot.errors import MJBotError
from mjbot.ports import PressRequest
from mjbot.service.pressing.actions import button_row
from mjbot.service.pressing.drafts import Drafts

SubmitModal = Callable[[PressRequest], Awaitable[None]]


class ModalResubmission:
    """Submits the modals of tasks: those that an action opens, and those that a task waits for."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    async def submit(self, request: PressRequest, send: SubmitModal) -> None:
        """Submit a modal with ``send``, which drops the draft once the input is accepted.

        If the modal can be submitted again after a refusal, tell the user why it was refused, with a button
        that opens it again, filled with what the user typed. Raises `MJBotError` otherwise.
        """
        assert request.modal_input is not None
        if prompt := request.modal_input.prompt:
            self._drafts.keep(request.context, request.task_id, request.target.action, prompt)
        try:
            await send(request)
        except MJBotError as error:
            if not error.resubmittable:
                raise
            verb = Verb.OPEN_MODAL if request.target.action == MODAL_ACTION else Verb.AGAIN
            modal = CustomId(verb, request.task_id, str(request.target))
            rows = button_row(modal, Text.BUTTON_CONTINUE_EDITING, request.context, primary=True)
            await request.reply.send_private_menu(error.text, rows, menu=None, file=None, **error.values)
