"""Hides what Python does not have on Windows: the modules in HIDDEN_MODULES, and loops with signal handlers.

Python imports this at start when its folder is on PYTHONPATH.
"""

from __future__ import annotations

import os
import sys
from asyncio import AbstractEventLoop, SelectorEventLoop

for name in os.environ["HIDDEN_MODULES"].split(","):
    sys.modules[name] = None  # type: ignore[assignment]
SelectorEventLoop.add_signal_handler = AbstractEventLoop.add_signal_handler  # type: ignore[method-assign]
SelectorEventLoop.remove_signal_handler = AbstractEventLoop.remove_signal_handler  # type: ignore[method-assign]
