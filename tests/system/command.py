"""The command `mjbot` as a process: forked from one that has imported it, or started from nothing."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Protocol

# With it on PYTHONPATH, a file that CLOCK_FILE names turns the wall clock.
CLOCK_SHIM = str(Path(__file__).parent / "clock_shim")
_ROOT = Path(__file__).parents[2]
_READ_BY_PYTHON = ("PYTHON", "COVERAGE_")


class Command(Protocol):
    """A process, as far as asyncio's and a forked one are alike."""

    @property
    def pid(self) -> int:
        """The id of the process."""

    @property
    def returncode(self) -> int | None:
        """The exit code, or minus the number of the signal; None until `wait` has returned."""

    def send_signal(self, signal: int, /) -> None:
        """Send a signal to the process."""

    async def wait(self) -> int:
        """Wait until the process has ended; return its exit code."""


class ForkedCommand:
    """A command that the fork server reports on."""

    def __init__(self, pid: int, reports: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._reports = reports
        self._writer = writer

    def send_signal(self, number: int, /) -> None:
        """Send a signal to the process, unless it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait until the process has ended; return its exit code."""
        if self.returncode is None:
            self.returncode = int(await self._reports.readline())
            self._writer.close()
        return self.returncode


async def start(
    arguments: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
    output: int,
    max_file: int | None = None,
) -> Command:
    """Start `mjbot` with everything that it prints to the descriptor ``output``.

    It is forked where that makes no difference: Python itself must read nothing else at its start.
    ``max_file`` limits the size of the files that it writes, in bytes, as a full disk would.
    """
    read = {name: value for name, value in environment.items() if name.startswith(_READ_BY_PYTHON)}
    if read == {"PYTHONPATH": CLOCK_SHIM}:
        return await _fork(arguments, folder, environment, output, max_file)
    limited = ["prlimit", f"--fsize={max_file}", "--"] if max_file is not None else []
    return await asyncio.create_subprocess_exec(
        *(*limited, sys.executable, "-m", "mjbot", *arguments),
        cwd=folder,
        env=environment,
        stdout=output,
        stderr=output,
    )


async def _fork(
    arguments: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
    output: int,
    max_file: int | None,
) -> ForkedCommand:
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(_fork_server(), [b"."], [theirs.fileno(), output])
    reader, writer = await asyncio.open_connection(sock=ours)
    command = {
        "arguments": arguments,
        "folder": str(folder),
        "environment": dict(environment),
        "max_file": max_file,
    }
    writer.write(json.dumps(command).encode() + b"\n")
    return ForkedCommand(int(await reader.readline()), reader, writer)


@cache
def _fork_server() -> socket.socket:
    """Start the fork server of this process; it ends with it."""
    ours, theirs = socket.socketpair()
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.system.fork_server", str(theirs.fileno())],
            cwd=_ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": CLOCK_SHIM},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours
