"""Where to repaint: the picture with its cells, and the mask that comes of a choice."""

from __future__ import annotations

from mjbot.core.card.card import Picture, picture_of
from mjbot.core.card.region import OWN_MASK, build_region_picker, cells_of
from mjbot.core.card.state import state_of
from mjbot.core.i18n.texts import Text
from mjbot.core.model.custom_id import PressTarget
from mjbot.core.model.press import MODAL_ACTION
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.errors import PressRefused, UpstreamError
from mjbot.ports import File, InteractionContext, MaskSource, ModalInput, PressStore, Reply
from mjbot.service.permits import PermitService
from mjbot.service.status import StatusService

_UPLOAD_BYTES = 8 * 1024 * 1024


class RegionService:
    """Asks where to repaint, in private, and turns the choice into a mask."""

    def __init__(
        self, presses: PressStore, status: StatusService, permits: PermitService, masks: MaskSource
    ) -> None:
        self._presses = presses
        self._status = status
        self._permits = permits
        self._masks = masks
        self._newest: dict[MessageRef, object] = {}
        """The last press on each picker that is being drawn."""

    async def choose(
        self, context: InteractionContext, on: MessageRef, task_id: TaskId, target: PressTarget, reply: Reply
    ) -> None:
        """Show an area that somebody has just changed. Raises `MJBotError`."""
        self._status.admit(context)
        await self._permits.check(context, on, task_id)
        # The buttons first: each carries the choice that it leads to, so the next press must find them new.
        if not await reply.edit_buttons(build_region_picker(task_id, target, context.private_locale)):
            await self.show(context, task_id, target, reply)
            return
        newest = self._newest[on] = object()
        try:
            file = await self._preview(context, task_id, target)
            if self._newest.get(on) is newest:
                await self._show(context, task_id, target, file, reply)
        finally:
            if self._newest.get(on) is newest:
                del self._newest[on]

    async def show(
        self, context: InteractionContext, task_id: TaskId, target: PressTarget, reply: Reply
    ) -> None:
        """Show a picture's cells to one person, with those of the area lit."""
        await reply.defer(private=True)
        await self._show(context, task_id, target, await self._preview(context, task_id, target), reply)

    async def _preview(
        self, context: InteractionContext, task_id: TaskId, target: PressTarget
    ) -> File | None:
        picture = await self._picture(context, task_id, target)
        return await self._masks.preview(picture, target.region) if picture else None

    async def _show(
        self,
        context: InteractionContext,
        task_id: TaskId,
        target: PressTarget,
        file: File | None,
        reply: Reply,
    ) -> None:
        # Cells that were chosen stay, though the picture may be out of reach for a moment.
        sized = file is not None or bool(cells_of(target.region))
        rows = build_region_picker(task_id, target, context.private_locale, sized=sized)
        text = Text.REPLY_REGION if sized else Text.REPLY_REGION_OWN_MASK
        await reply.choose(text, rows, file=file if context.can_attach else None)

    async def mask(
        self, context: InteractionContext, task_id: TaskId, target: PressTarget, modal_input: ModalInput
    ) -> str:
        """The mask of a choice, as large as the picture. Raises `PressRefused`."""
        picture = await self._picture(context, task_id, target)
        if target.region == OWN_MASK:
            return await self._own_mask(picture, modal_input)
        if picture is None:
            raise PressRefused(Text.REPLY_REGION_NO_PICTURE)
        return await self._masks.of_cells(picture, target.region)

    async def _own_mask(self, picture: Picture | None, modal_input: ModalInput) -> str:
        upload = modal_input.upload
        if upload is None:
            raise PressRefused(Text.REPLY_MASK_MISSING)
        if upload.size > _UPLOAD_BYTES:
            raise PressRefused(Text.REPLY_MASK_TOO_LARGE, n=_UPLOAD_BYTES // 1024 // 1024)
        try:
            data = await upload.read()
        except OSError as error:
            raise PressRefused(Text.REPLY_MASK_MISSING) from error
        return await self._masks.of_upload(picture, data)

    async def _picture(
        self, context: InteractionContext, task_id: TaskId, target: PressTarget
    ) -> Picture | None:
        """The picture that is repainted: of the task, or of the parent of a task that waits."""
        if target.action == MODAL_ACTION:
            asked = (task_id, context.guild_id)
            parent = (await self._presses.histories([asked]))[asked].lineage.parent
            if parent is None:
                return None
            task_id = parent.task_id
        try:
            snapshot = await self._status.known(task_id)
        except UpstreamError:
            return None
        return picture_of(snapshot, state_of(snapshot, {}))
