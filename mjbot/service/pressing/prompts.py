"""Ask the user for the input that an action needs before it can be submitted: a region and a prompt."""

from __future__ import annotations

from dataclasses import replace

from mjbot.core.card.components import NO_CELLS, CustomId, Verb
from mjbot.core.card.modals import ModalKind, ModalSpec, has_valid_zoom, initial_prompt, modal_kind_of
from mjbot.core.card.region import OWN_MASK
from mjbot.core.i18n.text import escape
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import Press
from mjbot.errors import PressRefused
from mjbot.ports import ModalInput, PressRequest, PressStore
from mjbot.service.pressing.actions import Action, report_earlier
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.regions import RegionService


class ModalPrompts:
    """Opens modals for actions, filled with the user's draft, and validates the input."""

    def __init__(self, presses: PressStore, regions: RegionService, drafts: Drafts) -> None:
        self._presses = presses
        self._regions = regions
        self._drafts = drafts

    def needed(self, action: Action, modal_input: ModalInput | None) -> bool:
        """Return whether the user must still enter something before the action can be submitted."""
        kind = modal_kind_of(action.button.custom_id)
        return kind is not None and (
            modal_input is None or (kind is ModalKind.REGION and not action.target.region)
        )

    async def ask(self, request: PressRequest, action: Action) -> None:
        """Ask for the region if one is needed, then for the prompt.

        By entering input, the user also confirms that an action may be submitted again. This does not hold if
        an earlier press is in flight or has an unknown outcome.
        """
        earlier = await self._presses.last(action.snapshot.id, action.digest)
        if earlier is not None and earlier.number != action.target.repeats:
            if earlier.state.in_flight or earlier.state is Press.UNCLEAR:
                await report_earlier(earlier, action, request)
                return
            action = action.repeating(earlier.number)
        kind = modal_kind_of(action.button.custom_id)
        if kind is ModalKind.REGION and not action.target.region:
            await self._regions.show(request.with_target(replace(action.target, region=NO_CELLS)))
        elif request.reply.responded:  # the task had to be read first: too late to open a modal
            rows = action.again_button(Text.BUTTON_WRITE, request.context, primary=True)
            label = escape(action.label)
            await request.reply.send_private_menu(Text.REPLY_NEEDS_PROMPT, rows, label=label)
        else:
            await request.reply.send_modal(self._modal(request, action))

    async def check(self, request: PressRequest, action: Action) -> str:
        """Validate the input and return the mask ("" for none). Raises `PressRefused`."""
        modal_input = request.modal_input
        if modal_input is None:
            return ""
        kind = modal_kind_of(action.button.custom_id)
        if not modal_input.prompt:
            raise PressRefused(Text.REPLY_PROMPT_MISSING)
        if kind is ModalKind.ZOOM and not has_valid_zoom(modal_input.prompt):
            raise PressRefused(Text.REPLY_INVALID_ZOOM)
        if kind is not ModalKind.REGION:
            return ""
        await request.reply.defer()  # the picture may have to be fetched
        return await self._regions.mask(request.with_target(action.target))

    async def accepted(self, request: PressRequest, action: Action) -> None:
        """Drop the draft and close the region picker. Call this when the submit was accepted."""
        self._drafts.drop(request.context.user_id, action.snapshot.id, action.digest)
        await self._regions.submitted(request)

    def _modal(self, request: PressRequest, action: Action) -> ModalSpec:
        assert action.snapshot.task is not None, "its action was found in the task"
        draft = self._drafts.get(request.context.user_id, action.snapshot.id, action.digest)
        prompt = draft if draft is not None else initial_prompt(action.snapshot.task, action.button.custom_id)
        target = CustomId(Verb.MODAL, action.snapshot.id, str(action.target))
        asks_for_mask = action.target.region == OWN_MASK
        return ModalSpec(target, action.label, prompt, asks_for_mask, self._regions.mask_size(request))
