"""The loop that sends the pictures of series, one after another."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from mjbot.clock import Clock, Wakeup
from mjbot.core.making.assembly import assemble_prompt
from mjbot.core.making.check import check_prompt
from mjbot.core.model.task import TaskId
from mjbot.errors import MJBotError, PressUnclear, StoreFailed
from mjbot.guard import LoopGuard
from mjbot.ports import Make, MakeStore, SubmitResult, TaskSource
from mjbot.service.making.make_submission import imagine_builder, placeholder, refusal_of
from mjbot.service.making.series_submission import SeriesSubmission
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.result_cards import first_snapshots
from mjbot.service.pressing.retries import NOT_STARTED, RetryBackoff, UnclearBackoff
from mjbot.service.pressing.submission import SubmissionJournal
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.pending_cards import PendingCards
from mjbot.service.watching.watches import WatchService

_PAUSE = 5.0  # seconds, after an error


class SeriesLoop:
    """Sends series. Each has one submit in flight or waiting, so a full queue holds up no other series.

    The submits of other commands are sent in between; they do not wait for a series.
    """

    def __init__(
        self,
        *,
        source: TaskSource,
        makes: MakeStore,
        journal: SubmissionJournal,
        watches: WatchService,
        pending: PendingCards,
        writes: DeferredWrites,
        in_flight: InFlight,
        clock: Clock,
        guard: LoopGuard,
    ) -> None:
        self._source = source
        self._makes = makes
        self._journal = journal
        self._watches = watches
        self._pending = pending
        self._writes = writes
        self._in_flight = in_flight
        self._clock = clock
        self._guard = guard
        self._pauses: set[Wakeup] = set()
        self._senders: dict[TaskId, asyncio.Task[None]] = {}
        self._closed = False
        self._wakeup = Wakeup(clock, "until a series is started")

    def notify(self) -> None:
        """Send a series that was just started."""
        self._wakeup.notify()

    async def run(self) -> None:
        """Send series until cancelled, first those that were left unfinished before a restart.

        A submit in flight is not cancelled: `InFlight.finish` waits for it.
        """
        try:
            while True:
                for series in [each for each, sender in self._senders.items() if sender.done()]:
                    self._senders.pop(series).result()  # raises if nothing succeeds any more
                again: float | None = self._clock.now() + _PAUSE
                with self._guard.contain(), suppress(StoreFailed):
                    for series in await self._makes.unsent_series():
                        if series not in self._senders:
                            sender = self._senders[series] = asyncio.create_task(self._send_all(series))
                            sender.add_done_callback(lambda _: self._wakeup.notify())
                    again = None
                await self._wakeup.wait(again)
        finally:
            self._closed = True
            for pause in self._pauses:
                pause.notify()

    async def _send_all(self, series: TaskId) -> None:
        """Send the unsent pictures of a series."""
        unclear = UnclearBackoff()
        with self._in_flight.track():
            while await self._sent_next(series, unclear):
                pass

    async def _sent_next(self, series: TaskId, unclear: UnclearBackoff) -> bool:
        """Send the next picture of a series, and pause if necessary. Return False if there is none."""
        pause = _PAUSE
        with self._guard.contain(), suppress(StoreFailed):
            make = await self._makes.next_of(series)
            if make is None or self._closed:
                return False
            pause = await self._send(make, unclear)
        if pause and not self._closed:
            await self._pause(pause)
        return not self._closed

    async def _pause(self, seconds: float) -> None:
        """Wait before the next picture. A shutdown ends the wait."""
        wakeup = Wakeup(self._clock, "until a series goes on after an error")
        self._pauses.add(wakeup)
        try:
            await wakeup.wait(self._clock.now() + seconds)
        finally:
            self._pauses.discard(wakeup)

    async def _send(self, make: Make, unclear: UnclearBackoff) -> float:
        """Send a picture of a series. Return the seconds to wait before the next one."""
        submission = self._submission(make)
        if await self._journal.begin(submission, make.user_id) is not None:
            return 0.0  # it is in flight already
        pause = 0.0
        try:
            result = await self._journal.send(submission, RetryBackoff(NOT_STARTED))
        except MJBotError as error:
            if isinstance(error, PressUnclear):
                pause = unclear.after_unclear()
            elif error.refuses_all:
                await self._makes.stop_series(TaskId(make.series), refusal_of(error))
        else:
            unclear.accepted()
            await self._accept(submission, result)
        await submission.redraw()
        return pause

    async def _accept(self, submission: SeriesSubmission, result: SubmitResult) -> None:
        """Commit the created tasks as pending cards, which are posted in the channel of the series."""
        make, now = submission.make, self._clock.now()
        snapshots = first_snapshots(submission.snapshot.task, result, "", now)
        watch = make.watch(submission.message, snapshots[0].id, now)
        await self._journal.accept(submission, watch, snapshots)
        self._pending.added()

    def _submission(self, make: Make) -> SeriesSubmission:
        prompt = check_prompt(assemble_prompt(make.text, make.options)).prompt
        snapshot = placeholder(make, prompt, self._clock.now())
        build = imagine_builder(prompt, make.options)
        return SeriesSubmission(self._source, self._makes, self._watches, self._writes, make, snapshot, build)
