"""The pace of edits on the channel route, within the request budget that they share with all other requests.

Edits are spaced evenly, so that a final card never waits for the rest of a second that progress has used.
"""

from __future__ import annotations

from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.scheduling.rate_limiters import LeakyBucket

_PROGRESS_RATE, _FINAL_RATE = 40.0, 47.0  # edits a second
_BURST = 6  # edits at once after a pause, so that a loop that wakes late catches up
# Requests of the budget that edits leave free: other requests go first, and small errors exceed no limit.
_LEFT_FOR_OTHERS = 2


class EditPace:
    """Decides when the next edit may start: 40 a second, and 47 while final cards wait.

    Times are unix seconds.
    """

    def __init__(self, budget: RequestBudget) -> None:
        self._budget = budget
        self._bucket = LeakyBucket(1 / _PROGRESS_RATE, _BURST)

    def ready_at(self, now: float) -> float:
        """Return the earliest time of the next edit, or ``now``. A response can bring it forward."""
        return max(self._budget.ready_at(now, reserved=_LEFT_FOR_OTHERS), self._bucket.ready_at(now))

    def take(self, now: float, *, final: bool) -> None:
        """Count an edit that starts now. After a global 429, final cards go no faster."""
        faster = final and not self._budget.is_reduced(now)
        self._bucket.take(now, 1 / (_FINAL_RATE if faster else _PROGRESS_RATE))
