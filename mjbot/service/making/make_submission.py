"""A make on its way to the image service, shown on a card of its own from the start."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from mjbot.core.access.place import Place
from mjbot.core.model.press import MAKE_ACTION
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.submits import SubmitRequest
from mjbot.core.model.task import Mark
from mjbot.core.model.watch import MessageRef
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
    """Shows makes: as new cards, and on the cards that they have."""

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
        """Commit a make and show it as a new card, whose watch commits first, so that a kill strands none."""
        await self._makes.add(make, snapshot)
        watch = self._opener.new_watch(context, snapshot.id, await reply.defer())
        await self._store.add(watch, None)
        await self._opener.open(context, snapshot, reply, watch)
        return watch.ref

    async def redraw(self, ref: MessageRef, snapshot: TaskSnapshot) -> None:
        """Draw the card of a make again."""
        await self._watches.repaint(ref, snapshot)

    async def note_refusal(self, make: Make, error: MJBotError) -> None:
        """Store what the card says about a refusal. Raises `StoreFailed`."""
        values = {name: str(value) for name, value in error.values.items()}
        await self._makes.refuse(make.id, Refusal(error.text, values))


class MakeSubmission:
    """Submits a make; a `Submission`. ``message`` is its card, if it has one already."""

    action = MAKE_ACTION
    kind = ""

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
        self.make = make
        self.number = 0
        self._mark = new_mark()
        self._source = source
        self._cards = cards
        self._snapshot = snapshot
        self._build = build
        self._context = context
        self._reply = reply
        self._message = message

    @property
    def snapshot(self) -> TaskSnapshot:
        """The snapshot that the card shows until there is a task."""
        return self._snapshot

    @property
    def label(self) -> str:
        """The command."""
        return f"/{self.make.command}"

    @property
    def origin(self) -> SubmitOrigin:
        """The mark of this try, and the place of the make, whose card goes on."""
        make = self.make
        return SubmitOrigin(
            (self._mark,), self.label, make.guild_id, make.channel_id, make.user_id, make.locale
        )

    @property
    def place(self) -> Place:
        """The place of the interaction."""
        return self._context.place

    @property
    def is_shown(self) -> bool:
        """Whether the make has a card, which shows what becomes of it when the database can be used."""
        return self._message is not None

    @property
    def message(self) -> MessageRef:
        """The card of the make."""
        return self._message or MessageRef(self._context.channel_id, 0)

    async def acknowledge(self) -> None:
        """Show the card "Submitting", or defer if there is a card."""
        if self._message is None:
            self._message = await self._cards.open(self._context, self.make, self._snapshot, self._reply)
        else:
            await self._reply.defer()

    async def send(self) -> SubmitResult:
        """Submit the make, with the mark of this try."""
        return await self._source.submit(self._build(self._mark))

    async def show_queue_full(self, _next_try: float) -> None:
        """Show the wait on the card."""
        with suppress(StoreFailed):
            await self._cards.redraw(self.message, self._snapshot)

    async def note_refusal(self, error: BaseException) -> None:
        """Store the reason, which the card shows."""
        if isinstance(error, MJBotError):
            await self._cards.note_refusal(self.make, error)
