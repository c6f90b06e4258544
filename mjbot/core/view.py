"""What we know of a task, and how one sighting after another moves that forward.

All times are unix seconds. Nothing here reads a clock: ``now`` is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from mjbot.core.task import Phase, Task, TaskId, newer


class Trouble(StrEnum):
    """Why the service could not be read; each has its own sentence on the card."""

    DOWN = "down"
    KEY = "key"
    QUOTA = "quota"
    FORBIDDEN = "forbidden"
    WEB_PAGE = "web_page"
    SLOW_DOWN = "slow_down"


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

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was read; only time has passed."""


@dataclass(frozen=True, slots=True)
class Left:
    """A person decided that this window is not to be answered."""


Sighting = Seen | Missing | Unreachable | Silence | Left


class Condition(StrEnum):
    """How well we know the task, beside what we know of it. The last four end a watch."""

    FINE = "fine"
    QUIET = "quiet"
    UNREACHABLE = "unreachable"
    NOT_FOUND = "not_found"
    LOST = "lost"
    ENDED = "ended"
    LEFT = "left"


_ENDS = (Condition.NOT_FOUND, Condition.LOST, Condition.ENDED, Condition.LEFT)


@dataclass(frozen=True, slots=True)
class Limits:
    """The seconds after which silence means something."""

    quiet: float = 180
    unreachable: float = 60
    lost: float = 30
    lost_misses: int = 4
    watch: float = 24 * 3600


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class TaskView:
    """Everything known of one task; what a card is drawn from.

    ``changed_at`` is the last change we ourselves witnessed: None until there was one, because a first
    reading does not tell how old it is.
    """

    id: TaskId
    opened_at: float
    task: Task | None = None
    condition: Condition = Condition.FINE
    trouble: Trouble | None = None
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
    def shown(self) -> tuple[Task | None, Condition, Trouble | None]:
        """What a person can see. Two views with the same ``shown`` need no edit between them."""
        return self.task, self.condition, self.trouble


def advance(view: TaskView, sighting: Sighting, now: float, limits: Limits = LIMITS) -> TaskView:
    """The view after one sighting. Monotonic; a settled view never moves again."""
    if view.settled:
        return view
    match sighting:
        case Seen(task):
            view = _seen(view, task, now)
        case Missing():
            view = replace(
                view,
                misses=view.misses + 1,
                missing_since=now if view.missing_since is None else view.missing_since,
                failing_since=None,
                trouble=None,
            )
        case Unreachable(trouble):
            view = replace(
                view,
                trouble=trouble,
                failing_since=now if view.failing_since is None else view.failing_since,
            )
        case Left():
            return replace(view, condition=Condition.LEFT)
        case Silence():
            pass
    return _judged(view, now, limits)


def _seen(view: TaskView, task: Task, now: float) -> TaskView:
    held = view.task
    known = task if held is None else newer(held, task)
    return replace(
        view,
        task=known,
        seen_at=now,
        changed_at=now if held is not None and known != held else view.changed_at,
        failing_since=None,
        trouble=None,
        missing_since=None,
        misses=0,
    )


def _judged(view: TaskView, now: float, limits: Limits) -> TaskView:
    # Compared as sums, exactly as `next_threshold` gives them: a difference could round the other way,
    # and whoever was woken for the threshold would find nothing changed, again and again.
    condition = Condition.FINE
    if view.task is not None and view.task.phase.final:
        pass
    elif (
        view.missing_since is not None
        and view.misses >= limits.lost_misses
        and now >= view.missing_since + limits.lost
    ):
        condition = Condition.NOT_FOUND if view.task is None else Condition.LOST
    elif now >= view.opened_at + limits.watch:
        condition = Condition.ENDED
    elif view.failing_since is not None and now >= _last_read(view) + limits.unreachable:
        condition = Condition.UNREACHABLE
    elif _may_be_quiet(view) and now >= _last_news(view) + limits.quiet:
        condition = Condition.QUIET
    return view if condition is view.condition else replace(view, condition=condition)


def next_threshold(view: TaskView, limits: Limits = LIMITS) -> float | None:
    """When silence alone will change what the card says, or None if it never will."""
    if view.settled:
        return None
    moments = [view.opened_at + limits.watch]
    if view.failing_since is not None and view.condition is not Condition.UNREACHABLE:
        moments.append(_last_read(view) + limits.unreachable)
    if view.missing_since is not None and view.misses >= limits.lost_misses:
        moments.append(view.missing_since + limits.lost)
    if _may_be_quiet(view) and view.condition is Condition.FINE:
        moments.append(_last_news(view) + limits.quiet)
    return min(moments)


def _may_be_quiet(view: TaskView) -> bool:
    # Waiting in a queue is silence by nature, so quiet does not apply there.
    return view.task is not None and view.task.phase is Phase.RUNNING


def _last_read(view: TaskView) -> float:
    return view.opened_at if view.seen_at is None else view.seen_at


def _last_news(view: TaskView) -> float:
    return view.opened_at if view.changed_at is None else view.changed_at
