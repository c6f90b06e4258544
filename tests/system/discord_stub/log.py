"""The log of what happened, in order. Tests wait on it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
SECONDS = 20.0  # a wait that takes longer has failed, however slow the machine is
Kind = Literal["request", "applied", "answered", "rejected", "gateway", "dispatch"]


@dataclass(frozen=True)
class Event:
    """One thing that the stub saw or did.

    request: a whole request arrived. applied: it changed a message or answered an interaction.
    answered / rejected: a reply below / from 400 was sent (status 0: the client had gone, or the
    stub cut the connection). gateway: a frame or a connection of the bot. dispatch: sent to it.
    """

    at: float  # seconds, time.monotonic()
    kind: Kind
    method: str = ""
    path: str = ""
    status: int = 0
    summary: str = ""
    body: Any = None
    message_id: int | None = None  # of the message that was applied to

    def __str__(self) -> str:
        parts = (self.kind, self.method, self.path, self.status or "", self.summary)
        return f"{self.at:.3f} " + " ".join(str(part) for part in parts if part)


@dataclass
class EventLog:
    """An append-only list of events that can be waited on."""

    events: list[Event] = field(default_factory=list)
    _waiting: int = 0
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, kind: Kind, method: str = "", path: str = "", **fields: Any) -> None:
        self.events.append(Event(time.monotonic(), kind, method, path, **fields))
        self.wake()

    def wake(self) -> None:
        """Make every waiter check its condition again."""
        if not self._waiting:
            return
        # A fresh event each time, not a Condition: appending happens in plain functions, which
        # could not await a Condition's lock.
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    async def until(self, condition: Callable[[], T | None], timeout: float) -> T:
        """The first true value of the condition, which is asked again after every event.

        TimeoutError, with the last events in its text, after `timeout` seconds.
        """
        self._waiting += 1
        try:
            async with asyncio.timeout(timeout):
                while not (value := condition()):
                    await self._grown.wait()
        except TimeoutError:
            tail = "\n  ".join(str(event) for event in self.events[-15:])
            message = f"not so within {timeout} s; the last events:\n  {tail}"
            raise TimeoutError(message) from None
        finally:
            self._waiting -= 1
        return value
