"""Hides what Python does not have on Windows: the modules in HIDDEN_MODULES, and loops with signal handlers.

In place of fcntl there is as much of msvcrt as the bot uses. Python imports this at start when its folder is
on PYTHONPATH.
"""

from __future__ import annotations

import os
import sys
from asyncio import AbstractEventLoop, SelectorEventLoop
from fcntl import LOCK_EX, LOCK_NB, lockf
from types import ModuleType


def locking(descriptor: int, _: int, length: int) -> None:
    """Lock bytes from the position of the file, without waiting."""
    lockf(descriptor, LOCK_EX | LOCK_NB, length, os.lseek(descriptor, 0, os.SEEK_CUR))


msvcrt = ModuleType("msvcrt")
msvcrt.__dict__.update(locking=locking, LK_NBLCK=2)
sys.modules["msvcrt"] = msvcrt  # after asyncio, which decides by it whether this is Windows
for name in os.environ["HIDDEN_MODULES"].split(","):
    sys.modules[name] = None  # type: ignore[assignment]
SelectorEventLoop.add_signal_handler = AbstractEventLoop.add_signal_handler  # type: ignore[method-assign]
SelectorEventLoop.remove_signal_handler = AbstractEventLoop.remove_signal_handler  # type: ignore[method-assign]
