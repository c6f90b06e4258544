"""Saved results, so that the page can be written again without running the scenarios."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter

from tests.benchmarks.figures import Figures

_ALL = TypeAdapter(dict[str, Figures])


def write(path: Path, runs: Mapping[str, Figures]) -> None:
    """Save the figures of each scenario by its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({name: asdict(run) for name, run in runs.items()}, indent=1)
    path.write_text(text, encoding="utf-8")


def read(path: Path) -> dict[str, Figures]:
    """Load saved figures. "Never" is saved as Infinity, which is not standard JSON."""
    return _ALL.validate_python(json.loads(path.read_text(encoding="utf-8")))
