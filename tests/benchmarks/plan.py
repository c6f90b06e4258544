"""The plans: tasks with nine states 6.6 s apart, and when commands ask for them.

The interval is the one measured on Midjourney (a job changes every 6 to 8 s). All seconds are counted from
the plan's second 0. In `make bench`, only the relax queue of the queue scenario is compressed.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.script import Step

STEP = 6.6  # seconds between two states
PERCENTS = (0, 1, 15, 31, 46, 62, 78, 93, 100)
LIFE = STEP * (len(PERCENTS) - 1)
ARRIVALS = 20.0  # seconds within which all tasks begin, uniformly at random
PATIENCE = 60.0  # seconds after the last end for which changes may still be shown
SEED = 20_261_124
_LEAD, _WRITING = 3.0, 0.003  # seconds before the first task, and to write one open watch beforehand
_FIRST = 1_730_700_000_000_000

QUEUE = 1200.0  # seconds in a relax queue at most, uniform from 0
MEAN_LIFE = QUEUE / 2 + LIFE
START_UP = 30.0  # seconds for which a start is measured
MEASURED = 150.0  # seconds of the steady state that are measured
TAIL = 30.0  # seconds in which the last changes of these may still be shown
_SETTLED = 10.0  # the second from which commands are sent
RELAX = 600.0  # seconds in the queue of the queue scenario
COMPRESSED = 10.0
_PAUSE = 60.0  # seconds at 93 %, before all end at once
_RATE = 40.0  # edits a second that a burst probably gets
RELAY = "new-api"  # the dialect of a relay that asks its service for all tasks once a period
REFRESH_PERIOD = DIALECTS[RELAY].poll_interval
GATEWAY_ARRIVALS = 240.0
KNOWN = 4  # refreshes after which a bot may know the period


@dataclass(frozen=True)
class Job:
    """One task: the number of its channel, the second at which it begins, and how far it is prolonged."""

    task_id: str
    channel: int
    start: float
    queue: float = 0.0  # seconds more in the first state
    pause: float = 0.0  # seconds more in the last state but one
    message_exists: bool = False  # already at second 0
    step: float = STEP
    refresh_period: float = 0.0  # a relay shows a change at the next multiple of this many seconds

    @property
    def _begins(self) -> list[float]:
        """The second at which each state after the first begins."""
        begins = [self.start + self.queue + self.step * n for n in range(1, len(PERCENTS))]
        return [*begins[:-1], begins[-1] + self.pause]

    @cached_property
    def changes(self) -> tuple[float, ...]:
        """The second at which each state after the first can be read; the last one is the end."""
        period = self.refresh_period
        return tuple(math.ceil(each / period) * period if period else each for each in self._begins)

    @property
    def end(self) -> float:
        return self.changes[-1]

    def state_at(self, second: float) -> int:
        """The number of changes until this second."""
        return bisect_right(self.changes, second)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The script of the task for the sandbox."""
        after = [each - self.start for each in self._begins]
        running = zip(after[:-1], PERCENTS[1:-1], strict=True)
        middle = ((at, "IN_PROGRESS", f"{percent}%") for at, percent in running)
        return ((0.0, "SUBMITTED", "0%"), *middle, (after[-1], "SUCCESS", "100%"))


@dataclass(frozen=True)
class Plan:
    """The tasks of a run. ``window`` is measured; ``last`` is the second at which the run times out.

    ``settle`` is how long the program will probably take to show the last end. A relay with a
    ``refresh_period`` refreshes at second 0.
    """

    jobs: Sequence[Job]
    channels: int
    last: float
    window: tuple[float, float] = (0.0, math.inf)
    whole: bool = True  # the run ends as soon as every message shows the end of its task
    settle: float = 4.0
    refresh_period: float = 0.0

    @property
    def lead(self) -> float:
        """The seconds from the preparation of the run to second 0."""
        standing = sum(job.message_exists for job in self.jobs)
        return 1.0 + _WRITING * standing if standing else _LEAD

    @property
    def measured(self) -> float:
        """The seconds that are measured."""
        low, high = self.window
        return min(high, max(job.end for job in self.jobs)) - low

    @property
    def probable_end(self) -> float:
        """The second at which the run will probably end."""
        last = max(job.end for job in self.jobs) + self.settle
        return min(self.last, last) if self.whole else self.last


def faster(plan: Plan, times: float) -> Plan:
    """The same tasks in less time, for tests of counts."""
    jobs = [
        replace(
            each,
            start=each.start / times,
            queue=each.queue / times,
            pause=each.pause / times,
            step=each.step / times,
        )
        for each in plan.jobs
    ]
    return replace(plan, jobs=jobs)


def spread(count: int, channels: int, queue: float = 0.0) -> Plan:
    """Tasks that begin within 20 s, spread evenly over the channels; the same ones each time."""
    rng = random.Random(SEED)
    jobs = [Job(_id(n), n % channels, rng.uniform(0, ARRIVALS), queue) for n in range(count)]
    return Plan(jobs, channels, ARRIVALS + queue + LIFE + PATIENCE)


def restart(count: int, channels: int) -> Plan:
    """As `spread`, but the bot restarts in mid-task: all messages exist, and no token is known."""
    jobs = [
        replace(job, start=job.start - ARRIVALS, message_exists=True) if number else replace(job, start=0.0)
        for number, job in enumerate(spread(count, channels).jobs)
    ]
    # In one channel, five edits in 5 s are all that Discord allows.
    settle = max(4.0, float(count // channels))
    return Plan(jobs, channels, LIFE + 2 * settle + PATIENCE, settle=settle)


def steady(count: int, channels: int) -> Plan:
    """``count`` live tasks in the steady state, with as many arrivals a second as ends."""
    rng = random.Random(SEED)
    jobs = [_running_job(rng, n, channels) for n in range(count)]
    last = START_UP + MEASURED + TAIL
    at = _SETTLED
    while (at := at + rng.expovariate(count / MEAN_LIFE)) < last:
        number = len(jobs)
        jobs.append(Job(_id(number), rng.randrange(channels), at, rng.uniform(0, QUEUE)))
    return Plan(jobs, channels, last, (START_UP, START_UP + MEASURED), whole=False)


def burst(count: int, channels: int) -> Plan:
    """Tasks at 93 % that all end at the same instant, 30 s after the bot is started."""
    start = START_UP - LIFE - _PAUSE
    # A command asks for the first one: its response shows that the bot is ready.
    jobs = [Job(_id(n), n % channels, start, pause=_PAUSE, message_exists=n > 0) for n in range(count)]
    settle = count / _RATE
    return Plan(jobs, channels, START_UP + 2 * settle + PATIENCE, settle=settle)


def gateway(count: int, channels: int) -> Plan:
    """Tasks that begin within 4 minutes, on a relay whose refresh period the bot is not told."""
    rng = random.Random(SEED)
    starts = sorted(rng.uniform(0, GATEWAY_ARRIVALS) for _ in range(count))
    jobs = [Job(_id(n), n % channels, start, refresh_period=REFRESH_PERIOD) for n, start in enumerate(starts)]
    window = (KNOWN * REFRESH_PERIOD, GATEWAY_ARRIVALS)
    last = GATEWAY_ARRIVALS + REFRESH_PERIOD
    return Plan(jobs, channels, last, window, whole=False, refresh_period=REFRESH_PERIOD)


def _running_job(rng: random.Random, number: int, channels: int) -> Job:
    # At a random time the probability of a live task is proportional to its lifetime, and its age is uniform.
    longest = QUEUE + LIFE
    while rng.uniform(0, longest) > (queue := rng.uniform(0, QUEUE)) + LIFE:
        pass
    return Job(_id(number), number % channels, -rng.uniform(0, queue + LIFE), queue, message_exists=True)


def _id(number: int) -> str:
    return str(_FIRST + number)
