"""CPU time and resident memory of a process, sampled once a second from Linux's /proc."""

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
    """Samples while the context is open. ``second`` returns the time on the plan's scale."""

    def __init__(self, pid: int, second: Callable[[], float]) -> None:
        self._pid, self._second = pid, second
        self._samples: list[tuple[float, float]] = []  # second of the plan, CPU seconds until then
        self.memory = 0.0  # MiB, at the end
        self._sampling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sample()
        self._sampling = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._sampling is not None
        self._sampling.cancel()
        self._sample()

    def between(self, low: float, high: float) -> tuple[float, float]:
        """CPU seconds, and the share of one core, over the samples within this span."""
        inside = [each for each in self._samples if low <= each[0] <= high]
        if len(inside) < 2:
            return 0.0, 0.0
        (begin, before), (end, after) = inside[0], inside[-1]
        return after - before, (after - before) / (end - begin)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._sample()

    def _sample(self) -> None:
        try:
            fields = Path(f"/proc/{self._pid}/stat").read_text("ascii").rpartition(")")[2].split()
            pages = int(Path(f"/proc/{self._pid}/statm").read_text("ascii").split()[1])
        except OSError:  # the process has ended
            return
        self._samples.append((self._second(), (int(fields[11]) + int(fields[12])) / _TICK))
        self.memory = pages * _PAGE / _MIB or self.memory
