"""The submission of one picture of a series, whose state the card of the series shows."""

from __future__ import annotations

from functools import partial

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.errors import MJBotError, RetryStoppedError
from mjbot.ports import Make, MakeStore, Refusal, TaskSource
from mjbot.service.making.make_submission import BuildRequest, MakeSubmission, refusal_of
from mjbot.service.pressing.retries import RetryStopped
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.watches import WatchService


class SeriesSubmission(MakeSubmission):
    """Submits one make of a series. Implements `Submission`. It has no message of its own."""

    def __init__(
        self,
        source: TaskSource,
        makes: MakeStore,
        watches: WatchService,
        writes: DeferredWrites,
        make: Make,
        snapshot: TaskSnapshot,
        build: BuildRequest,
    ) -> None:
        super().__init__(source, make, snapshot, build)
        self._makes = makes
        self._watches = watches
        self._writes = writes

    @property
    def place(self) -> Place:
        """The place of the series."""
        return self.make.place

    @property
    def message(self) -> MessageRef:
        """A message that does not exist (id 0): the card of the series is redrawn instead."""
        return MessageRef(self.make.channel_id, 0)

    async def acknowledge(self) -> None:
        """Show on the card of the series that the picture is being sent."""
        await self.redraw()

    async def raise_if_stopped(self) -> None:
        """Raise `RetryStopped` if the series was stopped since `SeriesLoop` chose this picture."""
        stored = await self._makes.get(self.make.id)
        if stored is None or stored.refusal is not None:
            raise RetryStopped

    async def show_queue_full(self, _next_try: float) -> None:
        """Show the wait on the card of the series."""
        await self.redraw()

    async def note_refusal(self, error: BaseException) -> None:
        """Store why the picture was refused.

        Nothing is stored if its retry was stopped; a user's *Stop* has stored its own reason.
        """
        if isinstance(error, MJBotError) and not isinstance(error, RetryStoppedError):
            await self._makes.refuse(self.make.id, refusal_of(error))
        elif isinstance(error, Exception) and not isinstance(error, MJBotError):
            await self._makes.refuse(self.make.id, Refusal(Text.SERIES_FAILED))

    async def redraw(self) -> None:
        """Draw the card of the series again, if its state has changed. If the database fails, draw it later.

        What has to be written first, such as the outcome of the submit, is written before.
        """
        await self._writes.write(partial(self._watches.redraw, [TaskId(self.make.series)]))
