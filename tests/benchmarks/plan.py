"""The plans: tasks with nine states 6.6 s apart, and when commands ask for them.

The interval is the one measured on Midjourney (a job changes every 6 to 8 s). All seconds are counted from
the plan's second 0. Only the relax queue of the queue scenario is compressed.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mjbot.sandbox.script import Step

STEP = 6.6  # seconds between two states
PERCENTS = (0, 1, 15, 31, 46, 62, 78, 93, 100)
LIFE = STEP * (len(PERCENTS) - 1)
ARRIVALS = 20.0  # seconds within which all tasks begin, uniformly at random
PATIENCE = 120.0  # seconds after the last end
SEED = 20_261_124
_FIRST = 1_730_700_000_000_000

QUEUE = 1200.0  # seconds in a relax queue at most, uniform from 0
MEAN_LIFE = QUEUE / 2 + LIFE
START_UP = 30.0  # seconds for which a start is measured
MEASURED = 150.0  # seconds of the steady state that are measured
_TAIL = 30.0  # seconds in which the last changes of these may still be shown
_SETTLED = 10.0  # the second from which commands are sent
RELAX = 600.0  # seconds in the queue of the queue scenario
COMPRESSED = 10.0
_PAUSE = 60.0  # seconds at 93 %, before all end at once
BURST_WAIT = 600.0


@dataclass(frozen=True)
class Job:
    """One task: the number of its channel, the second at which it begins, and how far it is prolonged."""

    task_id: str
    channel: int
    start: float
    queue: float = 0.0  # seconds more in the first state
    pause: float = 0.0  # seconds more in the last state but one
    message_exists: bool = False  # already at second 0

    @cached_property
    def changes(self) -> tuple[float, ...]:
        """The second at which each state after the first begins; the last one is the end."""
        begin = self.start + self.queue
        early = [begin + STEP * n for n in range(1, len(PERCENTS) - 1)]
        return (*early, begin + LIFE + self.pause)

    @property
    def end(self) -> float:
        return self.changes[-1]

    def state_at(self, second: float) -> int:
        """The number of changes until this second."""
        return bisect_right(self.changes, second)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The script of the task for the sandbox."""
        after = [each - self.start for each in self.changes]
        running = zip(after[:-1], PERCENTS[1:-1], strict=True)
        middle = ((at, "IN_PROGRESS", f"{percent}%") for at, percent in running)
        return ((0.0, "SUBMITTED", "0%"), *middle, (after[-1], "SUCCESS", "100%"))


@dataclass(frozen=True)
class Plan:
    """The tasks of a run. ``window`` is measured; ``last`` is the second at which the run times out."""

    jobs: Sequence[Job]
    channels: int
    last: float
    window: tuple[float, float] = (0.0, math.inf)
    whole: bool = True  # the run ends as soon as every task has ended


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
    return Plan(jobs, channels, LIFE + PATIENCE)


def steady(count: int, channels: int) -> Plan:
    """``count`` live tasks in the steady state, with as many arrivals a second as ends."""
    rng = random.Random(SEED)
    jobs = [_running_job(rng, n, channels) for n in range(count)]
    last = START_UP + MEASURED + _TAIL
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
    return Plan(jobs, channels, START_UP + BURST_WAIT)


def _running_job(rng: random.Random, number: int, channels: int) -> Job:
    # At a random time the probability of a live task is proportional to its lifetime, and its age is uniform.
    longest = QUEUE + LIFE
    while rng.uniform(0, longest) > (queue := rng.uniform(0, QUEUE)) + LIFE:
        pass
    return Job(_id(number), number % channels, -rng.uniform(0, queue + LIFE), queue, message_exists=True)


def _id(number: int) -> str:
    return str(_FIRST + number)
