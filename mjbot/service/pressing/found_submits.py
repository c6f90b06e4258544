"""Show the tasks of submits whose response was lost, once the tasks have been found."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from mjbot.clock import Clock
from mjbot.core.model.makes import is_make
from mjbot.core.model.press import MODAL_ACTION
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Phase, Task
from mjbot.core.model.watch import MessageRef, Watch, WatchState
from mjbot.ports import LostSubmit, MarkStore, SubmitResult
from mjbot.service.pressing.result_cards import first_snapshot
from mjbot.service.pressing.retargeting import CardRetargeting
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.pending_cards import PendingCards
from mjbot.service.watching.watches import WatchService
from mjbot.tracker import TaskTracker

log = logging.getLogger(__name__)


class FoundSubmits:
    """Records that found submits were accepted, and shows the created tasks.

    The card of a `Make` request, or of a task that waited for modal input, shows the task that was found. For
    any other submit, a new card is posted.
    """

    def __init__(
        self,
        marks: MarkStore,
        watches: WatchService,
        retargeting: CardRetargeting,
        pending: PendingCards,
        tracker: TaskTracker,
        writes: DeferredWrites,
        clock: Clock,
    ) -> None:
        self._marks = marks
        self._watches = watches
        self._retargeting = retargeting
        self._pending = pending
        self._tracker = tracker
        self._writes = writes
        self._clock = clock

    async def show(self, lost: LostSubmit, tasks: Sequence[Task]) -> None:
        """Show the tasks that a lost submit created. If it raises `StoreFailed`, nothing is stored."""
        log.info("a lost submit was found: task=%s", tasks[0].id, extra={"task": tasks[0].id})
        press, origin = lost.press, lost.origin
        continues = is_make(press.task_id) or press.action == MODAL_ACTION
        ref = MessageRef(origin.channel_id, 0)
        if continues:
            ref = await self._watches.message_of(ref, press.task_id)
        now = self._clock.now()
        snapshots = [_first_snapshot(each, now) for each in tasks]
        if press.task_id == snapshots[0].id:
            # First, since a submit that was found is not searched for again.
            await self._watches.resume_on(ref, snapshots[0])
            await self._marks.continued(lost)
            await self._writes.write(partial(self._watches.redraw, [press.task_id]))
            self._tracker.poll_soon(press.task_id)
            return
        # The card may have been shown before, but not stored: messages since the submit are looked through.
        watch = Watch(
            ref,
            snapshots[0].id,
            origin.guild_id,
            origin.user_id,
            origin.locale,
            created_at=lost.sent_at,
            state=WatchState.OPEN,
        )
        commit = partial(self._marks.found, lost, watch, snapshots)
        await self._retargeting.follow(watch, press.task_id, snapshots, commit)
        self._pending.added()


def _first_snapshot(task: Task, now: float) -> TaskSnapshot:
    """Build the snapshot to show until the task itself is read. A task from the list may lack fields."""
    waits = task.phase is Phase.WAITING
    return first_snapshot(task.id, task, SubmitResult(task.id, needs_modal=waits), "", now)
