"""Requests as the stub receives them, and the two faults a test can inject: hold one or fail it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.discord_answers import Answer
    from tests.system.discord_stub.form import JSON

When = Literal["before", "after"]


@dataclass(frozen=True)
class Call:
    """One whole request. `path` is without `/api/v10`; `files` maps n to name and bytes."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: dict[int, tuple[str, bytes]]
    authorization: str = ""

    @property
    def form(self) -> JSON:
        return self.body if isinstance(self.body, dict) else {}


@dataclass
class Pattern:
    """Matches calls. In `path`, `*` stands for one segment, `**` for any number."""

    method: str
    path: str
    match: Callable[[Call], bool] | None = None

    def __post_init__(self) -> None:
        words = {"**": ".*", "*": "[^/]+"}
        parts = re.split(r"(\*\*|\*)", self.path)
        self._regex = re.compile("".join(words.get(part, re.escape(part)) for part in parts))

    def fits(self, call: Call) -> bool:
        if self.method not in ("*", call.method) or not self._regex.fullmatch(call.path):
            return False
        return self.match is None or self.match(call)


@dataclass
class Fault:
    """An error to return instead of handling the request, `times` times."""

    pattern: Pattern
    status: int
    body: JSON
    headers: dict[str, str]
    times: int


@dataclass
class Refusal:
    """A scripted answer, `times` times (None: always); it counts how often it was given."""

    pattern: Pattern
    answer: Answer
    times: int | None = None
    given: int = 0

    def fits(self, call: Call) -> bool:
        return (self.times is None or self.given < self.times) and self.pattern.fits(call)


@dataclass
class Hold:
    """A gate that requests wait at: "before" anything is applied or "after", without an answer.

    Held requests live in the stub, so killing the client does not release them. A request held
    "before" whose client is gone by the time of `release()` is never applied, as if the wire had
    been cut on its way; one held "after" has been applied already.
    """

    pattern: Pattern
    when: When
    times: int | None = None  # how many requests are held; None: all until the release
    calls: list[Call] = field(default_factory=list)  # everything that was held, in order
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _verdict: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def open(self) -> bool:
        """Whether requests pass freely (again)."""
        return self._verdict.done() or (self.times is not None and len(self.calls) >= self.times)

    async def arrived(self, timeout: float = 10.0) -> Call:
        """The first request that was held."""
        async with asyncio.timeout(timeout):
            await self._arrived.wait()
        return self.calls[0]

    def release(self) -> None:
        """Let the held requests go on; later ones pass freely."""
        if not self._verdict.done():
            self._verdict.set_result(True)

    def drop(self) -> None:
        """Cut the connections of the held requests: no answer; after "before", no effect either."""
        if not self._verdict.done():
            self._verdict.set_result(False)

    async def hold(self, call: Call) -> bool:
        """Wait for the verdict: whether the request goes on."""
        self.calls.append(call)
        self._arrived.set()
        # Shielded: one cancelled request must not cancel the verdict of the others.
        return await asyncio.shield(self._verdict)


@dataclass
class Gates:
    """All holds and faults of a stub."""

    holds: list[Hold] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    async def wait(self, when: When, call: Call) -> bool | None:
        """None if nothing held the call, else whether it goes on."""
        for hold in self.holds:
            if hold.when == when and not hold.open and hold.pattern.fits(call):
                return await hold.hold(call)
        return None

    def refusal(self, call: Call) -> Answer | None:
        for refusal in self.refusals:
            if refusal.fits(call):
                refusal.given += 1
                return refusal.answer
        return None

    def fault(self, call: Call) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.pattern.fits(call):
                fault.times -= 1
                return fault
        return None

    def drop_all(self) -> None:
        for hold in self.holds:
            hold.drop()
