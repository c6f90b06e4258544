"""Open cards: the response to an interaction becomes a message that follows a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from mjbot.clock import Clock
from mjbot.core.card.card import Card
from mjbot.core.card.content import Part
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import NOTHING_DELIVERED, DeliveredState, MessageRef, Watch, WatchState
from mjbot.errors import ActionUnavailable, ResponseLost, StoreFailed
from mjbot.ports import InteractionContext, PictureSource, Reply
from mjbot.service.watching.child_checks import ChildChecks
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService
from mjbot.service.watching.write_behind import WriteBehind


class CardOpener:
    """Sends the first card of a message, stores the watch of the message and starts the updates."""

    def __init__(
        self,
        buffer: WriteBehind,
        watches: WatchService,
        checks: ChildChecks,
        renderer: CardRenderer,
        pictures: PictureSource,
        writes: DeferredWrites,
        clock: Clock,
    ) -> None:
        self._buffer = buffer
        self._watches = watches
        self._checks = checks
        self._renderer = renderer
        self._pictures = pictures
        self._writes = writes
        self._clock = clock

    def new_watch(self, context: InteractionContext, task_id: TaskId, ref: MessageRef) -> Watch:
        """Build a watch in the initial state OPENING. ``ref`` is the message that will follow the task."""
        return Watch(ref, task_id, context.guild_id, context.user_id, context.locale, self._clock.now())

    async def open(
        self, context: InteractionContext, snapshot: TaskSnapshot, reply: Reply, watch: Watch | None = None
    ) -> None:
        """Show a snapshot as a new public card, and follow the task if the bot can see the channel.

        ``watch`` is the watch that was stored when the response was deferred, if any. Raises `MJBotError`.
        """
        follows = context.can_follow
        try:
            card = await self._renderer.card(snapshot, context.audience, obstacle=context.obstacle)
        except StoreFailed:
            if watch is None:
                raise
            card = self._renderer.bare_card(snapshot, context.audience)
        image = self._pictures.link(card.picture) if card.picture else None
        delivered = self._first_delivered(card, image)
        try:
            sent = await reply.send_card(card, image, follows=follows)
            ref, omitted = sent.ref, sent.omitted & ~Part.BUTTONS
            if omitted != sent.omitted:
                delivered = NOTHING_DELIVERED  # the first edit tries the buttons again
        except ResponseLost:
            if watch is None or not follows:
                raise
            # The channel route may still reach the message.
            ref, omitted, delivered = watch.ref, Part.NONE, NOTHING_DELIVERED
        if not follows:
            return
        committed = watch is not None
        watch = replace(
            watch or self.new_watch(context, snapshot.id, ref), task_id=snapshot.id, delivered=delivered
        )
        older = await self._add(replace(watch, state=WatchState.OPEN), snapshot, committed=committed)
        await self._watches.start(watch, snapshot, card, older, omitted)
        self._checks.ask(snapshot, context.place)
        if card.picture and not context.can_attach and self._pictures.attaches(card.picture):
            await reply.send_hint(Text.REPLY_MISSING_ATTACH_FILES)

    async def _add(self, watch: Watch, snapshot: TaskSnapshot, *, committed: bool) -> Sequence[Watch]:
        """Store a watch. If the write fails, schedule another for a watch that was ``committed`` before.

        Raises `StoreFailed` for a watch that was never written.
        """
        try:
            return await self._buffer.add(watch, snapshot)
        except StoreFailed:
            if not committed:
                raise
        await self._writes.write(partial(self._buffer.add, watch))
        return ()

    async def reopen(self, context: InteractionContext, snapshot: TaskSnapshot, ref: MessageRef) -> None:
        """Follow a task again on a message that is no longer updated. The requester stays the same.

        Raises `ActionUnavailable` if the message goes on with another task, but does not show it yet.
        """
        watch = replace(self.new_watch(context, snapshot.id, ref), state=WatchState.OPEN)
        if (before := await self._buffer.watch_at(ref)) is not None:
            if before.task_id.casefold() != snapshot.id.casefold():
                raise ActionUnavailable(Text.REPLY_BUTTON_GONE, id=before.task_id)
            watch = replace(watch, requester_id=before.requester_id, delivered=before.delivered)
        self._watches.cancel_close(ref)
        older = await self._buffer.add(watch, snapshot)
        card = await self._renderer.card(snapshot, watch.audience)
        await self._watches.start(watch, snapshot, card, older)

    def _first_delivered(self, card: Card, image: str | None) -> DeliveredState:
        """Return what the initial response shows, or an empty state if an edit must add the picture."""
        if card.picture is None:
            return DeliveredState(card.digest)
        if card.picture.final or self._pictures.attaches(card.picture) or image is None:
            return NOTHING_DELIVERED
        return DeliveredState(card.digest, card.picture.key, image)
