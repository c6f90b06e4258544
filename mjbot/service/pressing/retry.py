"""Trying a submit again while the service's queue is full: seldom, in sight, and until somebody says stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mjbot.clock import Clock, Wakeup
from mjbot.core.i18n.texts import Text
from mjbot.core.model.task import TaskId
from mjbot.errors import PressRefused, QueueFull
from mjbot.ports import SubmitResult

_PAUSES = (10.0, 20.0, 40.0, 60.0, 60.0)  # seconds; well within the life of the answer they are shown on
_NOT_READY, _SOON = Text.REPLY_NOT_READY, 2.0


@dataclass(slots=True)
class _Turn:
    wakeup: Wakeup
    stopped: bool = False


class Patience:
    """Keeps presses that the service has no room for. What it refused was not started."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turns: dict[tuple[TaskId, str], _Turn] = {}
        self._closed = False

    async def submit(
        self,
        send: Callable[[], Awaitable[SubmitResult]],
        task_id: TaskId,
        action: str,
        waiting: Callable[[float | None], Awaitable[None]],
        sending: Callable[[], Awaitable[None]],
    ) -> SubmitResult:
        """Send until there is room.

        ``waiting`` is told when the next try comes (None: too soon to say so) and notes that nothing is
        on its way; ``sending``, before each further try, that something is.
        Raises what ``send`` raises, and `PressRefused` when somebody stopped it.
        """
        excused = False
        pauses = iter(_PAUSES)
        while True:
            try:
                return await send()
            except QueueFull:
                if (pause := next(pauses, None)) is None:
                    raise
            except PressRefused as error:
                # Just after the end of a parent the service itself may not know of it for a moment.
                if excused or error.reason != _NOT_READY:
                    raise
                excused, pause = True, _SOON
            until = self._clock.now() + pause
            await waiting(until if pause > _SOON else None)
            await self._pause((task_id, action), until)
            await sending()

    def stop(self, task_id: TaskId, action: str) -> bool:
        """Try no more. False when nothing waits."""
        turn = self._turns.get((task_id, action))
        if turn is None:
            return False
        turn.stopped = True
        turn.wakeup.notify()
        return True

    def stop_all(self) -> None:
        """Try no more at all: the process is about to end."""
        self._closed = True
        for task_id, action in list(self._turns):
            self.stop(task_id, action)

    async def _pause(self, key: tuple[TaskId, str], until: float) -> None:
        if self._closed:
            raise PressRefused(Text.REPLY_RETRY_STOPPED)
        turn = _Turn(Wakeup(self._clock, "until the service may have room"))
        self._turns[key] = turn
        try:
            await turn.wakeup.wait(until)
        finally:
            del self._turns[key]
        if turn.stopped:
            raise PressRefused(Text.REPLY_RETRY_STOPPED)
