"""A wall clock that a test can set while the process runs: `time.time` is ahead by the seconds in a file.

Python imports this at start when its folder is on PYTHONPATH. The monotonic clock is not changed, just as
a correction by NTP or by hand does not change it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_true = time.time
_file = Path(os.environ["CLOCK_FILE"])


def _turned() -> float:
    return _true() + float(_file.read_text(encoding="utf-8"))


time.time = _turned
