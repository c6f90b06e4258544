"""The refresh cycle of a service that updates all its tasks at once, such as a relay that does so every 15 s.

If most changes of several tasks are found together, and at a steady period, nothing is gained by reading
between two refreshes. Tasks are then read just after each refresh, and at least once in between, in case the
estimate is wrong. All times are unix seconds.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import pairwise

_SEVERAL = 3  # changes that are found together
_SHORTEST, _LONGEST = 8.0, 60.0  # seconds between two refreshes
_READS_PER_PERIOD = 4  # at least, or the period cannot be told from that of the reads
_STRAY_SHARE = 0.25  # of the changes that may be found at other times
_SMOOTHING = 0.25  # weight of the newest period
_LEAD = 0.5  # seconds before the expected refresh at which reading begins
_LONG_LEAD = 2.5  # after a refresh that came before the lead: its exact time is unknown
_LATE = 0.25  # of a period, by which a refresh may be late
_MISSED = 3  # expected refreshes without a change, after which the period is discarded


@dataclass(slots=True)
class _Refresh:
    """Changes that one refresh can explain: it happened after ``start``, and not after ``end``."""

    start: float
    end: float
    changes: int = 1
    strays: int = 0
    """The number of changes since the refresh before that were found at other times."""
    read_gap: float = 0.0
    """The seconds between the two reads that first found a change."""

    @property
    def imprecise(self) -> bool:
        """Whether the refresh came outside the lead, so that only ``end`` bounds it."""
        return self.end - self.start > 4 * _LEAD

    @property
    def at(self) -> float:
        """The estimated time."""
        return self.end - (_LEAD if self.imprecise else (self.end - self.start) / 2)


class RefreshCycle:
    """Estimates when a service refreshes its tasks, and therefore when to read them.

    ``longest`` is the longest time in seconds without a read.
    """

    def __init__(self, longest: float = math.inf) -> None:
        self._longest = longest
        self.period: float | None = None
        """The seconds between two refreshes, or None if no steady period was found."""
        self.discarded = 0
        """How many periods were discarded."""
        self._refreshes: deque[_Refresh] = deque(maxlen=3)
        self._strays = 0
        self._last, self._lead = 0.0, _LEAD
        self._missed = 0

    def observe(self, before: float, found: float) -> bool:
        """Add a change of a task, with the times of the task's previous read and of the one that found it.

        Returns False if the change does not fit the cycle.
        """
        newest = self._refreshes[-1] if self._refreshes else None
        fits = True
        if newest is not None and before < newest.end:
            newest.start = max(newest.start, before)
            newest.changes += 1
        elif self.period is None:
            self._start(before, found)
        elif self.is_expected(found):
            self._confirm(_Refresh(before, found), self.period)
        else:
            self._count_stray()
            fits = False
        if self.period is None:
            self._estimate()
        return fits

    def advance(self, now: float) -> None:
        """Count the refreshes that were expected until ``now`` and brought no change."""
        while self.period is not None and now > self._last + (1 + _LATE) * self.period:
            self._last += self.period
            self._missed += 1
            if self._missed == _MISSED:
                self._discard()

    def is_expected(self, now: float) -> bool:
        """Return whether the next refresh may come at any moment."""
        if self.period is None:
            return False
        refresh = self._refresh_near(now, self.period)
        return refresh > self._last and now - refresh <= _LATE * self.period

    def next_read(self, at: float) -> float:
        """Return the first time from ``at`` on at which a read is useful. Without a period, it is ``at``."""
        if self.period is None or self.is_expected(at):
            return at
        refresh = self._refresh_near(at, self.period)
        rest = self.period / max(2, math.ceil(self.period / self._longest))
        following = refresh + rest * max(1, math.ceil((at - refresh) / rest))
        return max(at, min(following, refresh + self.period - self._lead))

    def _refresh_near(self, moment: float, period: float) -> float:
        """Return the time of the last expected refresh that is at most the lead later than ``moment``."""
        since = moment + self._lead - self._last + 1e-3  # `next_read` returns the first such moment
        return self._last + math.floor(since / period) * period

    def _start(self, before: float, found: float) -> None:
        if self._refreshes and self._refreshes[-1].changes < _SEVERAL:
            stray = self._refreshes.pop()
            self._strays += stray.changes + stray.strays
        self._refreshes.append(_Refresh(before, found, strays=self._strays, read_gap=found - before))
        self._strays = 0

    def _estimate(self) -> None:
        found = list(self._refreshes)
        if len(found) < 3 or any(each.changes < _SEVERAL for each in found):
            return
        first, second = (after.at - before.at for before, after in pairwise(found))
        read_gap = max(each.read_gap for each in found)
        period = (first + second) / 2
        strays = sum(each.strays for each in found[1:])
        if (
            max(_SHORTEST, _READS_PER_PERIOD * read_gap) <= period <= _LONGEST
            and abs(first - second) <= read_gap
            and strays <= _STRAY_SHARE * sum(each.changes for each in found)
        ):
            self.period, self._last, self._missed, self._strays = period, found[-1].at, 0, 0

    def _confirm(self, refresh: _Refresh, period: float) -> None:
        periods = max(1, round((refresh.at - self._last) / period))
        self.period = period + _SMOOTHING * ((refresh.at - self._last) / periods - period)
        self._last, self._missed, self._strays = refresh.at, 0, 0
        self._lead = _LONG_LEAD if refresh.imprecise else _LEAD
        self._refreshes.append(refresh)
        if not _SHORTEST / 2 <= self.period <= 2 * _LONGEST:
            self._discard()

    def _count_stray(self) -> None:
        self._strays += 1
        if self._strays >= max(_SEVERAL, _STRAY_SHARE * self._refreshes[-1].changes):
            self._discard()

    def _discard(self) -> None:
        self.period = None
        self.discarded += 1
        self._refreshes.clear()
        self._strays, self._lead = 0, _LEAD
