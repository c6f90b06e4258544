"""The scenarios of `make bench`, in order; each can be selected by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.benchmarks.plan import COMPRESSED, RELAX, Plan, burst, restart, spread, steady

Kind = Literal["spread", "queue", "restart", "steady", "burst"]


@dataclass(frozen=True)
class Scenario:
    """One run of one program."""

    name: str
    kind: Kind
    tasks: int
    channels: int
    program: str = "mjbot"
    webhooks: bool = False
    images: Literal["link", "attach"] = "link"

    @property
    def label(self) -> str:
        """Its name in the table."""
        more: list[str] = [self.kind] if self.kind != "spread" else []
        more += ["webhook"] if self.webhooks else []
        more += ["attach"] if self.images == "attach" else []
        return ", ".join((self.program, *more))

    def plan(self) -> Plan:
        """Build its tasks; the same ones each time."""
        if self.kind == "steady":
            return steady(self.tasks, self.channels)
        if self.kind == "burst":
            return burst(self.tasks, self.channels)
        if self.kind == "restart":
            return restart(self.tasks, self.channels)
        return spread(self.tasks, self.channels, RELAX / COMPRESSED if self.kind == "queue" else 0.0)


SCENARIOS = (
    Scenario("mjbot-10", "spread", 10, 2),
    Scenario("mjbot-100", "spread", 100, 20),
    Scenario("mjbot-1000", "spread", 1000, 200),
    Scenario("channel-20", "spread", 20, 1),
    Scenario("channel-100", "spread", 100, 1),
    Scenario("restart-100", "restart", 100, 1),
    Scenario("restart-1000", "restart", 1000, 200),
    Scenario("queue", "queue", 100, 20),
    Scenario("webhooks-100", "spread", 100, 20, webhooks=True),
    Scenario("webhooks-1000", "spread", 1000, 200, webhooks=True),
    Scenario("attach-100", "spread", 100, 20, images="attach"),
    Scenario("attach-1000", "spread", 1000, 200, images="attach"),
    Scenario("steady", "steady", 10_000, 2_000),
    Scenario("burst", "burst", 10_000, 2_000),
    *(Scenario(f"{peer}-100", "spread", 100, 20, peer) for peer in "ABCD"),
    *(Scenario(f"{peer}-1000", "spread", 1000, 200, peer) for peer in "ABCD"),
)
