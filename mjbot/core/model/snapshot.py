"""Task snapshots: the known state of a task, updated by each new observation.

All times are unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from mjbot.core.model.task import Phase, Task, TaskId, goes_back, merged


class UpstreamProblem(StrEnum):
    """Reasons why a task could not be read. The card shows a different text for each."""

    UNAVAILABLE = "unavailable"
    KEY = "key"
    QUOTA = "quota"
    FORBIDDEN = "forbidden"
    UNEXPECTED_HTML = "unexpected_html"
    ROUTE_MISSING = "route_missing"
    RATE_LIMITED = "rate_limited"


@dataclass(frozen=True, slots=True)
class Seen:
    """The service returned the task."""

    task: Task


@dataclass(frozen=True, slots=True)
class Missing:
    """The service responded that it does not know the task."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The service sent no usable response."""

    problem: UpstreamProblem


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed without a read. Only the condition of the snapshot can change."""


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A user dismissed the modal of this task."""


Observation = Seen | Missing | Unreachable | Tick | Dismissed


class Condition(StrEnum):
    """How current and reliable a snapshot is. The bot does not read tasks in the last five conditions."""

    FINE = "fine"
    NO_RESULT = "no_result"
    """The task succeeded without a result. The bot still reads it, because some services add one later."""
    QUIET = "quiet"
    UNREACHABLE = "unreachable"
    NOT_FOUND = "not_found"
    LOST = "lost"
    ENDED = "ended"
    DISMISSED = "dismissed"
    STOPPED = "stopped"
    """A user has stopped the updates of one message. Other messages may go on, so this is never stored."""


_CLOCK_SKEW = 300.0  # seconds by which a service's clock may be ahead
_FINAL = (
    Condition.NOT_FOUND,
    Condition.LOST,
    Condition.ENDED,
    Condition.DISMISSED,
    Condition.STOPPED,
)


@dataclass(frozen=True, slots=True)
class StalenessThresholds:
    """The seconds without an update after which the condition of a snapshot changes."""

    quiet: float = 180
    unreachable: float = 60
    lost: float = 30
    lost_misses: int = 4
    no_result: float = 300
    """How long a task that succeeded without a result is still read, in seconds."""
    watch: float = 24 * 3600
    watch_from: float = 0.0
    """The time (unix seconds) before which no task is given up, in case a wrong clock is corrected."""


DEFAULT_THRESHOLDS = StalenessThresholds()


@dataclass(frozen=True, slots=True)
class TaskSnapshot:
    """Everything that is known about one task. The task's card is rendered from it.

    ``changed_at`` is the time of the last observed change. It is None after the first reading, because nobody
    knows for how long the task had been in that state.
    """

    id: TaskId
    opened_at: float
    task: Task | None = None
    condition: Condition = Condition.FINE
    problem: UpstreamProblem | None = None
    seen_at: float | None = None
    changed_at: float | None = None
    failing_since: float | None = None
    missing_since: float | None = None
    misses: int = 0
    doubted: Task | None = None
    """The last reading, if it showed less progress than the stored task and is not confirmed yet."""

    @property
    def settled(self) -> bool:
        """Whether the snapshot can no longer change: the task has ended, or is no longer read."""
        return self.condition in _FINAL or (self.final and self.condition is not Condition.NO_RESULT)

    @property
    def final(self) -> bool:
        """Whether the task itself has ended."""
        return self.task is not None and self.task.phase.final

    @property
    def visible(self) -> tuple[Task | None, Condition, UpstreamProblem | None]:
        """The fields that a card shows. A change in one of them requires an edit."""
        return self.task, self.condition, self.problem


def advance(
    snapshot: TaskSnapshot,
    observation: Observation,
    now: float,
    thresholds: StalenessThresholds = DEFAULT_THRESHOLDS,
) -> TaskSnapshot:
    """Apply one observation. A settled snapshot never changes.

    Progress decreases only if two successive readings agree on it.
    """
    if snapshot.settled:
        return snapshot
    match observation:
        case Seen(task):
            snapshot = _seen(snapshot, task, now)
        case Missing():
            snapshot = replace(
                snapshot,
                misses=snapshot.misses + 1,
                missing_since=now if snapshot.missing_since is None else snapshot.missing_since,
                failing_since=None,
                problem=None,
            )
        case Unreachable(problem):
            snapshot = replace(
                snapshot,
                problem=problem,
                failing_since=now if snapshot.failing_since is None else snapshot.failing_since,
            )
        case Dismissed():
            return replace(snapshot, condition=Condition.DISMISSED)
        case Tick():
            pass
    return _with_condition(snapshot, now, thresholds)


def _seen(snapshot: TaskSnapshot, task: Task, now: float) -> TaskSnapshot:
    task, held, doubted = _without_future(task, now), snapshot.task, None
    if held is None or task == held:
        known = held or task  # most readings show nothing new
    elif goes_back(held, task) and not _agree(snapshot.doubted, task):
        known, doubted = held, task
    else:
        known = merged(held, task)
    return replace(
        snapshot,
        task=known,
        doubted=doubted,
        seen_at=now,
        changed_at=now if held is not None and known != held else snapshot.changed_at,
        failing_since=None,
        problem=None,
        missing_since=None,
        misses=0,
    )


def _without_future(task: Task, now: float) -> Task:
    """Return the task without times in the future. Some services send local time as if it were UTC."""
    if max(task.submitted_at or 0, task.started_at or 0, task.finished_at or 0) <= now + _CLOCK_SKEW:
        return task
    submitted, started, finished = (
        None if moment is not None and moment > now + _CLOCK_SKEW else moment
        for moment in (task.submitted_at, task.started_at, task.finished_at)
    )
    return replace(task, submitted_at=submitted, started_at=started, finished_at=finished)


def _agree(doubted: Task | None, seen: Task) -> bool:
    """Return whether two successive readings agree that a task has restarted under the same id."""
    return doubted is not None and doubted.phase is seen.phase and not goes_back(doubted, seen)


def _with_condition(snapshot: TaskSnapshot, now: float, thresholds: StalenessThresholds) -> TaskSnapshot:
    # Compared as sums, exactly as `next_threshold` computes them: a difference could round the other way,
    # and the tracker would wake for the threshold again and again without any change.
    condition = Condition.FINE
    if snapshot.task is not None and snapshot.final:
        if snapshot.task.lacks_result and now < _last_change(snapshot) + thresholds.no_result:
            condition = Condition.NO_RESULT
    elif (
        snapshot.missing_since is not None
        and snapshot.misses >= thresholds.lost_misses
        and now >= snapshot.missing_since + thresholds.lost
    ):
        condition = Condition.NOT_FOUND if snapshot.task is None else Condition.LOST
    elif now >= _ends_at(snapshot, thresholds):
        condition = Condition.ENDED
    elif snapshot.failing_since is not None and now >= _last_read(snapshot) + thresholds.unreachable:
        condition = Condition.UNREACHABLE
    elif _may_be_quiet(snapshot) and now >= _last_change(snapshot) + thresholds.quiet:
        condition = Condition.QUIET
    if condition is Condition.QUIET and snapshot.task is not None and snapshot.task.fail_reason:
        # new-api keeps the last status of a task that its upstream has given up, for good, with the reason.
        failed = replace(snapshot.task, status="FAILURE")
        return replace(snapshot, task=failed, condition=Condition.FINE)
    return snapshot if condition is snapshot.condition else replace(snapshot, condition=condition)


def next_threshold(
    snapshot: TaskSnapshot, thresholds: StalenessThresholds = DEFAULT_THRESHOLDS
) -> float | None:
    """Return the time at which the condition changes if no update arrives, or None if it does not change."""
    if snapshot.settled:
        return None
    if snapshot.condition is Condition.NO_RESULT:
        return _last_change(snapshot) + thresholds.no_result
    moments = [_ends_at(snapshot, thresholds)]
    if snapshot.failing_since is not None and snapshot.condition is not Condition.UNREACHABLE:
        moments.append(_last_read(snapshot) + thresholds.unreachable)
    if snapshot.missing_since is not None and snapshot.misses >= thresholds.lost_misses:
        moments.append(snapshot.missing_since + thresholds.lost)
    if _may_be_quiet(snapshot) and snapshot.condition is Condition.FINE:
        moments.append(_last_change(snapshot) + thresholds.quiet)
    return min(moments)


def _ends_at(snapshot: TaskSnapshot, thresholds: StalenessThresholds) -> float:
    return max(snapshot.opened_at + thresholds.watch, thresholds.watch_from)


def _may_be_quiet(snapshot: TaskSnapshot) -> bool:
    # A queued task is expected not to change, so it is never quiet.
    return snapshot.task is not None and snapshot.task.phase is Phase.RUNNING


def _last_read(snapshot: TaskSnapshot) -> float:
    return snapshot.opened_at if snapshot.seen_at is None else snapshot.seen_at


def _last_change(snapshot: TaskSnapshot) -> float:
    return snapshot.opened_at if snapshot.changed_at is None else snapshot.changed_at
