"""What an action wants to know before it is pressed: where to repaint, and words."""

from __future__ import annotations

from dataclasses import replace

from mjbot.core.card.modals import ModalKind, ModalSpec, has_valid_zoom, initial_prompt, modal_kind_of
from mjbot.core.card.region import NO_CELLS, OWN_MASK
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import CustomId, Verb
from mjbot.core.model.press import Press
from mjbot.errors import PressRefused
from mjbot.ports import InteractionContext, ModalInput, PressStore, Reply
from mjbot.service.pressing.actions import Action, tell_of
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.regions import RegionService


class ModalPrompts:
    """Opens the windows of actions, and checks what came of them. Nothing that was written is lost."""

    def __init__(self, presses: PressStore, regions: RegionService, drafts: Drafts) -> None:
        self._presses = presses
        self._regions = regions
        self._drafts = drafts

    def wanting(self, action: Action, modal_input: ModalInput | None) -> bool:
        """True when something is still to be asked before this can be pressed."""
        form = modal_kind_of(action.button.custom_id)
        return form is not None and (
            modal_input is None or (form is ModalKind.REGION and not action.target.region)
        )

    async def ask(self, context: InteractionContext, action: Action, reply: Reply) -> None:
        """Ask for the area, if it needs one, then for words. Asking anew is knowing enough to repeat."""
        task_id, digest = action.snapshot.id, action.digest
        earlier = await self._presses.last(task_id, digest)
        if earlier is not None and earlier.number != action.target.repeats:
            if earlier.state.in_flight or earlier.state is Press.UNCLEAR:
                await tell_of(earlier, action, context, reply)
                return
            action = action.after(earlier.number)
        if modal_kind_of(action.button.custom_id) is ModalKind.REGION and not action.target.region:
            await self._regions.show(context, task_id, replace(action.target, region=NO_CELLS), reply)
            return
        if reply.answered:  # the task had to be read first, so the three seconds for a window may be over
            await self._offer(context, action, Text.REPLY_NEEDS_PROMPT, reply)
            return
        assert action.snapshot.task is not None
        draft = self._drafts.get(context.user_id, task_id, digest)
        text = draft if draft is not None else initial_prompt(action.snapshot.task, action.button.custom_id)
        target = CustomId(Verb.MODAL, task_id, str(action.target))
        await reply.ask(ModalSpec(target, action.label, text, asks_for_mask=action.target.region == OWN_MASK))

    async def checked(
        self, context: InteractionContext, action: Action, modal_input: ModalInput, reply: Reply
    ) -> str | None:
        """The mask that goes with the words ("" for none). None: they cannot work, and that was said."""
        self._drafts.keep(context.user_id, action.snapshot.id, action.digest, modal_input.prompt)
        form = modal_kind_of(action.button.custom_id)
        try:
            if not modal_input.prompt:
                raise PressRefused(Text.REPLY_PROMPT_MISSING)
            if form is ModalKind.ZOOM and not has_valid_zoom(modal_input.prompt):
                raise PressRefused(Text.REPLY_INVALID_ZOOM)
            if form is not ModalKind.REGION:
                return ""
            await reply.defer()  # the picture may have to be fetched
            return await self._regions.mask(context, action.snapshot.id, action.target, modal_input)
        except PressRefused as error:
            await self._offer(context, action, error.sentence, reply, **error.values)
            return None

    def settled(self, context: InteractionContext, action: Action) -> None:
        """The words have led somewhere."""
        self._drafts.drop(context.user_id, action.snapshot.id, action.digest)

    async def _offer(
        self, context: InteractionContext, action: Action, text: Text, reply: Reply, **values: object
    ) -> None:
        """Say a sentence, with a button that opens the window (anew)."""
        rows = action.repeated(Text.BUTTON_WRITE, context, primary=True)
        values["label"] = escape(action.label)
        await reply.choose(text, rows, menu=None, file=None, **values)
