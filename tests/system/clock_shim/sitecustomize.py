"""A wall clock that a test can turn while the process runs: `time.time` is ahead by what a file says.

Python imports this by itself when its folder is on PYTHONPATH. The steady clock is left alone, as a
correction by NTP or by a person leaves it alone.
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
