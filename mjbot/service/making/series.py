"""The use cases of series: ask the user to confirm one, start it, and stop the pictures not sent yet."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from mjbot.clock import Clock
from mjbot.core.access.needs import MAKE, START_SERIES, STOP_UPDATING
from mjbot.core.access.rate_limits import TEN_MINUTES
from mjbot.core.card.buttons import own_button
from mjbot.core.card.components import CustomId, Verb
from mjbot.core.i18n.texts import Text
from mjbot.core.making.findings import PromptFinding, Verdict
from mjbot.core.model.makes import MAKE_BYTES, make_id
from mjbot.core.model.press import MAKE_ACTION
from mjbot.errors import ActionUnavailable, PressRefused
from mjbot.ports import Make, MakeStore, PressRequest, Refusal
from mjbot.service.access import Access
from mjbot.service.making.make_submission import MakeCards, placeholder
from mjbot.service.making.orders import Order
from mjbot.service.pressing.retries import SubmitRetries
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.watches import WatchService


class SeriesService:
    """Starts and stops series. `SeriesLoop` sends them; ``on_start`` is called after one was stored.

    A series is stored as a make of its own, whose card lists the pictures, and one make for each picture.
    """

    def __init__(
        self,
        *,
        makes: MakeStore,
        access: Access,
        cards: MakeCards,
        watches: WatchService,
        retries: SubmitRetries,
        writes: DeferredWrites,
        on_start: Callable[[], None],
        clock: Clock,
        limit: int,
    ) -> None:
        self._makes = makes
        self._access = access
        self._cards = cards
        self._watches = watches
        self._retries = retries
        self._writes = writes
        self._on_start = on_start
        self._clock = clock
        self.limit = limit

    async def ask(
        self, order: Order, make: Make, prompts: Sequence[str], findings: Sequence[PromptFinding]
    ) -> None:
        """Count the pictures towards the limits, and ask the user to confirm. Raises `MJBotError`."""
        if order.uploads:
            raise PressRefused(Text.SERIES_NO_PICTURES)
        left = await self._access.submits_left(order.context)
        if left < len(prompts):
            raise PressRefused(Text.SERIES_OVER_LIMIT, n=len(prompts), left=left)
        await self._access.require(order.context, MAKE, times=len(prompts))
        await self._makes.add(replace(make, position=len(prompts)))
        locale = order.context.private_locale
        row = tuple(own_button(CustomId(verb, make.id), locale) for verb in (Verb.START_SERIES, Verb.EDIT))
        warnings = (each.sentence(locale) for each in findings if each.verdict is Verdict.WARNING)
        await order.reply.send_private_menu(
            Text.SERIES_QUESTION,
            (row,),
            n=len(prompts),
            left=left - len(prompts),
            findings="".join(f"\n{each}" for each in warnings),
        )

    async def start(self, request: PressRequest, prompts: Callable[[Make], Sequence[str]]) -> None:
        """Commit the pictures of a series, show its card, and send them. Raises `MJBotError`."""
        series = await self._makes.get(request.task_id)
        if series is None or series.series or series.user_id != request.context.user_id:
            raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=request.task_id)
        texts = prompts(series)
        if not series.position or len(texts) != series.position:  # not counted, or by another limit
            raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=request.task_id)
        await self._access.require(request.context, START_SERIES)
        if await self._cards.has_card(series):
            raise ActionUnavailable(Text.MAKE_ALREADY_SENT)
        if self._clock.now() - series.created_at >= TEN_MINUTES:
            raise ActionUnavailable(Text.SERIES_QUESTION_EXPIRED)  # the user's limit no longer counts it
        shown = placeholder(series, series.text, series.created_at)
        parts = [*map(_part_of(series), range(1, len(texts) + 1), texts)]
        started = await self._cards.open_series(request.context, series, shown, parts, request.reply)
        if not started:  # pressed twice at one moment
            raise ActionUnavailable(Text.MAKE_ALREADY_SENT)
        self._on_start()

    async def stop(self, request: PressRequest) -> None:
        """Send nothing more of a series. Raises `MJBotError`."""
        await request.reply.defer()
        await self._access.require_press(request, STOP_UPDATING)
        stopped = await self._makes.stop_series(request.task_id, Refusal(Text.SERIES_STOPPED))
        for each in stopped:
            self._retries.stop(each, MAKE_ACTION, request.context.place)
        await self._writes.write(partial(self._watches.redraw, [request.task_id]))
        if not stopped:
            raise PressRefused(Text.SERIES_ALL_SENT)


def _part_of(series: Make) -> Callable[[int, str], Make]:
    options = replace(series.options, repeat=1)

    def part(position: int, text: str) -> Make:
        part_id = make_id(secrets.token_bytes(MAKE_BYTES))
        return replace(series, id=part_id, text=text, options=options, series=series.id, position=position)

    return part
