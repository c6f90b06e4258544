"""Is all well? Asked by supervisors and by `mjbot status`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from mjbot.clock import Clock
from mjbot.errors import StoreFailed
from mjbot.ops.metrics import InstrumentedTaskSource


@dataclass(frozen=True, slots=True)
class ComponentHealth:
    """One thing that the bot needs.

    ``age``: seconds since it was last seen at work, or, for the gateway, that its last heartbeat took.
    None: not seen yet.
    """

    ok: bool
    age: float | None = None


class Health:
    """What the bot needs, and whether it has it.

    ``gateway_health`` tells of the gateway; ``store`` does something small in the database.
    """

    def __init__(
        self,
        gateway_health: Callable[[], tuple[bool, float | None]],
        source: InstrumentedTaskSource,
        store: Callable[[], Awaitable[object]],
        clock: Clock,
    ) -> None:
        self._pulse = gateway_health
        self._source = source
        self._store = store
        self._clock = clock
        self._stored_at: float | None = None

    async def components(self) -> dict[str, ComponentHealth]:
        """Each part by its name."""
        try:
            await self._store()
            stored, self._stored_at = True, self._clock.now()
        except StoreFailed:
            stored = False
        return {
            "gateway": ComponentHealth(*self._pulse()),
            "upstream": ComponentHealth(self._source.works, self._age(self._source.answered_at)),
            "database": ComponentHealth(stored, self._age(self._stored_at)),
        }

    def _age(self, at: float | None) -> float | None:
        return None if at is None else round(max(0.0, self._clock.now() - at), 1)


def as_json(components: dict[str, ComponentHealth]) -> dict[str, object]:
    """The parts as JSON."""
    return {
        "ok": all(each.ok for each in components.values()),
        **{name: asdict(p) for name, p in components.items()},
    }
