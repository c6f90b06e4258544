"""The submission journal, which records the state of every submit to the upstream in the database.

Submits are not idempotent and cost money. So each one is committed before it is sent, and is sent only once:

    begin ──► SENDING ──► ACCEPTED        the result's card is committed in the same transaction
                │  ▲ ├──► REFUSED         the upstream refused it, or nothing was sent
                │  │ └──► UNCLEAR         no response: only the user may send it again ("Do it again"),
                │  │        └──► ACCEPTED   unless `LostSubmits` finds the created task by the mark
                ▼  │
              RETRYING ──► REFUSED        the queue stayed full, the user stopped it, or the process stops

A restart turns SENDING (the process died while a submit was in flight) into UNCLEAR, and RETRYING into
REFUSED. The transition from RETRYING to SENDING must therefore be committed before anything is sent. If the
database fails, every other transition is written later. If the process is killed before that, nothing is
submitted twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

from mjbot.clock import Clock
from mjbot.core.access.place import Place
from mjbot.core.model.press import Press, PressKey, UnknownAction, may_begin
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.watch import MessageRef, Watch
from mjbot.errors import StoreFailed, UpstreamError
from mjbot.errors.submits import ActionNotOffered, SubmitRefused
from mjbot.ports import LostSubmit, PressRecord, PressStore, SubmitOrigin, SubmitResult, UnknownActionStore
from mjbot.service.pressing.refusals import error_for_user
from mjbot.service.pressing.retries import Pause, RetryBackoff, SubmitRetries
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.watches import WatchService

log = logging.getLogger(__name__)


class Submission(Protocol):
    """One submit: an action that a button press triggers, or the modal input that a task is waiting for."""

    @property
    def snapshot(self) -> TaskSnapshot:
        """The snapshot of the task whose button or modal this submission is for."""
        ...

    @property
    def action(self) -> str:
        """The key in the presses table: a digest of the action's custom_id, or `MODAL_ACTION`."""
        ...

    @property
    def label(self) -> str:
        """The label of the pressed button."""
        ...

    @property
    def kind(self) -> str:
        """The kind of the action, as `kind_of` returns it, or "" for a modal."""
        ...

    @property
    def origin(self) -> SubmitOrigin:
        """The marks of the submits, and the channel and user for whom a card is shown."""
        ...

    number: int
    """The number of this press of the action, from 1. Set when the submission begins."""

    @property
    def place(self) -> Place:
        """The guild or DM of the interaction. Users can stop retries only from there."""
        ...

    @property
    def message(self) -> MessageRef:
        """The message whose buttons show the state of the submission."""
        ...

    async def acknowledge(self) -> None:
        """Respond to the interaction before anything is sent. Raises if Discord rejects the response."""
        ...

    async def raise_if_stopped(self) -> None:
        """Raise `RetryStopped` if a user has stopped it. Called while nothing is in flight."""
        ...

    async def send(self) -> SubmitResult:
        """Send all steps that have not succeeded yet. Raises `SubmitError`, `UpstreamError`."""
        ...

    async def show_queue_full(self, next_try: float) -> None:
        """Show that the queue is full, and the time of the next try (unix seconds). Never raises."""
        ...

    async def note_refusal(self, error: BaseException) -> None:
        """Store the reason of a refusal, for a card to show. Raises `StoreFailed`."""
        ...


class SubmissionJournal:
    """Runs submissions and commits each of their state transitions to the database."""

    def __init__(
        self,
        presses: PressStore,
        unknown: UnknownActionStore,
        watches: WatchService,
        retries: SubmitRetries,
        on_lost: Callable[[LostSubmit], None],
        writes: DeferredWrites,
        clock: Clock,
    ) -> None:
        self._presses = presses
        self._unknown = unknown
        self._watches = watches
        self._retries = retries
        self._on_lost = on_lost
        self._writes = writes
        self._clock = clock

    @property
    def is_behind(self) -> bool:
        """Whether cards do not show all outcomes yet, because the database fails."""
        return self._writes.waiting

    async def earlier(self, submission: Submission, repeats: int) -> PressRecord | None:
        """Return the earlier press for which `begin` would commit nothing, or None. Raises `StoreFailed`.

        Ask this before a press is counted towards the limits: what sends nothing does not count.
        """
        last = await self._presses.last(submission.snapshot.id, submission.action)
        return None if last is None or may_begin(last.state, last.number, repeats) else last

    async def begin(self, submission: Submission, user_id: int, *, repeats: int = 0) -> PressRecord | None:
        """Commit SENDING and return None, or return an earlier press of the action, and commit nothing.

        ``repeats`` is the number of the press that the user confirmed to repeat, or 0. Raises `StoreFailed`.
        """
        task_id, now = submission.snapshot.id, self._clock.now()
        begun = await self._presses.begin(
            task_id, submission.action, user_id, now, repeats=repeats, origin=submission.origin
        )
        if isinstance(begun, PressRecord):
            return begun
        submission.number = begun.number
        self._watches.note_pressed(submission.message)
        return None

    async def send(self, submission: Submission, backoff: RetryBackoff | None = None) -> SubmitResult:
        """Send a submission, with retries after temporary errors. If it fails, commit the new state.

        If it succeeds, the caller must call `accept` or `confirm`. Raises `MJBotError`.
        """
        in_flight = False
        backoff = backoff or RetryBackoff()
        try:
            await submission.acknowledge()
            await self._repaint(submission)
            while True:
                await submission.raise_if_stopped()
                in_flight = True
                try:
                    return await submission.send()
                except (SubmitRefused, UpstreamError) as error:
                    in_flight = False
                    if (pause := backoff.pause_after(error)) is None:
                        raise
                await self._wait_to_retry(submission, pause)
        except BaseException as error:
            complete = error_for_user(error, submission.label, in_flight=in_flight)
            await self._fail(submission, error, complete, in_flight=in_flight)
            if complete is error:
                raise
            raise complete from error

    async def confirm(self, submission: Submission, *, resume_on: MessageRef | None = None) -> None:
        """Commit ACCEPTED for a submit that continues its task, and follow the task on a message again.

        The message is first: if the process is killed before ACCEPTED, a restart searches for the submit.
        """
        if resume_on is not None:
            await self._writes.write(partial(self._watches.resume_on, resume_on, submission.snapshot))
        await self._writes.write(partial(self._presses.note, _key(submission), Press.ACCEPTED))

    async def accept(self, submission: Submission, watch: Watch, results: Sequence[TaskSnapshot]) -> bool:
        """Commit ACCEPTED, the created tasks and the watch of the first card. Returns True, as a `Commit`."""
        key, label = _key(submission), submission.label
        await self._writes.write(partial(self._presses.accept, key, label, watch, results))
        return True

    async def finish(self, submission: Submission) -> None:
        """Update the cards that an accepted submit has changed, once the database has the new state."""
        await self._writes.write(partial(self._repaint, submission))
        if submission.kind:
            await self._writes.write(partial(self._accept_kind, submission.kind))

    async def _accept_kind(self, kind: str) -> None:
        await self._watches.redraw(await self._unknown.accept(kind))

    async def _wait_to_retry(self, submission: Submission, pause: Pause) -> None:
        task_id, action = submission.snapshot.id, submission.action
        next_try = self._clock.now() + pause.seconds
        with self._retries.pending(task_id, action, submission.place) as retry:
            with suppress(StoreFailed):  # SENDING stays, which a restart makes UNCLEAR: the safe side
                await self._presses.note(_key(submission), Press.RETRYING)
            # It may have been stopped while the submit was in flight; do not wait a minute to notice.
            await submission.raise_if_stopped()
            if pause.visible:
                await submission.show_queue_full(next_try)
            await retry.wait(next_try)
        await self._presses.note(_key(submission), Press.SENDING)
        if pause.visible:
            await self._repaint(submission)

    async def _fail(
        self, submission: Submission, error: BaseException, complete: BaseException, *, in_flight: bool
    ) -> None:
        state = Press.UNCLEAR if in_flight else Press.REFUSED
        task_id, action = submission.snapshot.id, submission.action
        log.info("press %s of task %s: %s", action, task_id, state, extra={"task": task_id})
        log.debug("the upstream said: %s", error)  # may quote a prompt
        unknown = isinstance(error, ActionNotOffered) and bool(submission.kind)
        if state is Press.UNCLEAR:  # first, so that it is looked for whatever the write raises
            self._on_lost(LostSubmit(_key(submission), submission.origin, self._clock.now()))
        await self._writes.write(partial(self._settle, submission, state, complete, unknown=unknown))

    async def _settle(
        self, submission: Submission, state: Press, error: BaseException, *, unknown: bool
    ) -> None:
        key = _key(submission)
        if state is Press.REFUSED:
            await submission.note_refusal(error)
        await self._presses.note(key, state)
        if unknown:
            now = self._clock.now()
            await self._unknown.add(UnknownAction(submission.kind, key.task_id, key.action, now))
        await self._repaint(submission)

    async def _repaint(self, submission: Submission) -> None:
        await self._watches.repaint(submission.message, submission.snapshot)


def _key(submission: Submission) -> PressKey:
    return PressKey(submission.snapshot.id, submission.action, submission.number)
