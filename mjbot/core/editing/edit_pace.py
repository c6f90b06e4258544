"""The pace of edits on the channel route, within the request budget that they share with all other requests.

Edits are spaced evenly, so that a final card never waits for the rest of a second that progress has used.
"""

from __future__ import annotations

from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.scheduling.rate_limiters import LeakyBucket

_USUAL_RATE, _URGENT_RATE = 40.0, 47.0  # edits a second
_OVERDUE = 10.0  # seconds after which a card is urgent: more tasks change than the usual rate can show
_BURST = 6  # edits at once after a pause, so that a loop that wakes late catches up
# Requests of the budget that edits leave free: other requests go first, and small errors exceed no limit.
_LEFT_FOR_OTHERS = 2


class EditPace:
    """Decides when the next edit may start: 40 a second, and 47 while final or overdue cards wait.

    Times are unix seconds.
    """

    def __init__(self, budget: RequestBudget) -> None:
        self._budget = budget
        self._bucket = LeakyBucket(1 / _USUAL_RATE, _BURST)

    def ready_at(self, now: float) -> float:
        """Return the earliest time of the next edit, or ``now``. A response can bring it forward."""
        return max(self._budget.ready_at(now, reserved=_LEFT_FOR_OTHERS), self._bucket.ready_at(now))

    def take(self, now: float, queued_at: float, *, final: bool) -> None:
        """Count an edit that starts now, of a card queued at ``queued_at``.

        After a global 429, all go at the usual rate.
        """
        urgent = final or now - queued_at > _OVERDUE
        faster = urgent and not self._budget.is_reduced(now)
        self._bucket.take(now, 1 / (_URGENT_RATE if faster else _USUAL_RATE))
