"""Discord's global limit: whatever the delays, no second has too many requests, and ends go out quickly."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.editing.edit_pace import EditPace
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.editing.outcome import Delivered
from mjbot.core.editing.pending_edit import Edit, Priority
from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.editing.routes import ChannelBucket
from mjbot.core.model.watch import DeliveredState, MessageRef
from tests.core.test_edit_queue import NOW, card, ref


@dataclass
class Window:
    """A fixed window as Discord counts it: it begins with its first request."""

    limit: int
    seconds: float
    opened: float = 0.0
    used: int = 0

    def take(self, now: float) -> bool:
        if now >= self.opened + self.seconds:
            self.opened, self.used = now, 0
        self.used += 1
        return self.used <= self.limit

    def bucket(self) -> ChannelBucket:
        return ChannelBucket(self.limit, max(0, self.limit - self.used), self.opened + self.seconds)


@dataclass
class Simulation:
    """Discord, the way to it, and the edit loop, in virtual time. ``delay`` gives the seconds of one way."""

    delay: Callable[[], float]
    budget: RequestBudget = field(default_factory=RequestBudget)
    everything: Window = field(default_factory=lambda: Window(50, 1.0))
    channels: dict[int, Window] = field(default_factory=dict)
    shown: dict[MessageRef, float] = field(default_factory=dict)
    refused: int = 0

    def __post_init__(self) -> None:
        self.queue = EditQueue(self.budget)
        self._events: list[tuple[float, int, Callable[[float], object]]] = []
        self._numbers = count()
        self._gate: list[Edit | None] = []
        self._wake = 0.0

    def at(self, moment: float, happens: Callable[[float], object]) -> None:
        heapq.heappush(self._events, (moment, next(self._numbers), happens))

    def request(self, _now: float = 0.0) -> None:
        """Send a request that is no edit."""
        self._gate.append(None)

    def run(self) -> None:
        while self._events:
            now, _, happens = heapq.heappop(self._events)
            happens(now)
            while edit := self.queue.take(now):
                self._gate.append(edit)
            while self._gate and self.budget.ready_at(now) <= now:
                self._send(self._gate.pop(0), now)
            moments = [self.queue.wake_at(now), self.budget.ready_at(now) if self._gate else None]
            wake = min((at for at in moments if at is not None), default=0.0)
            if wake and not now < self._wake <= wake:
                self._wake = wake
                self.at(wake, lambda _: None)

    def _send(self, edit: Edit | None, now: float) -> None:
        number = self.budget.start(now)
        self.at(now + self.delay(), lambda at: self._arrive(edit, number, at))

    def _arrive(self, edit: Edit | None, number: int, now: float) -> None:
        self.refused += not self.everything.take(now)
        channel = Window(1, 0.0)
        if edit is not None:
            channel = self.channels.setdefault(edit.ref.channel_id, Window(5, 5.0))
            self.refused += not channel.take(now)
            if edit.card.final:
                self.shown[edit.ref] = now
        bucket = channel.bucket()
        self.at(now + self.delay(), lambda at: self._answer(edit, number, bucket, at))

    def _answer(self, edit: Edit | None, number: int, bucket: ChannelBucket, now: float) -> None:
        self.budget.end(number, now)
        if edit is not None:
            self.queue.limit_channel(edit.ref.channel_id, bucket, now)
            # discord.py returns from the last edit of a window only when that window ends.
            settled_at = now if bucket.remaining else max(now, bucket.resets_at)
            self.at(settled_at, lambda at: self._settle(edit, at))

    def _settle(self, edit: Edit, now: float) -> None:
        self.queue.settle(edit, Delivered(DeliveredState(edit.card.digest)), now)


def waits_for_ends(simulation: Simulation, others: float) -> list[float]:
    """Let 1,000 tasks in 200 channels end within 20 s, and change once before; each is read every 2 s.

    ``others`` is the number of other requests a second. Return the seconds until each end is shown, in order.
    """
    rng, ends = random.Random(1), {}

    def offer(at: MessageRef, moment: float, *, final: bool) -> None:
        shown, priority = card("x", final=final), Priority.FINAL if final else Priority.PROGRESS
        simulation.at(moment, lambda now: simulation.queue.offer(at, shown, priority, now))

    for number in range(1_000):
        at = ref(number % 200 + 1, number)
        ends[at] = NOW + rng.uniform(6.6, 26.6)
        offer(at, ends[at] - 6.6 + rng.uniform(0, 2), final=False)
        offer(at, ends[at] + rng.uniform(0, 2), final=True)
    for _ in range(int(others * 30)):
        simulation.at(NOW + rng.uniform(0, 30), simulation.request)
    simulation.run()
    return sorted(simulation.shown[at] - end for at, end in ends.items())


@pytest.mark.parametrize(
    ("shortest", "longest", "others", "p95"),
    [
        (0.001, 0.004, 0.0, 4.0),  # loopback
        (0.075, 0.08, 2.0, 4.0),  # a long way that is always equally long
        (0.03, 0.4, 2.0, 12.0),  # as late as this, fewer than 40 a second are possible without a 429
    ],
)
def test_95_of_100_ends_are_shown_within_the_expected_delay_and_without_a_429(
    shortest: float, longest: float, others: float, p95: float
) -> None:
    rng = random.Random(2)
    simulation = Simulation(lambda: rng.uniform(shortest, longest))
    assert waits_for_ends(simulation, others)[949] <= p95
    assert simulation.refused == 0


@given(
    seed=st.integers(0),
    way=st.sampled_from([0.0, 0.015, 0.075]),
    late=st.sampled_from([0.01, 0.1, 0.4]),
    pause=st.sampled_from([0.0, 0.01, 0.03]),
)
def test_no_second_at_discord_has_more_than_fifty_requests_however_late_they_are(
    seed: int, way: float, late: float, pause: float
) -> None:
    rng, budget, window, now = random.Random(seed), RequestBudget(), Window(50, 1.0), NOW
    ends: list[tuple[float, int]] = []
    arrivals = []
    for place in range(150):
        # Now and then a request is as fast as possible.
        there, back = (rng.uniform(0, late), rng.uniform(0, late)) if place % 8 else (0.0, 0.0)
        now += rng.uniform(0, pause)
        while (ready := budget.ready_at(now)) > now or (ends and ends[0][0] <= now):
            now = max(now, min([ready, *(at for at, _ in ends[:1])]))
            while ends and ends[0][0] <= now:
                at, number = heapq.heappop(ends)
                budget.end(number, at)
        arrivals.append(now + way + there)
        heapq.heappush(ends, (now + 2 * way + there + back, budget.start(now)))
    assert all(map(window.take, sorted(arrivals)))


def starts_of_edits(
    budget: RequestBudget, seconds: float, *, final: bool = False, waited: float = 0.0
) -> list[float]:
    edits, found, now = EditPace(budget), [], NOW
    while now < NOW + seconds:
        edits.take(now, now - waited, final=final)
        budget.end(budget.start(now), now)
        found.append(now)
        while (ready := edits.ready_at(now)) > now:
            now = ready
    return found


@pytest.mark.parametrize(
    ("final", "waited", "limited_at", "rate"),
    [
        (False, 0.0, -math.inf, 40),
        (False, 9.0, -math.inf, 40),
        (False, 11.0, -math.inf, 47),
        (False, 11.0, -590.0, 39),
        (True, 0.0, -math.inf, 47),
        (True, 0.0, 0.0, 39),
        (True, 0.0, -590.0, 39),
        (True, 0.0, -600.0, 47),
    ],
)
def test_edits_go_at_40_a_second_and_final_or_overdue_cards_at_47_except_after_a_global_429(
    final: bool, waited: float, limited_at: float, rate: int
) -> None:
    budget = RequestBudget()
    budget.record_rate_limit(NOW + limited_at)
    found = starts_of_edits(budget, 10.0, final=final, waited=waited)
    assert len(found) / 10.0 == pytest.approx(rate, abs=1)


def test_progress_is_spaced_evenly() -> None:
    found = starts_of_edits(RequestBudget(), 5.0)
    assert max(after - before for before, after in pairwise(found)) <= 0.03


def test_other_requests_take_the_room_of_edits_and_go_first() -> None:
    budget = RequestBudget()
    numbers = [budget.start(NOW) for _ in range(49)]
    assert EditPace(budget).ready_at(NOW) > NOW
    assert budget.ready_at(NOW) == NOW
    numbers.append(budget.start(NOW))
    assert budget.ready_at(NOW) == NOW + 6  # without a response: it may arrive late
    for number in numbers:
        budget.end(number, NOW + 0.1)
    assert budget.ready_at(NOW + 0.1) == NOW + 1


@pytest.mark.parametrize(("answered", "ready"), [(True, 1.0), (False, 1.3)])
def test_a_request_that_failed_is_counted_until_it_certainly_arrived(answered: bool, ready: float) -> None:
    budget = RequestBudget()
    for number in [budget.start(NOW) for _ in range(50)]:
        budget.end(number, NOW + 0.3, answered=answered)
        budget.end(number, NOW + 0.9, answered=answered)  # aiohttp can report both
    assert budget.ready_at(NOW + 0.9) == pytest.approx(NOW + ready)


def test_a_reduction_of_the_rate_is_new_once_until_it_has_ended() -> None:
    budget = RequestBudget()
    at = [0.0, 0.1, 599.0, 1_198.0, 1_798.0]  # each 429 begins the ten minutes again
    assert [budget.record_rate_limit(NOW + seconds) for seconds in at] == [True, False, False, False, True]
