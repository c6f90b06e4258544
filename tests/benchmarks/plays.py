"""What `make bench` plays, in order. Each has a name, so that one can be played alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.benchmarks.plan import COMPRESSED, RELAX, Plan, burst, restart, spread, steady

Kind = Literal["spread", "queue", "restart", "steady", "burst"]


@dataclass(frozen=True)
class Play:
    """One run of one program."""

    name: str
    kind: Kind
    tasks: int
    channels: int
    program: str = "mjbot"
    hooks: bool = False
    images: Literal["link", "attach"] = "link"

    @property
    def label(self) -> str:
        """What it is called in the table."""
        more: list[str] = [self.kind] if self.kind != "spread" else []
        more += ["webhook"] if self.hooks else []
        more += ["attach"] if self.images == "attach" else []
        return ", ".join((self.program, *more))

    def plan(self) -> Plan:
        """Its tasks; the same ones each time."""
        if self.kind == "steady":
            return steady(self.tasks, self.channels)
        if self.kind == "burst":
            return burst(self.tasks, self.channels)
        if self.kind == "restart":
            return restart(self.tasks, self.channels)
        return spread(self.tasks, self.channels, RELAX / COMPRESSED if self.kind == "queue" else 0.0)


PLAYS = (
    Play("mjbot-10", "spread", 10, 2),
    Play("mjbot-100", "spread", 100, 20),
    Play("mjbot-1000", "spread", 1000, 200),
    Play("channel-20", "spread", 20, 1),
    Play("channel-100", "spread", 100, 1),
    Play("restart-100", "restart", 100, 1),
    Play("restart-1000", "restart", 1000, 200),
    Play("queue", "queue", 100, 20),
    Play("hooks-100", "spread", 100, 20, hooks=True),
    Play("hooks-1000", "spread", 1000, 200, hooks=True),
    Play("attach-100", "spread", 100, 20, images="attach"),
    Play("attach-1000", "spread", 1000, 200, images="attach"),
    Play("steady", "steady", 10_000, 2_000),
    Play("burst", "burst", 10_000, 2_000),
    *(Play(f"{peer}-100", "spread", 100, 20, peer) for peer in "ABCD"),
    *(Play(f"{peer}-1000", "spread", 1000, 200, peer) for peer in "ABCD"),
)
