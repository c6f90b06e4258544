"""The signals that stop a process: SIGTERM, and SIGINT (Ctrl+C)."""

from __future__ import annotations

import asyncio
import signal
from types import FrameType


def stop_event() -> asyncio.Event:
    """Return an event. From now on, a stop signal sets this event and does not end the process.

    On Windows, event loops do not support signal handlers, so `signal.signal` is used instead.
    """
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def interpreter_handler(_: int, __: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopped.set)  # it also wakes up the loop

    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:
            signal.signal(number, interpreter_handler)
    return stopped
