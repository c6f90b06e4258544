"""What a process uses, looked at once a second: CPU time and resident memory, as Linux counts them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MIB = 2**20


class Usage:
    """Looks on while the context is open. ``second`` tells the time by which it is asked afterwards."""

    def __init__(self, pid: int, second: Callable[[], float]) -> None:
        self._pid, self._second = pid, second
        self._seen: list[tuple[float, float]] = []  # at which second, CPU seconds until then
        self.memory = 0.0  # MiB, at the end
        self._looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._look()
        self._looking = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._looking is not None
        self._looking.cancel()
        self._look()

    def between(self, low: float, high: float) -> tuple[float, float]:
        """CPU seconds, and the share of one core, of the part of this span that was looked at."""
        inside = [each for each in self._seen if low <= each[0] <= high]
        if len(inside) < 2:
            return 0.0, 0.0
        (begin, before), (end, after) = inside[0], inside[-1]
        return after - before, (after - before) / (end - begin)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._look()

    def _look(self) -> None:
        try:
            fields = Path(f"/proc/{self._pid}/stat").read_text("ascii").rpartition(")")[2].split()
            pages = int(Path(f"/proc/{self._pid}/statm").read_text("ascii").split()[1])
        except OSError:  # it has ended
            return
        self._seen.append((self._second(), (int(fields[11]) + int(fields[12])) / _TICK))
        self.memory = pages * _PAGE / _MIB or self.memory
