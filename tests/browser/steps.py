"""The steps of a README, read from its sentence and played key by key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent.parent
READMES = {"en-US": "README.md", "zh-CN": "README.zh-CN.md"}
_KEYS = ("Enter",)


class Kind(Enum):
    """What a person does with a word."""

    TYPE = "`"
    KEY = "key"
    PRESS = "button"


@dataclass(frozen=True)
class Step:
    """One word of the sentence, and what to do with it."""

    kind: Kind
    word: str


def steps_of(readme: str) -> list[Step]:
    """Return the steps that a README names: `words to type`, **keys** and **buttons**, in its order."""
    (sentence,) = (each for each in readme.split("\n\n") if "`/status`" in each and "**Enter**" in each)
    found = re.finditer(r"`(?P<typed>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*", sentence)
    return [
        Step(Kind.TYPE, typed)
        if (typed := each["typed"])
        else Step(Kind.KEY if each["bold"] in _KEYS else Kind.PRESS, each["bold"])
        for each in found
    ]


def readme_steps(language: str) -> list[Step]:
    """Return the steps of the README in a language."""
    return steps_of((ROOT / READMES[language]).read_text(encoding="utf-8"))


def play_keys(page: Page, steps: list[Step], delay: float = 0) -> list[Step]:
    """Play the steps up to the first button; returns the others. ``delay``: ms between two keys."""
    for number, step in enumerate(steps):
        if step.kind is Kind.PRESS:
            return steps[number:]
        if step.kind is Kind.TYPE:
            page.keyboard.type(step.word, delay=delay)
        else:
            page.keyboard.press(step.word)
    return []
