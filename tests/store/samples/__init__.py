"""Databases that earlier versions wrote, as SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Final

BEFORE_RENAMES: Final = Path(__file__).parent / "before_renames.sql"
"""Something in every table, before tables, columns and stored values got their present names."""

# What it holds.
NOW: Final = 1_767_225_600.0
GUILD: Final = 100000000000000001
CHANNEL: Final = 200000000000000002
DIRECT: Final = 200000000000000003
USER: Final = 400000000000000004
ROLE: Final = 600000000000000006


def message(number: int) -> int:
    """The id of one of its messages; 1 to 4 have open watches."""
    return 300000000000000000 + number
