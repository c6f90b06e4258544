"""Keep the messages that follow a task up to date."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from mjbot.core.card.card import Card, superseded_card
from mjbot.core.card.content import Part
from mjbot.core.card.state import CardState
from mjbot.core.editing.ladder import Omission
from mjbot.core.editing.outcome import Delivered, Existence, Gone, NoAccess, Outcome
from mjbot.core.editing.pending_edit import Edit, Priority
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import MessageRef, Watch, WatchState, newest
from mjbot.editor import EditScheduler
from mjbot.errors import StoreFailed
from mjbot.ports import PressStore, WatchStore
from mjbot.service.watching.child_checks import ChildChecks
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watch_index import WatchIndex
from mjbot.service.watching.write_behind import WriteBehind
from mjbot.tracker import TaskTracker

log = logging.getLogger(__name__)


class WatchService:
    """Turns task changes into message edits. A watch is the record that a message follows a task."""

    def __init__(
        self,
        store: WatchStore,
        presses: PressStore,
        tracker: TaskTracker,
        editor: EditScheduler,
        renderer: CardRenderer,
        checks: ChildChecks,
        buffer: WriteBehind,
    ) -> None:
        self._store = store
        self._presses = presses
        self._tracker = tracker
        self._editor = editor
        self._renderer = renderer
        self._checks = checks
        self._index = WatchIndex()
        self._buffer = buffer

    def live_cards(self, guild_id: int) -> int:
        """Return the number of messages in a guild that follow a task."""
        return self._index.live(guild_id)

    async def start(
        self,
        watch: Watch,
        snapshot: TaskSnapshot,
        card: Card,
        older: Sequence[Watch] = (),
        omitted: Part = Part.NONE,
    ) -> None:
        """Follow a task on a new message. The ``older`` messages of the task then stop following it.

        ``omitted`` are the parts of the card that Discord has rejected.
        """
        omission = Omission(omitted, card) if omitted else None
        self._editor.prime(watch.ref, watch.delivered, card.state, omission)
        self._index.add(watch)
        self.cancel_close(watch.ref)  # the last edit of what it showed before may have ended meanwhile
        log.info("watch opened: task=%s", snapshot.id, extra={"task": snapshot.id})
        self._tracker.follow(snapshot)
        for old in older:
            if self._buffer.is_closed(old.ref):
                continue  # it shows the final card and keeps it
            self._index.pop(old.ref)
            self._submit(old.ref, superseded_card(snapshot, watch.ref.url(watch.guild_id), old.locale))
        # The task may have changed while the card was on its way. The message is there: it is shown anyway.
        current = self._tracker.snapshot(snapshot.id) or snapshot
        if current is not snapshot:
            card = await self._renderer.first_card(watch.as_shown(current), watch.audience)
        # What became of a press or make goes before the progress of other tasks.
        self._submit(watch.ref, card, Priority.PRESS)

    async def retarget(self, watch: Watch, before: TaskId, snapshot: TaskSnapshot) -> None:
        """Make a message that follows task ``before`` follow another task."""
        if (old := self._index.pop(watch.ref)) is not None:
            watch = replace(watch, delivered=old.delivered)
        self._drop_unfollowed(before)
        card = await self._renderer.first_card(snapshot, watch.audience)
        await self.start(watch, snapshot, card)

    async def stop(self, ref: MessageRef, snapshot: TaskSnapshot) -> bool:
        """Stop updating a message, and say so on it. Returns False if the message follows no task."""
        watch = self._index.get(ref) or await self._buffer.watch_for(ref, snapshot.id)
        if watch is None:
            return False
        watch = replace(self._buffer.known(watch), state=WatchState.STOPPED)
        await self._buffer.add(watch, snapshot)
        if self._index.pop(watch.ref) is None:
            self._editor.prime(watch.ref, watch.delivered)
        self._drop_unfollowed(watch.task_id)
        await self._repaint(watch, snapshot)
        return True

    async def _card(self, snapshot: TaskSnapshot, watch: Watch) -> Card:
        return await self._renderer.card(watch.as_shown(snapshot), watch.audience)

    async def message_of(self, ref: MessageRef, task_id: TaskId) -> MessageRef:
        """Return the message of the card. ``ref`` is the pressed message, which may be ephemeral."""
        watch = await self._buffer.watch_for(ref, task_id)
        return watch.ref if watch else ref

    async def resume_on(self, ref: MessageRef, snapshot: TaskSnapshot) -> None:
        """Update the pressed card again if its updates had stopped. The task may have ended meanwhile."""
        watch = await self._buffer.watch_for(ref, snapshot.id)
        if watch is None or watch.ref in self._index:
            return
        watch = replace(watch, state=WatchState.OPEN)
        stored = await self._buffer.snapshot(snapshot.id)
        if (followed := self._tracker.snapshot(snapshot.id)) is not None:
            snapshot = followed
        elif stored is not None and stored.final:
            snapshot = stored
        self.cancel_close(watch.ref)
        await self._buffer.add(watch, snapshot)
        await self.start(watch, snapshot, await self._card(snapshot, watch))

    def cancel_close(self, ref: MessageRef) -> None:
        """Cancel the pending close of a message's watch. Call this before a new watch is committed."""
        self._buffer.reopen(ref)

    def note_pressed(self, ref: MessageRef) -> None:
        """Record that a press was begun, so that its message is edited after a kill at any moment."""
        self._buffer.note_pressed(ref)

    async def repaint(self, ref: MessageRef, snapshot: TaskSnapshot) -> None:
        """Render a message again because a press has changed the buttons, even if its watch is closed."""
        watch = self._index.get(ref)
        if watch is None:
            watch = await self._buffer.watch_for(ref, snapshot.id)
            if watch is None:
                return
            self._editor.prime(watch.ref, watch.delivered)
        # The press may have waited long for its response, so the newest snapshot is drawn.
        known = self._tracker.snapshot(snapshot.id) or await self._buffer.snapshot(snapshot.id)
        await self._repaint(watch, known or snapshot)

    async def on_change(self, snapshots: Sequence[TaskSnapshot]) -> None:
        """Store the changed tasks, then queue edits with their new cards.

        If the database fails, the changes are shown anyway and stored later.
        """
        await self._buffer.save(snapshots)
        shown = [(watch, snapshot) for snapshot in snapshots for watch in self._index.of(snapshot.id)]
        for watch, card in await self._renderer.cards(shown):
            if self._index.get(watch.ref) is watch:  # it may have been replaced meanwhile
                self._submit(watch.ref, card)

    async def on_settled(self, edit: Edit, outcome: Outcome) -> None:
        """Record what an edited message shows. Stop updating it after the final card or if it was deleted."""
        ref = edit.ref
        match outcome:
            case Delivered(delivered):
                self._buffer.note(ref, delivered)
            case Gone(channel=False):
                with suppress(StoreFailed):  # the next edit, or the next start, notices it again
                    await self._message_gone(ref)
                return
            case Gone() | NoAccess():
                existence = Existence.CHANNEL_GONE if isinstance(outcome, Gone) else Existence.NO_ACCESS
                self._checks.skip_channel(ref.channel_id, existence)
                await self.close_channel(ref.channel_id)
                return
            case _ if edit.card.final:
                log.warning("watch ended: Discord has not accepted the last card of a task for a day")
        if edit.card.final and not self._goes_on(ref):
            self._close(ref)

    def _goes_on(self, ref: MessageRef) -> bool:
        """Return whether a message follows a running task. If so, a final card on the message is outdated."""
        watch = self._index.get(ref)
        return watch is not None and self._tracker.snapshot(watch.task_id) is not None

    async def run_checks(self) -> None:
        """Run the requested checks of child cards, until cancelled."""
        await self._checks.run(self._message_gone)

    async def _message_gone(self, ref: MessageRef) -> None:
        """Close the watch of a message that was deleted, and remove links to the message."""
        self._editor.forget(ref)
        self._close(ref)
        await self.redraw(await self._presses.unlink(ref))

    async def resume(self) -> None:
        """Resume all open watches after a restart. Only messages whose card has changed are edited."""
        interrupted = await self._presses.end_interrupted()
        found = [
            (watch, stored or TaskSnapshot(watch.task_id, opened_at=watch.created_at))
            for watch, stored in await self._store.open_watches()
        ]
        for watch, snapshot in found:
            if watch.follows:
                self._index.add(watch)
                self._tracker.follow(snapshot, soon=True)
        for watch, card in await self._renderer.cards(found):
            self._editor.prime(watch.ref, watch.delivered, card.state)
            if card.final and card.digest == watch.delivered.digest:
                self._editor.recheck(watch.ref, card)  # its file may still be missing
            elif card.state is not CardState.UNSEEN:
                self._submit(watch.ref, card)
        # Buttons whose press was in flight when the last process died are enabled again. The state that was
        # delivered last is not certain, so these cards are edited even if their digests are equal.
        await self.redraw(interrupted, certain=False)
        # So are those of presses that ended, but whose cards the last process did not draw any more.
        await self.redraw(list(set(await self._presses.recently_pressed()) - set(interrupted)))

    async def redraw(self, tasks: Sequence[TaskId], *, certain: bool = True) -> None:
        """Render the newest card of each of these tasks and their series again, even if a watch is closed."""
        stored = await self._store.watches_of(tasks, and_series=True)
        found = {self._buffer.known(watch): snapshot for watch, snapshot in stored}
        for watch in newest(found):
            snapshot = found[watch]
            if snapshot is not None:
                delivered = watch.delivered if certain else replace(watch.delivered, digest="")
                self._editor.prime(watch.ref, delivered)
                await self._repaint(watch, snapshot)

    async def _repaint(self, watch: Watch, snapshot: TaskSnapshot) -> None:
        card = await self._card(snapshot, watch)
        if not self._editor.submit(watch.ref, card, Priority.PRESS) and watch.ref not in self._index:
            self._editor.release(watch.ref)

    def _submit(self, ref: MessageRef, card: Card, priority: Priority = Priority.PROGRESS) -> None:
        priority = Priority.FINAL if card.final else priority
        if not self._editor.submit(ref, card, priority) and card.final:
            self._close(ref)

    def _close(self, ref: MessageRef) -> None:
        self._buffer.close(ref)
        if (watch := self._index.pop(ref)) is not None:
            log.info("watch closed: task=%s", watch.task_id, extra={"task": watch.task_id})
            self._drop_unfollowed(watch.task_id)
        self._editor.release(ref)

    async def close_channel(self, channel_id: int) -> None:
        """Close all watches in a channel, because its messages can no longer be edited."""
        self._forget(self._index.where(lambda watch: watch.ref.channel_id == channel_id))
        with suppress(StoreFailed):
            await self._store.close_channel(channel_id)

    async def close_guild(self, guild_id: int) -> None:
        """Close all watches in a guild, because the bot has left it."""
        self._forget(self._index.where(lambda watch: watch.guild_id == guild_id))
        with suppress(StoreFailed):
            await self._store.close_guild(guild_id)

    def _forget(self, gone: Sequence[Watch]) -> None:
        for watch in gone:
            self._index.pop(watch.ref)
            self._editor.forget(watch.ref)
            self._buffer.close(watch.ref)  # the database may fail now
            self._drop_unfollowed(watch.task_id)

    def _drop_unfollowed(self, task_id: TaskId) -> None:
        if not self._index.followed(task_id):
            self._tracker.unfollow(task_id)
