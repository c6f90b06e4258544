"""What docs/operations.md tells people to run, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

_PAGE = Path(__file__).parent.parent / "docs" / "operations.md"


def backup_command() -> str:
    """The command of "Back up", which copies mjbot.db to mjbot-copy.db."""
    found = re.search(r"## Back up.*?```sh\n(.*?)\n```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def year_s_size() -> tuple[float, float]:
    """The MB of a year's database and the kB of a task, as "Retention and privacy" states them."""
    found = re.search(r"(\d+) MB.*?([\d.]+) kB", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return float(found[1]), float(found[2])
