"""Finds the parameters that are written in a prompt, and mends the dashes before them.

Phones and Chinese keyboards turn ``--`` into ``—`` or ``——``, and people write ``-ar``. Midjourney is said to
read ``—`` as ``--``; a server on the way need not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mjbot.core.i18n.texts import Text
from mjbot.core.making.findings import PromptFinding, Verdict
from mjbot.core.making.parameters import KNOWN, Parameter, Takes, takes_value

DASH: Final = "-\u2010-\u2015\u2212\u2500\ufe58\ufe63\uff0d"
"""The characters that are written for a hyphen, as the inside of a regular expression's set."""
_MARKED = re.compile(rf"(?<!\S)([{DASH}]+)([A-Za-z]+)(?!\S)")
_START = re.compile(r"(?<!\S)--(?=[A-Za-z])")
_TOKEN = re.compile(r"--([A-Za-z]+)(\S*)")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Written:
    """A parameter as written in a prompt: ``piece`` is all of it, up to the next one.

    ``glued`` is what follows the letters of its name without a space, ``value`` what follows the space.
    ``at`` is the index of its dashes, ``name`` its name in lower case.
    """

    name: str
    glued: str
    value: str
    piece: str
    at: int

    @property
    def parameter(self) -> Parameter | None:
        """The parameter of this name; None if it is not in the table."""
        return KNOWN.get(self.name)

    @property
    def first(self) -> str:
        """The first word of the value."""
        return first_word(self.value)


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """A prompt, its text before the first parameter, and its parameters."""

    prompt: str
    text: str
    parameters: tuple[Written, ...]

    def written(self, name: str) -> tuple[Written, ...]:
        """Return the parameters that have this as their first name, with or without a value."""
        return tuple(
            each
            for each in self.parameters
            if each.parameter and each.parameter.names[0] == name and not each.glued
        )


def parse_prompt(prompt: str) -> ParsedPrompt:
    """Split a prompt, whose dashes are mended, at its parameters."""
    starts = [*(match.start() for match in _START.finditer(prompt)), len(prompt)]
    found = []
    for start, end in pairwise(starts):
        token = _TOKEN.match(prompt, start)
        if token is not None:
            value = prompt[token.end() : end].strip()
            found.append(Written(token[1].lower(), token[2], value, prompt[start:end].strip(), start))
    return ParsedPrompt(prompt, prompt[: starts[0]], tuple(found))


def mend_dashes(prompt: str) -> tuple[str, tuple[PromptFinding, ...]]:
    """Write ``--`` for other dashes before a known parameter, and nothing else.

    A single hyphen can be meant, so it is mended only if nothing but a value of the parameter follows:
    "-s 250", not "the letter -s" or "the word -s 3 times". Mending twice is mending once.
    """
    marked = [match for match in _MARKED.finditer(prompt) if match[2].lower() in KNOWN]
    ends = sorted(match.start() for match in (*marked, *_START.finditer(prompt)))
    parts: list[str] = []
    findings = []
    at = later = 0
    for match in marked:
        dashes, name = match.groups()
        while later < len(ends) and ends[later] <= match.start():
            later += 1
        value = prompt[match.end() : ends[later] if later < len(ends) else len(prompt)].strip()
        if dashes == "--" or (dashes == "-" and not _fits(KNOWN[name.lower()], value)):
            continue
        parts += [prompt[at : match.start()], f"--{name}"]
        at = match.end()
        shown = f"{name} {first_word(value)}".strip()
        findings.append(PromptFinding(Verdict.MENDED, Text.PROMPT_MENDED, f"{dashes}{shown}", f"--{shown}"))
    return "".join([*parts, prompt[at:]]), tuple(findings)


def first_word(text: str) -> str:
    """Return the first word of a text, "" if there is none."""
    found = _WORD.search(text)
    return found[0] if found else ""


def _fits(parameter: Parameter, value: str) -> bool:
    """Return whether a parameter takes the whole of a value, so that no text follows it."""
    words = value.split()
    if parameter.takes is Takes.WORDS:
        return bool(words) is not parameter.optional  # "-p" and a word could be text
    if parameter.takes is not Takes.REFERENCES and len(words) > 1:
        return False
    return all(takes_value(parameter, each) for each in words or [""])
