"""`mjbot run` as a process, connected to the Discord stub and the sandbox server."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.server import SandboxServer
from tests.system import command
from tests.system.discord_stub import DiscordStub
from tests.system.discord_stub.log import SECONDS


def measured() -> dict[str, str]:
    """What a process must find in its environment for coverage to count it; nothing without ``--cov``."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def environment(stub: DiscordStub, upstream: SandboxServer, dialect: str = "") -> dict[str, str]:
    """The variables with which the command works between the two."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": command.CLOCK_SHIM,
        "MJBOT_DISCORD_TOKEN": stub.token,
        "MJBOT_DISCORD_API_URL": stub.api_url,
        "MJBOT_UPSTREAM_URL": upstream.address(dialect),
        "MJBOT_UPSTREAM_AUTH": DIALECTS[dialect].auth,
        "MJBOT_UPSTREAM_KEY": "sandbox-key",
    }


class WorldTime:
    """The clock of the image service: the machine's, ahead by what the test has skipped."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self._ahead

    def skip(self, seconds: float) -> None:
        """Let so much time pass at once for all tasks that have begun."""
        self._ahead += seconds


class BotProcess:
    """`mjbot run` on one database: started, killed and terminated by the test.

    ``counted``: coverage counts it. A killed process saves no counts, so where all are killed this is waste.
    """

    def __init__(
        self,
        stub: DiscordStub,
        upstream: SandboxServer,
        folder: Path,
        dialect: str = "",
        *,
        counted: bool = False,
    ) -> None:
        self._stub = stub
        self._folder = folder
        self._process: command.Command | None = None
        self.database = folder / "mjbot.db"
        self._clock = folder / "clock"
        self.turn_clock(0)
        self.environment = {
            **environment(stub, upstream, dialect),
            **(measured() if counted else {}),
            "MJBOT_DATABASE": str(self.database),
            "MJBOT_USER_COMMANDS_PER_MINUTE": "10000",
            "MJBOT_USER_PRESSES_PER_10_MIN": "10000",
            "MJBOT_GUILD_PRESSES_PER_HOUR": "10000",
            "MJBOT_POLL_MIN": "0.25",
            "MJBOT_POLL_MAX": "0.5",
            "CLOCK_FILE": str(self._clock),
        }
        self.log = folder / "log.txt"

    def set(self, **settings: str) -> None:
        """Change settings for the next start."""
        self.environment |= {f"MJBOT_{name}": value for name, value in settings.items()}

    @property
    def pid(self) -> int:
        """The id of the running process."""
        assert self._process is not None
        return self._process.pid

    def turn_clock(self, seconds: float) -> None:
        """Set the wall clock that this process sees ahead of (or behind) the real one."""
        written = self._clock.with_suffix(".new")
        written.write_text(str(seconds), encoding="utf-8")
        written.replace(self._clock)  # atomically: the process must not read an empty file

    async def start(self) -> None:
        """Start it, and wait until it is connected."""
        await self.launch()
        await self._stub.ready(SECONDS)

    async def launch(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self._process = await command.start(("run",), self._folder, self.environment, log.fileno())

    async def kill(self) -> None:
        """End it with SIGKILL: it saves nothing, as in a power cut."""
        await self._end(signal.SIGKILL)
        await self._stub.gone(SECONDS)

    async def terminate(self) -> int:
        """End it with SIGTERM; return its exit code."""
        return await self._end(signal.SIGTERM)

    async def exited(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        assert self._process is not None
        async with asyncio.timeout(SECONDS):
            return await self._process.wait()

    async def close(self) -> None:
        """Kill it if it still runs."""
        if self._process is not None and self._process.returncode is None:
            await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return await self.exited()


@asynccontextmanager
async def running(
    stub: DiscordStub,
    upstream: SandboxServer,
    folder: Path,
    dialect: str = "",
    settings: Mapping[str, str] | None = None,
    counted: bool = False,
) -> AsyncIterator[BotProcess]:
    """A started bot; killed at the end if it still runs."""
    bot = BotProcess(stub, upstream, folder, dialect, counted=counted)
    bot.set(**(settings or {}))
    try:
        await bot.start()
        yield bot
    finally:
        await bot.close()
