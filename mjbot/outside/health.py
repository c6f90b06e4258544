"""Is all well? Asked by supervisors and by `mjbot status`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from mjbot.clock import Clock
from mjbot.errors import StoreFailed
from mjbot.outside.meters import MeteredSource


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that the bot needs.

    ``age``: seconds since it was last seen at work, or, for the gateway, that its last heartbeat took.
    None: not seen yet.
    """

    ok: bool
    age: float | None = None


class Health:
    """What the bot needs, and whether it has it.

    ``pulse`` tells of the gateway; ``store`` does something small in the database.
    """

    def __init__(
        self,
        pulse: Callable[[], tuple[bool, float | None]],
        source: MeteredSource,
        store: Callable[[], Awaitable[object]],
        clock: Clock,
    ) -> None:
        self._pulse = pulse
        self._source = source
        self._store = store
        self._clock = clock
        self._stored_at: float | None = None

    async def parts(self) -> dict[str, Part]:
        """Each part by its name."""
        try:
            await self._store()
            stored, self._stored_at = True, self._clock.now()
        except StoreFailed:
            stored = False
        return {
            "gateway": Part(*self._pulse()),
            "upstream": Part(self._source.works, self._age(self._source.answered_at)),
            "database": Part(stored, self._age(self._stored_at)),
        }

    def _age(self, at: float | None) -> float | None:
        return None if at is None else round(max(0.0, self._clock.now() - at), 1)


def told(parts: dict[str, Part]) -> dict[str, object]:
    """The parts as JSON."""
    return {"ok": all(each.ok for each in parts.values()), **{name: asdict(p) for name, p in parts.items()}}
