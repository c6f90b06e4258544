"""The scenarios of `make bench`, in order; each can be selected by name. Those with a target come first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tests.benchmarks.plan import (
    COMPRESSED,
    RELAX,
    RELAY,
    Plan,
    burst,
    faster,
    gateway,
    restart,
    spread,
    steady,
)
from tests.benchmarks.targets import TIMES, WITH_TARGETS

Kind = Literal["spread", "queue", "restart", "steady", "burst", "gateway"]

_OPENING = 4.0  # seconds to start both servers and the program


@dataclass(frozen=True)
class Scenario:
    """Tasks, and the program that follows them."""

    name: str
    kind: Kind
    tasks: int
    channels: int
    program: str = "mjbot"
    webhooks: bool = False
    images: Literal["link", "attach"] = "link"
    latency: float = 0.0  # the round trip in seconds, to either server
    pace: float = 1.0  # how many times faster than real tasks; for tests

    @property
    def dialect(self) -> str:
        """The kind of image service."""
        return RELAY if self.kind == "gateway" else ""

    @property
    def times(self) -> int:
        """How often it runs."""
        return TIMES if self.name in WITH_TARGETS else 1

    def plan(self) -> Plan:
        """Build its tasks; the same ones each time."""
        return faster(self._plan(), self.pace) if self.pace != 1.0 else self._plan()

    def _plan(self) -> Plan:
        if self.kind in ("spread", "queue"):
            return spread(self.tasks, self.channels, RELAX / COMPRESSED if self.kind == "queue" else 0.0)
        make = {"steady": steady, "burst": burst, "restart": restart, "gateway": gateway}[self.kind]
        return make(self.tasks, self.channels)


@cache
def planned(scenario: Scenario) -> float:
    """The seconds that one run probably takes."""
    plan = scenario.plan()
    # At a thousand tasks, Discord's limits keep these policies from showing all ends.
    late = scenario.program in ("B", "D") and scenario.tasks >= 1_000
    return _OPENING + plan.lead + plan.refresh_period / 2 + (plan.last if late else plan.probable_end)


def runs_to_do(
    scenarios: Sequence[Scenario], times: Mapping[str, int], kept: Mapping[str, int]
) -> list[Scenario]:
    """The runs that are still to do, by rounds: each once, then again those that run more often.

    So a `make bench` that is stopped has a figure of every scenario as early as possible.
    """
    most = max(times.values(), default=0)
    return [each for n in range(most) for each in scenarios if kept[each.name] <= n < times[each.name]]


SCENARIOS = (
    Scenario("mjbot-10", "spread", 10, 2),
    Scenario("mjbot-100", "spread", 100, 20),
    Scenario("mjbot-1000", "spread", 1000, 200),
    Scenario("attach-1000", "spread", 1000, 200, images="attach"),
    Scenario("restart-1000", "restart", 1000, 200),
    Scenario("gateway", "gateway", 100, 20),
    Scenario("steady", "steady", 10_000, 2_000),
    Scenario("burst", "burst", 10_000, 2_000),
    Scenario("latency-30", "spread", 1000, 200, latency=0.030),
    Scenario("latency-150", "spread", 1000, 200, latency=0.150),
    Scenario("webhooks-100", "spread", 100, 20, webhooks=True),
    Scenario("webhooks-1000", "spread", 1000, 200, webhooks=True),
    Scenario("attach-100", "spread", 100, 20, images="attach"),
    Scenario("channel-20", "spread", 20, 1),
    Scenario("channel-100", "spread", 100, 1),
    Scenario("restart-100", "restart", 100, 1),
    Scenario("queue", "queue", 100, 20),
    *(
        Scenario(f"{peer}-{tasks}", "spread", tasks, tasks // 5, peer)
        for tasks in (10, 100, 1000)
        for peer in "ABCD"
    ),
)
