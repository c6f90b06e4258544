"""Kept results: a file for each run, so that a stopped `make bench` goes on from there.

A result is taken again only if nothing that it depends on has changed: the sources of the program that was
measured, the two servers, what measures, the scenario and the machine. Policies A to D do not depend on the
bot.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from tests.benchmarks.figures import Figures
from tests.benchmarks.scenarios import Scenario

ROOT = Path(__file__).parent.parent.parent
_MEASURING = ("figures", "harness", "models", "oracle", "plan", "reads", "rig", "standing", "usage")
_SERVERS = (
    *("mjbot/sandbox/**/*.py", "tests/system/discord_stub/*.py", "tests/system/process.py"),
    *("tests/discord_answers.py", *(f"tests/benchmarks/{name}.py" for name in _MEASURING)),
)
_BOT = ("mjbot/**/*.py", "cogs/**/*.py", "requirements/run.txt")
_DESCRIBE = ("git", "describe", "--always", "--dirty")


@dataclass(frozen=True)
class Result:
    """One run of one scenario, with what it was made of."""

    figures: Figures
    key: str
    commit: str
    day: str
    machine: str


_ONE = TypeAdapter(Result)


class Results:
    """The results in a folder, as NAME.NUMBER.json."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, name: str) -> list[Result]:
        """All results of a scenario, also of older sources."""
        files = sorted(self._folder.glob(f"{name}.*.json"))
        # "Never" is kept as Infinity, which is not standard JSON.
        return [_ONE.validate_python(json.loads(each.read_text("utf-8"))) for each in files]

    def fresh(self, name: str, key: str) -> list[Result]:
        """The results of a scenario that belong to these sources."""
        return [each for each in self.of(name) if each.key == key]

    def add(self, name: str, result: Result) -> None:
        """Keep a result, and drop those of other sources."""
        kept = self.fresh(name, result.key)
        if not kept:
            self.forget(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        whole, part = (self._folder / f"{name}.{len(kept) + 1}.{end}" for end in ("json", "part"))
        part.write_text(json.dumps(asdict(result), indent=1), encoding="utf-8")
        part.replace(whole)  # so that a stopped run leaves no half of one

    def forget(self, name: str) -> None:
        """Delete the results of a scenario."""
        for each in self._folder.glob(f"{name}.*.json"):
            each.unlink()


def key_of(scenario: Scenario) -> str:
    """A digest of all that a result of this scenario depends on."""
    parts = [*_SERVERS, *(_BOT if scenario.program == "mjbot" else ())]
    digest = hashlib.sha256(f"{scenario!r} {machine()}".encode())
    for path in _files(parts):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def result_of(figures: Figures, key: str) -> Result:
    """A result as of now."""
    return Result(figures, key, commit(), f"{datetime.now(UTC):%Y-%m-%d}", machine())


def commit() -> str:
    """The commit that is checked out, marked if files have changed since."""
    try:
        told = subprocess.run(_DESCRIBE, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()


def machine() -> str:
    """The machine, as the page names it."""
    return f"{os.cpu_count() or 1} cores, {platform.machine()}, Python {platform.python_version()}"


def _files(patterns: Iterable[str]) -> list[Path]:
    return sorted({path for each in patterns for path in ROOT.glob(each) if path.is_file()})
