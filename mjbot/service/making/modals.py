"""The modals of /imagine and /shorten, in which users write or edit a prompt.

The custom_id of a modal contains the ID of the `Make` request or task whose prompt is edited, and the options
for which the modal has no field. So a modal that is open during a restart still works.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import replace
from typing import TypeVar

from mjbot.core.card.buttons import own_button
from mjbot.core.card.components import CustomId, Verb
from mjbot.core.card.modals import MAX_PROMPT, ModalSpec
from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import NO_OPTIONS, SHAPES, DrawingModel, MakeOptions, ReferenceUse
from mjbot.core.model.makes import is_make
from mjbot.core.model.press import MAKE_ACTION
from mjbot.core.model.submits import Command
from mjbot.core.model.task import TaskId
from mjbot.errors import ActionUnavailable, MJBotError
from mjbot.ports import InteractionContext, Make, MakeStore, PressRequest, Reply
from mjbot.service.making.held_uploads import HeldUploads
from mjbot.service.making.orders import Order
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.watching.write_behind import WriteBehind

T = TypeVar("T")

MAX_PICTURES = 3
_MODELS = dict(zip("mn", DrawingModel, strict=True))
_USES = dict(zip("iso", ReferenceUse, strict=True))
_REPEAT = re.compile("[2-9]|1[0-9]|20")
_SHORTEN = "h"  # at the end of the argument of its modal
_WITH_PROMPT = (Command.IMAGINE, Command.SHORTEN)  # the others have no text to edit
_NEW = TaskId("")  # of drafts: what was last written in no particular make


class MakeModals:
    """Opens the modals and reads their input. A text that could not be sent is offered again."""

    def __init__(
        self, makes: MakeStore, snapshots: WriteBehind, uploads: HeldUploads, drafts: Drafts
    ) -> None:
        self._makes = makes
        self._snapshots = snapshots
        self._uploads = uploads
        self._drafts = drafts

    async def write(self, order: Order, make_id: TaskId) -> None:
        """Open the modal for a new `Make` request, pre-filled with the user's last unsent text."""
        self._uploads.keep(order.context, make_id, order.uploads)
        text = self._drafts.get(order.context.user_id, _NEW, MAKE_ACTION) or ""
        await self._open(order.context, order.reply, make_id, text, order.options)

    async def edit(self, request: PressRequest) -> None:
        """Open the modal, filled with the prompt of a card or of an unsent request. Raises `MJBotError`."""
        make = await self.make_of(request)
        if make is not None and make.command is Command.SHORTEN:
            await _open_shorten(request, make.text)
            return
        if make is not None:
            text, options = make.text, make.options
        else:
            snapshot = await self._snapshots.snapshot(request.task_id)
            if snapshot is None or snapshot.task is None:
                raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=request.task_id)
            text, options = snapshot.task.prompt, NO_OPTIONS
        await self._open(request.context, request.reply, request.task_id, text, options)

    async def make_of(self, request: PressRequest) -> Make | None:
        """Return the `Make` request of a pressed card, or None."""
        if is_make(request.task_id):
            return await self._makes.get(request.task_id)
        return await self._makes.of_task(request.task_id, request.context.place)

    def order_of(self, request: PressRequest) -> Order:
        """Return the input of a submitted modal. Without new pictures, the user's earlier ones are used."""
        entered = request.modal_input
        assert entered is not None
        options = replace(_options_of(request.target.action), shape=_shape_of(entered.shape))
        uploads = entered.uploads or self._uploads.get(request.context.user_id, request.task_id)
        command = Command.SHORTEN if request.target.action.endswith(_SHORTEN) else Command.IMAGINE
        return Order(request.context, request.reply, command, entered.prompt, options, uploads)

    def keep(self, order: Order) -> None:
        """Keep the text of a modal in memory until a card or message shows it, in case the database fails."""
        self._drafts.keep(order.context, _NEW, MAKE_ACTION, order.text)

    async def or_offer_edit(self, order: Order, make: Make, prepare: Awaitable[T]) -> T | None:
        """Return the result of ``prepare``, or None if it refused the order and an edit was offered.

        Raises `MJBotError` if an edit would not help.
        """
        try:
            return await prepare
        except MJBotError as error:
            if order.command not in _WITH_PROMPT or not error.resubmittable:
                raise
            await self.offer_edit(order, make, error.text, **error.values)
            return None

    async def offer_edit(self, order: Order, make: Make, text: Text, *verbs: Verb, **values: object) -> None:
        """Tell the user in an ephemeral message why nothing was sent, and offer to edit the prompt."""
        await self._makes.add(make)
        self._uploads.keep(order.context, make.id, order.uploads)
        locale = order.context.private_locale
        row = tuple(own_button(CustomId(verb, make.id), locale) for verb in (*verbs, Verb.EDIT))
        await order.reply.send_private_menu(text, (row,), menu=None, file=None, **values)

    def shown(self, order: Order) -> None:
        """Drop the kept text of an order that a card or message shows, where it can be edited.

        The text of another order is kept.
        """
        if self._drafts.get(order.context.user_id, _NEW, MAKE_ACTION) == order.text:
            self._drafts.drop(order.context.user_id, _NEW, MAKE_ACTION)

    async def _open(
        self, context: InteractionContext, reply: Reply, task_id: TaskId, text: str, options: MakeOptions
    ) -> None:
        target = CustomId(Verb.MODAL, task_id, _argument(options))
        title = translate(Text.MODAL_IMAGINE, context.private_locale)
        kept = len(self._uploads.get(context.user_id, task_id))
        await reply.send_modal(
            ModalSpec(
                target,
                title,
                text[:MAX_PROMPT],
                shape=options.shape,
                pictures=MAX_PICTURES,
                pictures_kept=kept,
            )
        )


async def _open_shorten(request: PressRequest, text: str) -> None:
    target = CustomId(Verb.MODAL, request.task_id, MAKE_ACTION + _SHORTEN)
    title = translate(Text.MODAL_SHORTEN, request.context.private_locale)
    await request.reply.send_modal(ModalSpec(target, title, text[:MAX_PROMPT]))


def _argument(options: MakeOptions) -> str:
    model = next(code for code, model in _MODELS.items() if model is options.model)
    use = next(code for code, use in _USES.items() if use is options.use)
    return f"{MAKE_ACTION}{model}{use}{options.repeat if options.repeat > 1 else ''}"


def _options_of(argument: str) -> MakeOptions:
    """Read the options from a modal's custom_id. Invalid values become the default options."""
    codes = argument.removeprefix(MAKE_ACTION).ljust(2)
    model = _MODELS.get(codes[0], DrawingModel.MIDJOURNEY)
    repeat = int(codes[2:]) if _REPEAT.fullmatch(codes[2:]) else 1
    return MakeOptions(model=model, use=_USES.get(codes[1], ReferenceUse.IMAGE_PROMPT), repeat=repeat)


def _shape_of(value: str) -> str:
    return value if value in SHAPES else ""
