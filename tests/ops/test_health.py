"""The health of the components, as `/readyz` reports it."""

from __future__ import annotations

import asyncio

from mjbot.clock import Clock
from mjbot.errors import StoreFailed
from mjbot.ops import Health, UpstreamHealth


class Disk:
    """A database probe that counts how often it is made."""

    def __init__(self) -> None:
        self.probes = 0
        self.full = True

    async def probe(self) -> None:
        self.probes += 1
        await asyncio.sleep(0)
        if self.full:
            raise StoreFailed


async def test_health_checks_at_one_moment_share_a_probe_and_a_failure_is_probed_again_soon() -> None:
    now, disk = [100.0], Disk()
    clock = Clock(lambda: now[0])
    health = Health(lambda: (True, 0.1), UpstreamHealth(), disk.probe, clock)
    found = await asyncio.gather(*(health.components() for _ in range(10)))
    assert not any(each["database"].ok for each in found)
    assert disk.probes == 1
    disk.full = False
    assert not (await health.components())["database"].ok
    now[0] += 1.5
    assert (await health.components())["database"].ok
    now[0] += 4.0
    assert (await health.components())["database"].ok
    assert disk.probes == 2
