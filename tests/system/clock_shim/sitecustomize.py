"""A wall clock that a test can set while the process runs: `time.time` is ahead by the seconds in a file.

The variable CLOCK_FILE names the file; without it the clock is the machine's.

Python imports this at start when its folder is on PYTHONPATH. The monotonic clock is not changed, just as
a correction by NTP or by hand does not change it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_true = time.time


def _turned() -> float:
    file = os.environ.get("CLOCK_FILE")
    return _true() + (float(Path(file).read_text(encoding="utf-8")) if file else 0.0)


time.time = _turned
