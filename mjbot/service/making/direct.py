"""The use cases of /describe, /blend and /shorten, which never ask the user for confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from mjbot.core.access.needs import CHOOSE, MAKE, MAKE_AGAIN, PREPARE_MAKE
from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import DrawingModel
from mjbot.core.making.check import check_prompt
from mjbot.core.making.findings import Verdict
from mjbot.core.model.submits import Blend, BlendShape, Command, Describe, Shorten, SubmitRequest
from mjbot.core.model.task import Mark
from mjbot.errors import ActionUnavailable, PressRefused
from mjbot.ports import (
    Make,
    PressRequest,
    ReferenceSource,
    Reply,
    TaskSource,
    Upload,
)
from mjbot.service.access import Access
from mjbot.service.making.held_uploads import HeldUploads
from mjbot.service.making.loaded_pictures import LoadedPictures
from mjbot.service.making.make_submission import BuildRequest
from mjbot.service.making.makes import MakeService
from mjbot.service.making.modals import MakeModals
from mjbot.service.making.orders import Order
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.watching.write_behind import WriteBehind


class DirectMakes:
    """Sends the `Make` requests of /describe, /blend and /shorten."""

    def __init__(
        self,
        *,
        source: TaskSource,
        references: ReferenceSource,
        snapshots: WriteBehind,
        access: Access,
        modals: MakeModals,
        uploads: HeldUploads,
        loaded: LoadedPictures,
        service: MakeService,
        in_flight: InFlight,
    ) -> None:
        self._source = source
        self._references = references
        self._snapshots = snapshots
        self._access = access
        self._modals = modals
        self._uploads = uploads
        self._loaded = loaded
        self._service = service
        self._in_flight = in_flight

    async def make(self, order: Order) -> None:
        """Send the request of a command. A refused prompt can be edited. Raises `MJBotError`."""
        number = _number_of_pictures(order.command, order.uploads)
        make = self._service.new(order.context, order.command, order.text, order.options, pictures=number)
        with self._in_flight.track(), ExitStack() as reserved:  # track() first: shutdown waits for it
            prepare = self._prepare(order, make, reserved)
            if (pictures := await self._modals.or_offer_edit(order, make, prepare)) is None:
                return
            self._uploads.keep(order.context, make.id, order.uploads)
            prompt = order.text if order.command is Command.SHORTEN else ""
            await self._service.make(order.context, order.reply, make, prompt, _builder(make, pictures))

    async def _prepare(self, order: Order, make: Make, reserved: ExitStack) -> tuple[str, ...]:
        """Check an order and load its pictures. ``reserved`` holds their memory reservation."""
        context, command = order.context, order.command
        await self._access.require(context, PREPARE_MAKE)
        _check(order)
        if self._source.offers(command) is False:
            raise ActionUnavailable(Text.REPLY_COMMAND_NOT_OFFERED, label=f"/{command}")
        reserved.enter_context(self._loaded.reserve(context.user_id, context.place, make.pictures))
        await self._access.require(context, MAKE)
        return await self._load(context.place, order.reply, order.text, order.uploads, command)

    async def repeat(self, request: PressRequest, make: Make) -> None:
        """Send a `Make` request again, because the response was lost. Raises `MJBotError`."""
        with self._in_flight.track():
            await self._access.require_press(request, CHOOSE)
            snapshot = await self._snapshots.snapshot(make.id)
            uploads = self._uploads.get(make.user_id, make.id)  # also if another user repeats it
            if snapshot is None or (make.pictures and not uploads and not make.text):
                # They are links to Discord's files in memory only, and the process was restarted.
                raise PressRefused(Text.PICTURE_NOT_KEPT, label=f"/{make.command}")
            await self._service.refuse_known(request, make)
            context = request.context
            with self._loaded.reserve(context.user_id, context.place, make.pictures):
                await self._access.require_press(request, MAKE_AGAIN)
                pictures = await self._load(context.place, request.reply, make.text, uploads, make.command)
                await self._service.repeat(request, make, snapshot, _builder(make, pictures))

    async def _load(
        self, place: Place, reply: Reply, text: str, uploads: Sequence[Upload], command: Command
    ) -> tuple[str, ...]:
        """Load the pictures that a command needs, as data URLs. Raises `PressRefused`."""
        if command is Command.SHORTEN:
            return ()
        await reply.defer()  # it takes longer than Discord waits
        if not uploads:
            return (await self._references.of_address(text, place),)
        return tuple([await self._references.of_upload(each, place) for each in uploads])


def _number_of_pictures(command: Command, uploads: Sequence[Upload]) -> int:
    return 0 if command is Command.SHORTEN else max(1, len(uploads))  # or the one at an address


def _check(order: Order) -> None:
    """Raise `PressRefused` for input that every server rejects, before rate limits are counted."""
    if order.command is Command.DESCRIBE and not (order.uploads or order.text.strip()):
        raise PressRefused(Text.DESCRIBE_NOTHING)
    if order.command is Command.SHORTEN:
        check = check_prompt(order.text)
        if check.verdict is Verdict.REFUSED:
            raise PressRefused(check.findings[0].text)


def _builder(make: Make, pictures: tuple[str, ...]) -> BuildRequest:
    niji = make.options.model is DrawingModel.NIJI

    def build(mark: Mark) -> SubmitRequest:
        match make.command:
            case Command.DESCRIBE:
                return Describe(pictures[0], mark)
            case Command.BLEND:
                return Blend(pictures, BlendShape(make.options.shape or BlendShape.SQUARE), niji, mark)
            case _:
                return Shorten(make.text, niji, mark)

    return build
