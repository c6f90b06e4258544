"""The use cases of /imagine: check a prompt, warn about it, edit it, send it, and resend a lost one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from mjbot.core.access.needs import CHOOSE, MAKE, MAKE_AGAIN, PREPARE_MAKE
from mjbot.core.card.components import Verb
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import MakeOptions, ReferenceUse, assemble_prompt
from mjbot.core.making.check import PromptCheck, check_prompt
from mjbot.core.making.findings import Verdict
from mjbot.core.making.series import Series, expand_series
from mjbot.core.model.submits import Command
from mjbot.errors import ActionUnavailable, PressRefused
from mjbot.errors.submits import CommandNotOffered, SubmitRefused, SubmitUnclear
from mjbot.ports import Make, MakeStore, PressRequest, ReferenceSource, TaskSource
from mjbot.service.access import Access
from mjbot.service.making.direct import DirectMakes
from mjbot.service.making.held_uploads import HeldUploads
from mjbot.service.making.loaded_pictures import LoadedPictures
from mjbot.service.making.make_submission import imagine_builder
from mjbot.service.making.makes import MakeService
from mjbot.service.making.modals import MakeModals
from mjbot.service.making.orders import Order
from mjbot.service.making.series import SeriesService
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.refusals import error_for_user
from mjbot.service.watching.write_behind import WriteBehind

_NOT_LOADED = "https://picture.example/{n}.png"
"""Stands for a reference picture in the check: its address is known only after it was uploaded."""


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The reference pictures of an /imagine request: data sent with the prompt, or URLs inside the prompt."""

    data: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class ImagineService:
    """Makes pictures from prompts."""

    def __init__(
        self,
        *,
        source: TaskSource,
        references: ReferenceSource,
        makes: MakeStore,
        snapshots: WriteBehind,
        access: Access,
        modals: MakeModals,
        uploads: HeldUploads,
        loaded: LoadedPictures,
        service: MakeService,
        series: SeriesService,
        direct: DirectMakes,
        in_flight: InFlight,
    ) -> None:
        self._source = source
        self._references = references
        self._makes = makes
        self._snapshots = snapshots
        self._access = access
        self._modals = modals
        self._uploads = uploads
        self._loaded = loaded
        self._service = service
        self._series = series
        self._direct = direct
        self._in_flight = in_flight

    async def imagine(self, order: Order) -> None:
        """Send the prompt of the command, or open the modal if there is no prompt. Raises `MJBotError`."""
        if order.text:
            await self._run(order)
            return
        await self._access.require(order.context, PREPARE_MAKE)
        await self._modals.write(order, self._service.new(order.context, Command.IMAGINE, "").id)

    async def edit(self, request: PressRequest) -> None:
        """Open the /imagine modal with the prompt of a card. Raises `MJBotError`."""
        await self._access.require_press(request, PREPARE_MAKE)
        await self._modals.edit(request)

    async def submit_modal(self, request: PressRequest) -> None:
        """Send the prompt that a user submitted in the modal. Raises `MJBotError`."""
        order = self._modals.order_of(request)
        self._modals.keep(order)
        if order.command is Command.SHORTEN:
            await self._direct.make(order)
            return
        await self._run(order)

    async def send_anyway(self, request: PressRequest) -> None:
        """Send a prompt that the user has confirmed after a warning. Raises `MJBotError`."""
        make = await self._modals.make_of(request)
        if make is None or make.user_id != request.context.user_id:
            raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=request.task_id)
        await self._service.refuse_sent(make)
        uploads = self._uploads.get(make.user_id, make.id)
        if len(uploads) < make.pictures:
            await self.edit(request)  # the process was restarted since: the pictures are needed again
            return
        order = Order(request.context, request.reply, make.command, make.text, make.options, uploads, make.id)
        await self._run(order, warned=True)

    async def start_series(self, request: PressRequest) -> None:
        """Start a series that the user was asked about. Raises `MJBotError`."""
        with self._in_flight.track():
            await self._series.start(request, lambda make: self._expand(make).prompts)

    async def repeat(self, request: PressRequest) -> None:
        """Send a `Make` request again, because the response was lost. Raises `MJBotError`."""
        make = await self._makes.get(request.task_id)  # a card of its task offers no repetition
        if make is not None and make.command is not Command.IMAGINE:
            await self._direct.repeat(request, make)
            return
        with self._in_flight.track():
            await self._access.require_press(request, CHOOSE)
            snapshot = await self._snapshots.snapshot(request.task_id)
            if make is None or snapshot is None or snapshot.task is None:
                raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=request.task_id)
            if make.pictures and make.options.use is ReferenceUse.IMAGE_PROMPT:
                await self._modals.edit(request)  # they are not stored
                return
            await self._service.refuse_known(request, make)
            await self._access.require_press(request, MAKE_AGAIN)
            build = imagine_builder(snapshot.task.prompt, make.options)
            await self._service.repeat(request, make, snapshot, build)

    async def _run(self, order: Order, *, warned: bool = False) -> None:
        make = self._service.new(
            order.context,
            Command.IMAGINE,
            order.text,
            order.options,
            pictures=len(order.uploads),
            task_id=order.task_id,
        )
        with self._in_flight.track(), ExitStack() as reserved:  # track() first: shutdown waits for it
            prepare = self._prepare(order, make, reserved, warned=warned)
            if (prepared := await self._modals.or_offer_edit(order, make, prepare)) is None:
                return
            prompt, pictures = prepared
            self._uploads.keep(order.context, make.id, order.uploads)  # in case it is refused
            accepted = await self._send(replace(order, text=prompt), make, pictures)
            self._modals.shown(order)
            if accepted:
                self._uploads.drop(make.user_id, make.id)

    async def _prepare(
        self, order: Order, make: Make, reserved: ExitStack, *, warned: bool
    ) -> tuple[str, _Pictures] | None:
        """Check an order and load its pictures. ``reserved`` holds their memory reservation.

        Returns None if the user was asked whether to send it.
        """
        await self._access.require(order.context, PREPARE_MAKE)
        series = self._expand(make)
        if series.exceeds:
            raise PressRefused(Text.SERIES_TOO_MANY, most=self._series.limit)
        check = _check(order, series)
        if check.verdict is Verdict.REFUSED:
            raise PressRefused(check.findings[0].text)
        if len(series.prompts) > 1:
            await self._series.ask(order, make, series.prompts, check.findings)
            self._modals.shown(order)
            return None
        if check.verdict is Verdict.WARNING and not warned:
            await self._ask(order, make, check)
            return None
        context = order.context
        reserved.enter_context(self._loaded.reserve(context.user_id, context.place, len(order.uploads)))
        await self._access.require(context, MAKE)
        return series.prompts[0], await self._load(order)

    def _expand(self, make: Make) -> Series:
        return expand_series(make.text, times=make.options.repeat, limit=self._series.limit)

    async def _send(self, order: Order, make: Make, pictures: _Pictures) -> bool:
        prompt = _prompt(order.text, replace(order.options, references=pictures.addresses)).prompt
        build = imagine_builder(prompt, order.options, pictures.data)
        return await self._service.make(order.context, order.reply, make, prompt, build)

    async def _ask(self, order: Order, make: Make, check: PromptCheck) -> None:
        locale = order.context.private_locale
        lines = "\n".join(each.sentence(locale) for each in check.findings)
        await self._modals.offer_edit(order, make, Text.MAKE_WARNING, Verb.SEND_ANYWAY, findings=lines)

    async def _load(self, order: Order) -> _Pictures:
        """Load the reference pictures. Raises `PressRefused`."""
        if not order.uploads:
            return _Pictures()
        await order.reply.defer()  # it takes longer than Discord waits
        place = order.context.place
        data = tuple([await self._references.of_upload(each, place) for each in order.uploads])
        if order.options.use is ReferenceUse.IMAGE_PROMPT:
            return _Pictures(data)
        return _Pictures(addresses=await self._upload(data))

    async def _upload(self, data: Sequence[str]) -> tuple[str, ...]:
        try:
            return await self._source.upload(data)
        except CommandNotOffered as error:
            raise PressRefused(Text.PICTURE_NOT_UPLOADED) from error
        except SubmitRefused as error:
            refused = error_for_user(error, f"/{Command.IMAGINE}", in_flight=False)
            raise refused from error
        except SubmitUnclear as error:
            raise PressRefused(Text.PICTURE_UPLOAD_LOST) from error


def _check(order: Order, series: Series) -> PromptCheck:
    """Check the prompts of an /imagine request, before the reference pictures are loaded."""
    beside = order.options.use is ReferenceUse.IMAGE_PROMPT
    addresses = () if beside else tuple(_NOT_LOADED.format(n=n) for n, _ in enumerate(order.uploads, 1))
    pictures = len(order.uploads) if beside else 0
    options = replace(order.options, references=addresses)
    checks = [_prompt(each, options, pictures) for each in dict.fromkeys(series.prompts)]
    found = dict.fromkeys((*series.findings, *(finding for each in checks for finding in each.findings)))
    return PromptCheck(checks[0].prompt, tuple(sorted(found, key=lambda each: -each.verdict)))


def _prompt(text: str, options: MakeOptions, pictures: int = 0) -> PromptCheck:
    return check_prompt(assemble_prompt(text, options), pictures=pictures)
