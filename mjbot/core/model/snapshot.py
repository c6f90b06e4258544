"""What we know of a task, and how one sighting after another moves that forward.

All times are unix seconds. Nothing here reads a clock: ``now`` is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from mjbot.core.model.task import Phase, Task, TaskId, newer


class UpstreamProblem(StrEnum):
    """Why the service could not be read; each has its own sentence on the card."""

    UNAVAILABLE = "unavailable"
    KEY = "key"
    QUOTA = "quota"
    FORBIDDEN = "forbidden"
    UNEXPECTED_HTML = "unexpected_html"
    RATE_LIMITED = "rate_limited"


@dataclass(frozen=True, slots=True)
class Seen:
    """The service answered with the task."""

    task: Task


@dataclass(frozen=True, slots=True)
class Missing:
    """The service answered, and does not know the task."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The service gave no usable answer."""

    problem: UpstreamProblem


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing was read; only time has passed."""


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A person decided that this window is not to be answered."""


Observation = Seen | Missing | Unreachable | Tick | Dismissed


class Condition(StrEnum):
    """How well we know the task, beside what we know of it. The last four end a watch."""

    FINE = "fine"
    QUIET = "quiet"
    UNREACHABLE = "unreachable"
    NOT_FOUND = "not_found"
    LOST = "lost"
    ENDED = "ended"
    DISMISSED = "dismissed"


_ENDS = (Condition.NOT_FOUND, Condition.LOST, Condition.ENDED, Condition.DISMISSED)


@dataclass(frozen=True, slots=True)
class StalenessThresholds:
    """The seconds after which silence means something."""

    quiet: float = 180
    unreachable: float = 60
    lost: float = 30
    lost_misses: int = 4
    watch: float = 24 * 3600


LIMITS = StalenessThresholds()


@dataclass(frozen=True, slots=True)
class TaskSnapshot:
    """Everything known of one task; what a card is drawn from.

    ``changed_at`` is the last change we ourselves witnessed: None until there was one, because a first
    reading does not tell how old it is.
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

    @property
    def settled(self) -> bool:
        """True when no further reading can change it: a final task, or the end of our patience."""
        return self.condition in _ENDS or (self.task is not None and self.task.phase.final)

    @property
    def visible(self) -> tuple[Task | None, Condition, UpstreamProblem | None]:
        """What a person can see. Two views with the same ``visible`` need no edit between them."""
        return self.task, self.condition, self.problem


def advance(
    snapshot: TaskSnapshot, observation: Observation, now: float, limits: StalenessThresholds = LIMITS
) -> TaskSnapshot:
    """The view after one sighting. Monotonic; a settled view never moves again."""
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
    return _judged(snapshot, now, limits)


def _seen(snapshot: TaskSnapshot, task: Task, now: float) -> TaskSnapshot:
    held = snapshot.task
    known = task if held is None else newer(held, task)
    return replace(
        snapshot,
        task=known,
        seen_at=now,
        changed_at=now if held is not None and known != held else snapshot.changed_at,
        failing_since=None,
        problem=None,
        missing_since=None,
        misses=0,
    )


def _judged(snapshot: TaskSnapshot, now: float, limits: StalenessThresholds) -> TaskSnapshot:
    # Compared as sums, exactly as `next_threshold` gives them: a difference could round the other way,
    # and whoever was woken for the threshold would find nothing changed, again and again.
    condition = Condition.FINE
    if snapshot.task is not None and snapshot.task.phase.final:
        pass
    elif (
        snapshot.missing_since is not None
        and snapshot.misses >= limits.lost_misses
        and now >= snapshot.missing_since + limits.lost
    ):
        condition = Condition.NOT_FOUND if snapshot.task is None else Condition.LOST
    elif now >= snapshot.opened_at + limits.watch:
        condition = Condition.ENDED
    elif snapshot.failing_since is not None and now >= _last_read(snapshot) + limits.unreachable:
        condition = Condition.UNREACHABLE
    elif _may_be_quiet(snapshot) and now >= _last_news(snapshot) + limits.quiet:
        condition = Condition.QUIET
    return snapshot if condition is snapshot.condition else replace(snapshot, condition=condition)


def next_threshold(snapshot: TaskSnapshot, limits: StalenessThresholds = LIMITS) -> float | None:
    """When silence alone will change what the card says, or None if it never will."""
    if snapshot.settled:
        return None
    moments = [snapshot.opened_at + limits.watch]
    if snapshot.failing_since is not None and snapshot.condition is not Condition.UNREACHABLE:
        moments.append(_last_read(snapshot) + limits.unreachable)
    if snapshot.missing_since is not None and snapshot.misses >= limits.lost_misses:
        moments.append(snapshot.missing_since + limits.lost)
    if _may_be_quiet(snapshot) and snapshot.condition is Condition.FINE:
        moments.append(_last_news(snapshot) + limits.quiet)
    return min(moments)


def _may_be_quiet(snapshot: TaskSnapshot) -> bool:
    # Waiting in a queue is silence by nature, so quiet does not apply there.
    return snapshot.task is not None and snapshot.task.phase is Phase.RUNNING


def _last_read(snapshot: TaskSnapshot) -> float:
    return snapshot.opened_at if snapshot.seen_at is None else snapshot.seen_at


def _last_news(snapshot: TaskSnapshot) -> float:
    return snapshot.opened_at if snapshot.changed_at is None else snapshot.changed_at
