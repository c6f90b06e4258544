"""Which messages follow which task, and what each must show next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from mjbot.clock import Clock
from mjbot.core.buttons import Press
from mjbot.core.card import Card, moved, render
from mjbot.core.edits import Edit, Priority
from mjbot.core.lineage import LINKED
from mjbot.core.outcome import Delivered, Gone, Outcome
from mjbot.core.state import Context
from mjbot.core.task import Phase, TaskId
from mjbot.core.view import TaskView
from mjbot.core.watch import MessageRef, Watch, WatchState, newest, watch_for
from mjbot.editor import EditScheduler
from mjbot.errors import StoreFailed
from mjbot.ports import PressStore, WatchStore
from mjbot.service.unsaved import Unsaved
from mjbot.tracker import TaskTracker

_REFUSED_SECONDS = 24 * 3600.0  # then the service is asked again: it may have learnt the action


class CardKeeper:
    """Keeps watched messages true: changes in, edits out; a watch closes once its end is confirmed."""

    def __init__(
        self,
        store: WatchStore,
        presses: PressStore,
        tracker: TaskTracker,
        editor: EditScheduler,
        clock: Clock,
        watch_limit: float,
    ) -> None:
        self._store = store
        self._presses = presses
        self._tracker = tracker
        self._editor = editor
        self._clock = clock
        self._watch_limit = watch_limit
        self._watches: defaultdict[TaskId, dict[MessageRef, Watch]] = defaultdict(dict)
        self._unsaved = Unsaved(store, clock)
        tracker.on_change = self.on_change
        editor.on_settled = self.on_settled

    async def card(
        self, view: TaskView, locale: str, guild_id: int | None, *, unwatched: bool = False
    ) -> Card:
        """The card for a view, with its presses and its kin."""
        pressable = view.task is not None and view.task.phase in (Phase.SUCCESS, Phase.WAITING)
        presses, refused = await self.pressed(view.id) if pressable else ({}, frozenset())
        lineage = await self._presses.lineage(view.id, guild_id)
        return render(view, Context(locale, presses, lineage, self._watch_limit, unwatched, refused))

    async def pressed(self, task_id: TaskId) -> tuple[Mapping[str, Press], frozenset[str]]:
        """The presses of a task, and the kinds of action that the service does not offer at present."""
        since = self._clock.now() - _REFUSED_SECONDS
        return await self._presses.of(task_id), await self._presses.refused_kinds(since)

    def live(self, guild_id: int | None) -> int:
        """How many messages of a server follow a task; 0 for direct messages, which nobody shares."""
        watches = (watch for each in self._watches.values() for watch in each.values())
        return sum(watch.guild_id == guild_id for watch in watches) if guild_id else 0

    async def keep(self, watch: Watch, view: TaskView, card: Card, older: Sequence[Watch] = ()) -> None:
        """Follow a task for a message that shows ``watch.shown``; older messages of it hand over."""
        self._editor.prime(watch.ref, watch.shown, card.state)
        self._watches[view.id][watch.ref] = watch
        self._unsaved.reopen(watch.ref)
        self._tracker.follow(view)
        for old in older:
            self._watches[view.id].pop(old.ref, None)
            farewell = moved(view, watch.ref.url(watch.guild_id), old.locale)
            await self._submit(old.ref, farewell)
        # Something may have been learnt while the card was on its way to Discord.
        current = self._tracker.view(view.id) or view
        await self._submit(watch.ref, card if current is view else await self._card(current, watch))

    async def take_over(self, watch: Watch, before: TaskId, view: TaskView) -> None:
        """Follow another task on a message that followed one."""
        if (old := self._watches.get(before, {}).pop(watch.ref, None)) is not None:
            watch = replace(watch, shown=old.shown)
            if not self._watches[before]:
                self._drop(before)
        await self.keep(watch, view, await self._card(view, watch))

    async def _card(self, view: TaskView, watch: Watch) -> Card:
        return await self.card(view, watch.locale, watch.guild_id)

    async def message_of(self, ref: MessageRef, task_id: TaskId) -> MessageRef:
        """The card that a press belongs to: a private message about it cannot be edited later."""
        watch = await self._watch_for(ref, task_id)
        return watch.ref if watch else ref

    async def take_up(self, ref: MessageRef, view: TaskView) -> None:
        """Follow a task again on the card that a press belongs to, if nothing follows it there."""
        watch = await self._watch_for(ref, view.id)
        if watch is None or watch.ref in self._watches.get(view.id, {}):
            return
        watch = replace(watch, state=WatchState.OPEN)
        await self._store.add(watch, view)
        await self.keep(watch, view, await self._card(view, watch))

    async def _watch_for(self, ref: MessageRef, task_id: TaskId) -> Watch | None:
        known = await self._store.watches_of([task_id])
        return watch_for((each for each, _ in known), ref)

    async def repaint(self, ref: MessageRef, view: TaskView) -> None:
        """Draw a message anew because a press changed its buttons; its watch may be long closed."""
        watch = self._watches[view.id].get(ref) if view.id in self._watches else None
        if watch is None:
            watch = await self._watch_for(ref, view.id)
            if watch is None:
                return
            self._editor.prime(watch.ref, watch.shown)
        await self._repaint(watch, view)

    async def on_change(self, views: Sequence[TaskView]) -> None:
        """Tasks changed: persist first, then offer the new cards.

        What cannot be written is shown all the same, and written when it can be: after a restart the
        service is asked anyway.
        """
        await self._unsaved.save(views)
        for view in views:
            for watch in list(self._watches.get(view.id, {}).values()):
                await self._submit(watch.ref, await self._card(view, watch))

    async def on_settled(self, edit: Edit, outcome: Outcome) -> None:
        """An edit is over. Its watch closes when the last card was confirmed, or can never be."""
        ref = edit.ref
        match outcome:
            case Delivered(shown):
                self._unsaved.note(ref, shown)
            case Gone(channel=channel):
                with suppress(StoreFailed):  # the next edit, or the next start, finds it gone again
                    await (self.close_channel(ref.channel_id) if channel else self._message_gone(ref))
                return
        # A live card that Discord refused is dropped; the next one may be better.
        if edit.card.final:
            await self._close(ref)

    async def check_children(self, task_id: TaskId, guild_id: int | None) -> None:
        """Drop the children whose messages somebody deleted, of those that a card links to."""
        for ref in await self._presses.children(task_id, guild_id, LINKED):
            if not await self._editor.stands(ref):
                await self._message_gone(ref)

    async def _message_gone(self, ref: MessageRef) -> None:
        """A message was deleted: nothing follows a task on it, and no parent's card leads to it."""
        self._editor.forget(ref)
        await self._close(ref)
        await self._redraw(await self._presses.unlink(ref))

    async def resume(self) -> None:
        """Take up every open watch again; only cards that differ from what is shown are edited."""
        interrupted = await self._presses.end_interrupted()
        for watch, stored in await self._store.open_watches():
            view = stored or TaskView(watch.task_id, opened_at=watch.created_at)
            self._watches[view.id][watch.ref] = watch
            card = await self._card(view, watch)
            self._editor.prime(watch.ref, watch.shown, card.state)
            self._tracker.follow(view, soon=True)
            if view.task is not None or view.settled:
                await self._submit(watch.ref, card)
        # Buttons whose press died with the last process are given back. What was delivered last is not
        # certain, so the cards are drawn whatever their digests say.
        await self._redraw(interrupted, certain=False)

    async def _redraw(self, tasks: Sequence[TaskId], *, certain: bool = True) -> None:
        """Draw the newest cards of these tasks anew, also those whose watch is long closed."""
        found = dict(await self._store.watches_of(tasks))
        for watch in newest(found):
            view = found[watch]
            if view is not None:
                shown = watch.shown if certain else replace(watch.shown, digest="")
                self._editor.prime(watch.ref, shown)
                await self._repaint(watch, view)

    async def _repaint(self, watch: Watch, view: TaskView) -> None:
        card = await self._card(view, watch)
        if not self._editor.submit(watch.ref, card, Priority.PRESS):
            self._release(watch.ref)

    def _release(self, ref: MessageRef) -> None:
        if not any(ref in watches for watches in self._watches.values()):
            self._editor.release(ref)

    async def run(self) -> None:
        """Save what messages show, a little later and many at once, for ever."""
        await self._unsaved.run()

    async def flush(self) -> None:
        """Save what messages show. Raises `StoreFailed`."""
        await self._unsaved.flush()

    async def _submit(self, ref: MessageRef, card: Card) -> None:
        if not self._editor.submit(ref, card) and card.final:
            await self._close(ref)

    async def _close(self, ref: MessageRef) -> None:
        await self._unsaved.close(ref)
        for task_id, watches in list(self._watches.items()):
            if watches.pop(ref, None) is not None and not watches:
                self._drop(task_id)
        self._editor.release(ref)

    async def close_channel(self, channel_id: int) -> None:
        """Nothing in this channel can be edited any more: end its watches."""
        await self._store.close_channel(channel_id)
        self._forget(lambda watch: watch.ref.channel_id == channel_id)

    async def close_guild(self, guild_id: int) -> None:
        """The bot has left this guild: end its watches."""
        await self._store.close_guild(guild_id)
        self._forget(lambda watch: watch.guild_id == guild_id)

    def _forget(self, gone: Callable[[Watch], bool]) -> None:
        for task_id, watches in list(self._watches.items()):
            for ref in [each for each, watch in watches.items() if gone(watch)]:
                del watches[ref]
                self._editor.forget(ref)
            if not watches:
                self._drop(task_id)

    def _drop(self, task_id: TaskId) -> None:
        del self._watches[task_id]
        self._tracker.unfollow(task_id)
