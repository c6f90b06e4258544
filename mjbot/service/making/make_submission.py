"""The submission of `Make` requests to the image service, and the cards that show their state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import DrawingModel, MakeOptions
from mjbot.core.model.press import MAKE_ACTION
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import Imagine, SubmitRequest
from mjbot.core.model.task import Mark, Task
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.errors import MJBotError, StoreFailed
from mjbot.ports import (
    InteractionContext,
    Make,
    MakeStore,
    Refusal,
    Reply,
    SubmitOrigin,
    SubmitResult,
    TaskSource,
    WatchStore,
)
from mjbot.service.pressing.marks import new_mark
from mjbot.service.watching.opener import CardOpener
from mjbot.service.watching.watches import WatchService

BuildRequest = Callable[[Mark], SubmitRequest]
"""Builds what is sent, with the mark of this try."""


class MakeCards:
    """Creates and updates the cards of `Make` requests."""

    def __init__(
        self, makes: MakeStore, store: WatchStore, opener: CardOpener, watches: WatchService
    ) -> None:
        self._makes = makes
        self._store = store
        self._opener = opener
        self._watches = watches

    async def open(
        self, context: InteractionContext, make: Make, snapshot: TaskSnapshot, reply: Reply
    ) -> MessageRef:
        """Store a `Make` request and show its card.

        The watch of the card is stored before the card is sent, so a killed process can still update the
        card after its restart.
        """
        watch = await self._begin(context, make, snapshot, reply)
        await self._store.add(watch, None)
        await self._opener.open(context, snapshot, reply, watch)
        return watch.ref

    async def open_series(
        self,
        context: InteractionContext,
        series: Make,
        snapshot: TaskSnapshot,
        parts: Sequence[Make],
        reply: Reply,
    ) -> bool:
        """Store the parts of a series and show its card. Return False if they are stored already.

        The parts and the watch of the card are stored in one transaction. So if the process is killed, either
        nothing was started, or the series has a card on which it can be stopped.
        """
        watch = await self._begin(context, series, snapshot, reply)
        if not await self._makes.start_series(parts, watch):
            return False
        try:
            await self._opener.open(context, snapshot, reply, watch)
        except BaseException:
            await self._makes.stop_series(series.id, Refusal(Text.SERIES_STOPPED))
            raise
        return True

    async def _begin(
        self, context: InteractionContext, make: Make, snapshot: TaskSnapshot, reply: Reply
    ) -> Watch:
        """Store a `Make` request, and defer the response, which becomes its card."""
        await self._makes.add(make, snapshot)
        return self._opener.new_watch(context, snapshot.id, await reply.defer())

    async def has_card(self, make: Make) -> bool:
        """Return whether a make was shown on a card, and has no task yet."""
        return bool(await self._store.shown(make.id))

    async def redraw(self, ref: MessageRef, snapshot: TaskSnapshot) -> None:
        """Render the card of a `Make` request again."""
        await self._watches.repaint(ref, snapshot)

    async def note_refusal(self, make: Make, error: MJBotError) -> None:
        """Store why a `Make` request was refused, for its card to show. Raises `StoreFailed`."""
        await self._makes.refuse(make.id, refusal_of(error))


def refusal_of(error: MJBotError) -> Refusal:
    """Return the reason to store for an error."""
    return Refusal(error.text, {name: str(value) for name, value in error.values.items()})


def placeholder(make: Make, prompt: str, now: float) -> TaskSnapshot:
    """Build the snapshot that a card shows until the service has created the task."""
    task = Task(make.id, "SUBMITTED", make.command.upper(), prompt, submitted_at=int(now))
    return TaskSnapshot(make.id, opened_at=now, task=task)


def imagine_builder(prompt: str, options: MakeOptions, pictures: tuple[str, ...] = ()) -> BuildRequest:
    """Return what builds the request of /imagine. ``pictures`` are data URLs."""
    niji = options.model is DrawingModel.NIJI

    def build(mark: Mark) -> Imagine:
        return Imagine(prompt, pictures, niji, mark)

    return build


class MakeSubmission:
    """The parts of a `Submission` that every `Make` request has."""

    action = MAKE_ACTION
    kind = ""

    def __init__(self, source: TaskSource, make: Make, snapshot: TaskSnapshot, build: BuildRequest) -> None:
        self.make = make
        self.number = 0
        self._mark = new_mark()
        self._source = source
        self._snapshot = snapshot
        self._build = build

    @property
    def snapshot(self) -> TaskSnapshot:
        """The task snapshot that a card shows until the service has created the task."""
        return self._snapshot

    @property
    def label(self) -> str:
        """The slash command, such as ``/imagine``."""
        return f"/{self.make.command}"

    @property
    def origin(self) -> SubmitOrigin:
        """The mark of this submit, and the channel and user of the `Make` request."""
        make = self.make
        return SubmitOrigin(
            (self._mark,), self.label, make.guild_id, make.channel_id, make.user_id, make.locale
        )

    async def raise_if_stopped(self) -> None:
        """Do nothing: only the pictures of a series can be stopped before they are sent."""

    async def send(self) -> SubmitResult:
        """Submit the `Make` request with its mark."""
        return await self._source.submit(self._build(self._mark))


class CardSubmission(MakeSubmission):
    """Submits a `Make` request that has a card of its own. Implements `Submission`.

    ``message`` is the card, if there is one already.
    """

    def __init__(
        self,
        source: TaskSource,
        cards: MakeCards,
        make: Make,
        snapshot: TaskSnapshot,
        build: BuildRequest,
        context: InteractionContext,
        reply: Reply,
        message: MessageRef | None = None,
    ) -> None:
        super().__init__(source, make, snapshot, build)
        self._cards = cards
        self._context = context
        self._reply = reply
        self._message = message

    @property
    def place(self) -> Place:
        """The guild or DM of the interaction."""
        return self._context.place

    @property
    def is_shown(self) -> bool:
        """Whether the `Make` request has a card. If the database fails, the card shows the outcome later."""
        return self._message is not None

    @property
    def message(self) -> MessageRef:
        """The message that is the card of the `Make` request."""
        return self._message or MessageRef(self._context.channel_id, 0)

    async def acknowledge(self) -> None:
        """Show a new card that says "Submitting", or defer the response if there is a card."""
        if self._message is None:
            self._message = await self._cards.open(self._context, self.make, self._snapshot, self._reply)
        else:
            await self._reply.defer()

    async def show_queue_full(self, _next_try: float) -> None:
        """Show on the card that the submit is waiting for the queue."""
        with suppress(StoreFailed):
            await self._cards.redraw(self.message, self._snapshot)

    async def note_refusal(self, error: BaseException) -> None:
        """Store the reason of a refusal, for the card to show."""
        if isinstance(error, MJBotError):
            await self._cards.note_refusal(self.make, error)
