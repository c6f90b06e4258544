"""What the poll schedule knows of one task. All times are unix seconds."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.core.model.snapshot import Condition, TaskSnapshot
from mjbot.core.model.task import Phase
from mjbot.core.polling.intervals import PollClass


@dataclass(slots=True)
class PolledTask:
    """The state of a task in the poll schedule.

    ``read_at`` is when its last read was sent, and ``previous_read_at`` when the one before was.
    ``changed_at`` is the time of its last change, as of the last read.
    """

    poll_class: PollClass
    due: float
    read_at: float
    previous_read_at: float
    new_until: float
    changed_at: float | None
    off_cycle: int | None = None
    """The number of the refresh cycle that a change of the task did not fit; see `RefreshCycle.discarded`."""
    running: bool = False
    in_flight: bool = False
    trusted_until: float = 0.0
    """Until when changes of the task are expected by webhook."""

    def differs_from(self, snapshot: TaskSnapshot) -> bool:
        """Return whether a change was found since the previous read."""
        changed = snapshot.changed_at
        return changed is not None and changed != self.changed_at and changed > self.previous_read_at

    def span_of(self, snapshot: TaskSnapshot) -> tuple[float, float]:
        """Return the times between which a task has changed: of its previous read, and of its discovery."""
        assert snapshot.changed_at is not None
        return self.previous_read_at, min(snapshot.changed_at, self.read_at)


def is_running(snapshot: TaskSnapshot) -> bool:
    """Return whether a task is known to be running."""
    return snapshot.task is not None and snapshot.task.phase is Phase.RUNNING


def poll_class_of(snapshot: TaskSnapshot, new: bool) -> PollClass:
    """Return the class of a task. A ``new`` task counts as running while it is queued: it may soon start."""
    phase = snapshot.task.phase if snapshot.task else None
    if phase is Phase.WAITING or snapshot.condition in (Condition.QUIET, Condition.NO_RESULT):
        return PollClass.SLOW
    return PollClass.QUEUED if phase is Phase.QUEUED and not new else PollClass.RUNNING
