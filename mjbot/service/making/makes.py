"""Send `Make` requests, which create a task without a parent, such as those of /imagine.

Each request is stored, shown on a card, and submitted once. Then its card follows the new task.
"""

from __future__ import annotations

import secrets
from functools import partial

from mjbot.clock import Clock
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import NO_OPTIONS, MakeOptions
from mjbot.core.model.makes import MAKE_BYTES, make_id
from mjbot.core.model.press import MAKE_ACTION, Press
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import Command
from mjbot.core.model.task import TaskId
from mjbot.errors import ActionUnavailable, MJBotError
from mjbot.ports import InteractionContext, Make, PressRequest, PressStore, Reply, SubmitResult, TaskSource
from mjbot.service.making.make_submission import BuildRequest, CardSubmission, MakeCards, placeholder
from mjbot.service.pressing.result_cards import first_snapshots
from mjbot.service.pressing.retargeting import CardRetargeting
from mjbot.service.pressing.submission import SubmissionJournal
from mjbot.service.watching.watches import WatchService


class MakeService:
    """Sends the `Make` requests of all commands through the `SubmissionJournal`.

    Callers must check access and rate limits before, and call this inside `InFlight.track`.
    """

    def __init__(
        self,
        *,
        source: TaskSource,
        presses: PressStore,
        cards: MakeCards,
        journal: SubmissionJournal,
        watches: WatchService,
        retargeting: CardRetargeting,
        clock: Clock,
    ) -> None:
        self._source = source
        self._presses = presses
        self._cards = cards
        self._journal = journal
        self._watches = watches
        self._retargeting = retargeting
        self._clock = clock

    def new(
        self,
        context: InteractionContext,
        command: Command,
        text: str,
        options: MakeOptions = NO_OPTIONS,
        *,
        pictures: int = 0,
        task_id: TaskId | None = None,
    ) -> Make:
        """Create a `Make` request with the given ID or a new one. It is not stored yet."""
        return Make(
            task_id or make_id(secrets.token_bytes(MAKE_BYTES)),
            command,
            text,
            context.guild_id,
            context.channel_id,
            context.user_id,
            context.locale,
            self._clock.now(),
            options,
            pictures,
        )

    async def refuse_sent(self, make: Make) -> None:
        """Raise `ActionUnavailable` if a `Make` request was already sent.

        Check this first, so that pictures are not loaded, and rate limits not counted, a second time.
        A refused request that has a card is edited there: two cards of one request would show one state.
        """
        if make.series:  # a picture of a series, which only its series sends
            raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=make.id)
        state = (await self._presses.of(make.id)).get(MAKE_ACTION, Press.REFUSED)
        if state is not Press.REFUSED or await self._cards.has_card(make):
            raise ActionUnavailable(Text.MAKE_ALREADY_SENT)

    async def make(
        self, context: InteractionContext, reply: Reply, make: Make, prompt: str, build: BuildRequest
    ) -> bool:
        """Send a new `Make` request. Its card then follows the new task. ``prompt`` is the text that is sent.

        Returns False if the card shows an error instead. Raises `MJBotError` if there is no card to show it.
        """
        snapshot = placeholder(make, prompt, self._clock.now())
        return await self._send(
            CardSubmission(self._source, self._cards, make, snapshot, build, context, reply), repeats=0
        )

    async def repeat(
        self, request: PressRequest, make: Make, snapshot: TaskSnapshot, build: BuildRequest
    ) -> None:
        """Send a `Make` request again after the user has agreed. Raises `MJBotError` like `make`."""
        await self.refuse_known(request, make)
        message = await self._watches.message_of(request.message, make.id)
        submission = CardSubmission(
            self._source, self._cards, make, snapshot, build, request.context, request.reply, message
        )
        await self._send(submission, repeats=request.target.repeats)

    async def refuse_known(self, request: PressRequest, make: Make) -> None:
        """Raise `ActionUnavailable` unless the outcome of the try that a request repeats is unclear.

        A custom_id may be forged, or from an old card, so it says nothing of the state of the `Make`. Check
        this first, so that pictures are not loaded, and rate limits not counted, for nothing.
        """
        last = await self._presses.last(make.id, MAKE_ACTION)
        if make.series or make.position or last is None or last.state is Press.REFUSED:
            raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=make.id)
        if last.state is not Press.UNCLEAR or last.number != request.target.repeats:
            raise ActionUnavailable(Text.MAKE_ALREADY_SENT)

    async def _send(self, submission: CardSubmission, *, repeats: int) -> bool:
        user_id = submission.make.user_id
        if await self._journal.begin(submission, user_id, repeats=repeats) is not None:
            raise ActionUnavailable(Text.MAKE_ALREADY_SENT)
        try:
            result = await self._journal.send(submission)
        except MJBotError:
            if submission.is_shown and not self._journal.is_behind:
                return False
            raise  # no card says it, or not before the database works again
        await self._follow(submission, result)
        return True

    async def _follow(self, submission: CardSubmission, result: SubmitResult) -> None:
        """Follow the created task on the card. This is stored together with the press, in one transaction."""
        now, make = self._clock.now(), submission.make
        tasks = first_snapshots(submission.snapshot.task, result, "", now)
        watch = make.watch(submission.message, tasks[0].id, now)
        commit = partial(self._journal.accept, submission, watch, tasks)
        await self._retargeting.follow(watch, make.id, tasks, commit)
