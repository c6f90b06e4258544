"""The faults that a test can inject into requests: hold them, fail them, or script their answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.discord_answers import Refusals
from tests.system.discord_stub.log import SECONDS

if TYPE_CHECKING:
    from tests.discord_answers import Call, Pattern
    from tests.system.discord_stub.form import JSON

When = Literal["before", "after"]


@dataclass
class Fault:
    """An error to return instead of handling the request, `times` times."""

    pattern: Pattern
    status: int
    body: JSON
    headers: dict[str, str]
    times: int


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

    async def arrived(self, timeout: float = SECONDS) -> Call:
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
    refusals: Refusals = field(default_factory=Refusals)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, when: When, call: Call) -> bool | None:
        """None if nothing held the call, else whether it goes on."""
        for hold in self.holds:
            if hold.when == when and not hold.open and hold.pattern.fits(call):
                return await hold.hold(call)
        return None

    def fault(self, call: Call) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.pattern.fits(call):
                fault.times -= 1
                return fault
        return None

    async def silence(self) -> None:
        """Wait as long as the stub runs: a connection on which nothing is sent."""
        await self._closing.wait()

    def drop_all(self) -> None:
        self._closing.set()
        for hold in self.holds:
            hold.drop()
