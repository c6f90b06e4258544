"""Health of the components that the bot depends on, for `/readyz` and `mjbot health`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass

from mjbot.clock import Clock
from mjbot.core.model.task import TaskId
from mjbot.errors import StoreFailed
from mjbot.ports import FetchReport

_PROBE_SECONDS = 5.0  # a probe writes to the disk, and a load balancer may ask every second
_RETRY_SECONDS = 1.0  # after a probe that failed


@dataclass(frozen=True, slots=True)
class ComponentHealth:
    """The health of one component.

    ``age`` is the number of seconds since the component last worked. For the gateway, it is the latency of
    the last heartbeat in seconds. None means not known yet.
    """

    ok: bool
    age: float | None = None


class UpstreamHealth:
    """Records whether the last poll succeeded, and the time of the last success (unix seconds)."""

    def __init__(self) -> None:
        self.ok = True
        self.answered_at: float | None = None

    def record_poll(self, _ids: Sequence[TaskId], report: FetchReport, now: float) -> None:
        """Record the result of a poll. `TaskTracker` calls this as a listener."""
        self.ok = not report.failed
        if self.ok:
            self.answered_at = now


class Health:
    """Checks the gateway, the image service and the database.

    ``probe_database`` tries a write, and raises `StoreFailed` if that fails.
    """

    def __init__(
        self,
        gateway_health: Callable[[], tuple[bool, float | None]],
        upstream: UpstreamHealth,
        probe_database: Callable[[], Awaitable[object]],
        clock: Clock,
    ) -> None:
        self._gateway_health = gateway_health
        self._upstream = upstream
        self._probe_database = probe_database
        self._clock = clock
        self._database_ok = False
        self._probed_at: float | None = None  # the last probe that succeeded
        self._probe_after = 0.0
        self._probing: asyncio.Future[None] | None = None

    async def components(self) -> dict[str, ComponentHealth]:
        """Return the health of each component by its name."""
        await self._probe()
        return {
            "gateway": ComponentHealth(*self._gateway_health()),
            "upstream": ComponentHealth(self._upstream.ok, self._age(self._upstream.answered_at)),
            "database": ComponentHealth(self._database_ok, self._age(self._probed_at)),
        }

    async def _probe(self) -> None:
        """Probe the database, at most once every few seconds. Each probe may block it for half a second."""
        if self._probe_after > self._clock.now():
            return
        if self._probing is None:
            self._probing = asyncio.ensure_future(self._probe_once())
        await asyncio.shield(self._probing)

    async def _probe_once(self) -> None:
        try:
            await self._probe_database()
            self._database_ok, self._probed_at = True, self._clock.now()
        except StoreFailed:
            self._database_ok = False
        finally:
            pause = _PROBE_SECONDS if self._database_ok else _RETRY_SECONDS
            self._probe_after = self._clock.now() + pause
            self._probing = None

    def _age(self, at: float | None) -> float | None:
        return None if at is None else round(max(0.0, self._clock.now() - at), 1)


def as_json(components: dict[str, ComponentHealth]) -> dict[str, object]:
    """Return the components as the JSON of `/readyz`."""
    return {
        "ok": all(each.ok for each in components.values()),
        **{name: asdict(each) for name, each in components.items()},
    }
