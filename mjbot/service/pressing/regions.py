"""Selection of the region to repaint. Users choose cells of a grid over the picture, or upload a mask."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from weakref import WeakValueDictionary

from mjbot.core.access.needs import CHOOSE, UPLOAD
from mjbot.core.access.place import Place
from mjbot.core.card.card import Picture, picture_of
from mjbot.core.card.region import OWN_MASK, build_region_picker, cells_of
from mjbot.core.card.state import state_of
from mjbot.core.i18n.texts import Text
from mjbot.core.model.press import MODAL_ACTION
from mjbot.core.model.watch import MessageRef
from mjbot.errors import PressRefused, UpstreamError
from mjbot.ports import File, MaskProblem, MaskRefused, MaskSource, PressRequest, PressStore
from mjbot.service.access import Access
from mjbot.service.pressing.pickers import OpenPickers, Size
from mjbot.service.reader import TaskReader

_UPLOAD_BYTES = 8 * 1024 * 1024
_AT_ONCE = 2  # images of one place; a second, because the first may wait for its picture's host
_TEXTS: Mapping[MaskProblem, Text] = {
    MaskProblem.NO_PICTURE: Text.REPLY_REGION_NO_PICTURE,
    MaskProblem.NOT_AN_IMAGE: Text.REPLY_MASK_NOT_AN_IMAGE,
    MaskProblem.WRONG_SIZE: Text.REPLY_MASK_SIZE,
    MaskProblem.BLANK: Text.REPLY_MASK_BLANK,
}


class RegionService:
    """Asks the user in an ephemeral message which region to repaint, and creates the mask."""

    def __init__(self, presses: PressStore, access: Access, reader: TaskReader, masks: MaskSource) -> None:
        self._presses = presses
        self._access = access
        self._reader = reader
        self._masks = masks
        self._pickers = OpenPickers()
        self._newest: dict[MessageRef, object] = {}
        """The newest press on each picker whose preview is being drawn."""
        self._locks: WeakValueDictionary[MessageRef, asyncio.Lock] = WeakValueDictionary()
        self._turns: WeakValueDictionary[Place, asyncio.Semaphore] = WeakValueDictionary()

    async def choose(self, request: PressRequest) -> None:
        """Update the picker after a press has changed the chosen region. Raises `MJBotError`."""
        await self._access.require_press(request, CHOOSE)
        # The buttons first: each encodes the choice that it leads to, so the next press must find new ones.
        rows = build_region_picker(request.task_id, request.target, request.context.private_locale)
        if not await request.reply.edit_buttons(rows):
            await self.show(request)
            return
        newest = self._newest[request.message] = object()
        try:
            async with self._locks.setdefault(request.message, asyncio.Lock()):
                if self._newest.get(request.message) is not newest:
                    return  # pressed again meanwhile: only the newest choice is drawn
                file = await self._preview(request)
                if self._newest.get(request.message) is newest:
                    await self._send(request, file)
        finally:
            if self._newest.get(request.message) is newest:
                del self._newest[request.message]

    async def show(self, request: PressRequest) -> None:
        """Show the picture with a grid of cells, in which the cells of the chosen region are highlighted."""
        await request.reply.defer(private=True)
        await self._send(request, await self._preview(request))

    def mask_size(self, request: PressRequest) -> Size:
        """Return the size that an uploaded mask must have, or (0, 0) if unknown or if none is needed."""
        return self._pickers.size(request) if request.target.region == OWN_MASK else (0, 0)

    async def submitted(self, request: PressRequest) -> None:
        """Close the pickers of a request after the submit, because their buttons would submit it again."""
        if request.target.region:
            for message in [request.message, *self._pickers.messages(request)]:
                self._newest.pop(message, None)  # a preview that is being drawn comes too late
            await self._pickers.close(request)

    async def mask(self, request: PressRequest) -> str:
        """Create the mask for the chosen region, in the size of the picture. Raises `PressRefused`."""
        own = request.target.region == OWN_MASK
        upload = await self._uploaded(request) if own else b""
        picture = await self._picture(request)
        try:
            async with self._turn(request):
                if own:
                    return await self._masks.of_upload(picture, upload)
                if picture is None:
                    raise MaskRefused(MaskProblem.NO_PICTURE)
                return await self._masks.of_cells(picture, request.target.region)
        except MaskRefused as error:
            (w, h), (x, y) = error.expected, error.size
            raise PressRefused(_TEXTS[error.problem], w=w, h=h, x=x, y=y) from error

    async def _preview(self, request: PressRequest) -> File | None:
        picture = await self._picture(request)
        if picture is None:
            return None
        async with self._turn(request):
            return await self._masks.preview(picture, request.target.region)

    def _turn(self, request: PressRequest) -> asyncio.Semaphore:
        """Return the semaphore that limits how many images are processed at once for one guild or DM."""
        return self._turns.setdefault(request.context.place, asyncio.Semaphore(_AT_ONCE))

    async def _send(self, request: PressRequest, file: File | None) -> None:
        context, target = request.context, request.target
        # Chosen cells stay, even if the picture cannot be fetched for a moment.
        has_cells = file is not None or bool(cells_of(target.region))
        rows = build_region_picker(request.task_id, target, context.private_locale, sized=has_cells)
        text = Text.REPLY_REGION if has_cells else Text.REPLY_REGION_OWN_MASK
        await request.reply.send_private_menu(text, rows, file=file if context.can_attach else None)
        self._pickers.shown(await request.reply.defer(private=True), request, file.size if file else None)

    async def _picture(self, request: PressRequest) -> Picture | None:
        """Return the picture to repaint. If the task waits for modal input, use the parent task's picture."""
        task_id = request.task_id
        if request.target.action == MODAL_ACTION:
            asked = (task_id, request.context.place)
            parent = (await self._presses.histories([asked]))[asked].lineage.parent
            if parent is None:
                return None
            task_id = parent.task_id
        try:
            snapshot = await self._reader.get(task_id)
        except UpstreamError:
            return None
        return picture_of(snapshot, state_of(snapshot, {}))

    async def _uploaded(self, request: PressRequest) -> bytes:
        """Download the mask that the user uploaded. The rate limit counts even an invalid one as a press."""
        upload = request.modal_input.upload if request.modal_input else None
        if upload is None:
            raise PressRefused(Text.REPLY_MASK_MISSING)
        if upload.size > _UPLOAD_BYTES:
            raise PressRefused(Text.REPLY_MASK_TOO_LARGE, n=_UPLOAD_BYTES // 1024 // 1024)
        await self._access.require_press(request, UPLOAD)
        try:
            return await upload.read()
        except OSError as error:
            raise PressRefused(Text.REPLY_MASK_MISSING) from error
