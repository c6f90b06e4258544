"""Error handling for loops. An error in one item of work does not end the loop.

External input can cause errors that the code does not anticipate. After such an error, the loop goes on with
the next item. If nothing succeeds for a minute, the loop and the process end, so that a supervisor such as
systemd restarts the process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from mjbot.clock import Clock

log = logging.getLogger(__name__)

_MOST_IN_A_ROW = 20
_SECONDS_IN_A_ROW = 60.0
_LONGEST_PAUSE = 30.0
_MOST_DOUBLINGS = 5  # more than the longest pause needs; an unbounded power would overflow


class UnexpectedErrors:
    """Logs unexpected errors: the first of each class and source line as ERROR, and the others as DEBUG."""

    def __init__(self) -> None:
        self._kinds: set[tuple[type[BaseException], str]] = set()

    def log(self, message: str, error: BaseException) -> None:
        """Log an error, at DEBUG if an error of the same class was already raised by the same line."""
        kind = (type(error), _raised_at(error))
        level = logging.DEBUG if kind in self._kinds else logging.ERROR
        self._kinds.add(kind)
        log.log(level, "%s", message, exc_info=error)


class LoopGuard:
    """Suppresses errors in one loop. ``count`` is called with the loop's name for each error."""

    def __init__(self, loop: str, clock: Clock, count: Callable[[str], None] = lambda _: None) -> None:
        self._loop = loop
        self._clock = clock
        self._count = count
        self._errors = UnexpectedErrors()
        self._in_a_row = 0
        self._since = 0.0

    def contain(self, *passing: type[Exception]) -> Containment:
        """Return a context manager that suppresses any `Exception` except those in ``passing``.

        It raises the error if nothing has succeeded for a minute.
        """
        return Containment(self, passing)

    def succeeded(self) -> None:
        """Record that an item succeeded."""
        self._in_a_row = 0

    def failed(self, error: Exception) -> bool:
        """Record an error. Returns False if nothing has succeeded for a minute, so the loop must end."""
        self._note(error)
        lasting = self._clock.now() - self._since >= _SECONDS_IN_A_ROW
        return not (lasting and self._in_a_row >= _MOST_IN_A_ROW)

    @property
    def pause(self) -> float:
        """The seconds to wait before the next item: 0 after a success, then doubled for each failure."""
        doublings = min(self._in_a_row - 1, _MOST_DOUBLINGS)
        return min(2.0**doublings, _LONGEST_PAUSE) if self._in_a_row else 0.0

    def _note(self, error: Exception) -> None:
        if not self._in_a_row:
            self._since = self._clock.now()
        self._in_a_row += 1
        self._count(self._loop)
        self._errors.log(f"{self._loop}: an error was contained", error)


class Containment:
    """The context manager for one item of a loop."""

    def __init__(self, guard: LoopGuard, passing: tuple[type[Exception], ...]) -> None:
        self._guard = guard
        self._passing = passing

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if error is None:
            self._guard.succeeded()
            return False
        if not isinstance(error, Exception) or isinstance(error, self._passing):
            return False
        return self._guard.failed(error)


def _raised_at(error: BaseException) -> str:
    """Return the file and line that raised an error."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
