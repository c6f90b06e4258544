"""Retries, with back-off, of submits that the upstream refused temporarily. Users can stop them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mjbot.clock import Clock, Wakeup
from mjbot.core.access.place import Place
from mjbot.core.model.task import TaskId
from mjbot.core.scheduling.backoff import backoff
from mjbot.errors import UpstreamError, UpstreamRateLimited, UpstreamUnavailable
from mjbot.errors.submits import NotReady, QueueFull

# Seconds between tries while the queue is full; together well within the life of an interaction token.
_QUEUE_FULL = (10.0, 20.0, 40.0, 60.0, 60.0)
_UNCLEAR, _LONGEST_UNCLEAR = 10.0, 60.0
NOT_STARTED = (QueueFull, UpstreamRateLimited, UpstreamUnavailable)
"""Errors after which certainly no task was started. A series retries after all of them, because its user does
not wait for an immediate response."""
# Just after a parent task has finished, the upstream itself may not know it yet.
_NOT_READY = 2.0


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause before the next try. If it is ``visible``, the user is told about it."""

    seconds: float
    visible: bool


class RetryBackoff:
    """Computes the pauses between the tries of one submission, after ``temporary`` errors."""

    def __init__(self, temporary: tuple[type[Exception], ...] = (QueueFull,)) -> None:
        self._temporary = temporary
        self._pauses = iter(_QUEUE_FULL)
        self._excused = False

    def pause_after(self, error: Exception) -> Pause | None:
        """Return the pause before a retry, or None if this error must not be retried."""
        if isinstance(error, self._temporary) and (seconds := next(self._pauses, None)) is not None:
            asked = error.retry_after if isinstance(error, UpstreamError) else None
            return Pause(max(seconds, asked or 0.0), visible=True)
        if isinstance(error, NotReady) and not self._excused:
            self._excused = True
            return Pause(_NOT_READY, visible=False)
        return None


class UnclearBackoff:
    """Computes the pauses of a series after submits whose outcome is unclear. These are not tried again."""

    def __init__(self) -> None:
        self._unclear = 0

    def after_unclear(self) -> float:
        """Return the seconds until the next submit: 10, doubled with each unclear one, at most 60."""
        self._unclear += 1
        return backoff(_UNCLEAR, self._unclear - 1, _LONGEST_UNCLEAR)

    def accepted(self) -> None:
        """Reset the back-off, because the service has accepted a picture."""
        self._unclear = 0


class RetryStopped(Exception):
    """Raised when a user stops the retries or the process is about to stop. No task was created."""


@dataclass(slots=True)
class Retry:
    """A submission that waits for its next try. It can be stopped from its place."""

    wakeup: Wakeup
    place: Place
    stopped: bool = False

    async def wait(self, until: float) -> None:
        """Wait until a time (unix seconds). Raises `RetryStopped` if this was stopped."""
        if not self.stopped:
            await self.wakeup.wait(until)
        if self.stopped:
            raise RetryStopped

    def stop(self) -> None:
        """End the wait."""
        self.stopped = True
        self.wakeup.notify()


class SubmitRetries:
    """The submissions that are waiting for a retry."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: dict[tuple[TaskId, str], Retry] = {}
        self._closed = False

    @contextmanager
    def pending(self, task_id: TaskId, action: str, place: Place) -> Iterator[Retry]:
        """Let users in ``place`` stop a submission, from before its wait is shown until the context ends."""
        retry = Retry(Wakeup(self._clock, "until the next try of a submit"), place, stopped=self._closed)
        self._pending[task_id, action] = retry
        try:
            yield retry
        finally:
            del self._pending[task_id, action]

    def stop(self, task_id: TaskId, action: str, place: Place) -> bool:
        """Stop retrying a submission. Returns False if this guild or DM has none that is waiting."""
        pending = self._pending.get((task_id, action))
        if pending is None or pending.place != place:
            return False
        pending.stop()
        return True

    def close(self) -> None:
        """Stop all retries, because the process is about to stop."""
        self._closed = True
        for pending in self._pending.values():
            pending.stop()
