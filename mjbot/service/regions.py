"""Where to repaint: the picture with its cells, and the mask that comes of a choice."""

from __future__ import annotations

from mjbot.core.card import Picture, picture_of
from mjbot.core.custom_id import Aim
from mjbot.core.region import OWN, cells_of, picker
from mjbot.core.state import MODAL, state_of
from mjbot.core.task import TaskId
from mjbot.core.watch import MessageRef
from mjbot.errors import PressRefused, UpstreamError
from mjbot.ports import File, MaskSource, Place, PressStore, Reply, Words
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

    async def choose(self, place: Place, on: MessageRef, task_id: TaskId, aim: Aim, reply: Reply) -> None:
        """Show an area that somebody has just changed. Raises `MJBotError`."""
        self._status.admit(place)
        await self._permits.check(place, on, task_id)
        # The buttons first: each carries the choice that it leads to, so the next press must find them new.
        if not await reply.redraw(picker(task_id, aim, place.private_locale)):
            await self.show(place, task_id, aim, reply)
            return
        newest = self._newest[on] = object()
        try:
            file = await self._preview(place, task_id, aim)
            if self._newest.get(on) is newest:
                await self._show(place, task_id, aim, file, reply)
        finally:
            if self._newest.get(on) is newest:
                del self._newest[on]

    async def show(self, place: Place, task_id: TaskId, aim: Aim, reply: Reply) -> None:
        """Show a picture's cells to one person, with those of the area lit."""
        await reply.think(private=True)
        await self._show(place, task_id, aim, await self._preview(place, task_id, aim), reply)

    async def _preview(self, place: Place, task_id: TaskId, aim: Aim) -> File | None:
        picture = await self._picture(place, task_id, aim)
        return await self._masks.preview(picture, aim.area) if picture else None

    async def _show(self, place: Place, task_id: TaskId, aim: Aim, file: File | None, reply: Reply) -> None:
        # Cells that were chosen stay, though the picture may be out of reach for a moment.
        sized = file is not None or bool(cells_of(aim.area))
        rows = picker(task_id, aim, place.private_locale, sized=sized)
        key = "say.area" if sized else "say.area.own"
        await reply.choose(key, rows, file=file if place.can_attach else None)

    async def mask(self, place: Place, task_id: TaskId, aim: Aim, words: Words) -> str:
        """The mask of a choice, as large as the picture. Raises `PressRefused`."""
        picture = await self._picture(place, task_id, aim)
        if aim.area == OWN:
            return await self._own_mask(picture, words)
        if picture is None:
            raise PressRefused("say.no_area")
        return await self._masks.of_cells(picture, aim.area)

    async def _own_mask(self, picture: Picture | None, words: Words) -> str:
        upload = words.upload
        if upload is None:
            raise PressRefused("say.mask_missing")
        if upload.size > _UPLOAD_BYTES:
            raise PressRefused("say.mask_too_large", n=_UPLOAD_BYTES // 1024 // 1024)
        try:
            data = await upload.read()
        except OSError as error:
            raise PressRefused("say.mask_missing") from error
        return await self._masks.of_upload(picture, data)

    async def _picture(self, place: Place, task_id: TaskId, aim: Aim) -> Picture | None:
        """The picture that is repainted: of the task, or of the parent of a task that waits."""
        if aim.action == MODAL:
            asked = (task_id, place.guild_id)
            parent = (await self._presses.background([asked]))[asked].lineage.parent
            if parent is None:
                return None
            task_id = parent.task_id
        try:
            view = await self._status.known(task_id)
        except UpstreamError:
            return None
        return picture_of(view, state_of(view, {}))
