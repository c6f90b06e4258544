"""Find the parameters in a prompt, and correct the dashes before them.

Phones and Chinese keyboards turn ``--`` into ``—`` or ``——``, and people write ``-ar``. Midjourney reportedly
reads ``—`` as ``--``, but a server between the bot and Midjourney may not.
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
"""The characters that people type in place of a hyphen, for use in a regular expression character class."""
IN_A_WORD: Final = rf"(?<=[^{DASH}\s])(?:--|[\u2012-\u2015\uff0d]+)"
"""The dashes of a parameter that has no space before it, as a regular expression. Some servers read it."""
_MARKED = re.compile(rf"(?<!\S)([{DASH}]+)([A-Za-z]+)(?!\S)")
_START = re.compile(r"(?<!\S)--(?=[A-Za-z])")
_TOKEN = re.compile(r"--([A-Za-z]+)(\S*)")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Written:
    """A parameter as written in a prompt. ``piece`` is its whole text, up to the next parameter.

    ``at`` is the index of the dashes, and ``name`` is the name in lower case. ``glued`` is the text directly
    after the name, without a space. ``value`` is the text after the space.
    """

    name: str
    glued: str
    value: str
    piece: str
    at: int

    @property
    def parameter(self) -> Parameter | None:
        """The known parameter with this name, or None if there is none."""
        return KNOWN.get(self.name)

    @property
    def first(self) -> str:
        """The first word of the parameter's value."""
        return first_word(self.value)


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """A prompt, split into the text before the first parameter and the parameters."""

    prompt: str
    text: str
    parameters: tuple[Written, ...]

    def written(self, name: str) -> tuple[Written, ...]:
        """Return all occurrences of the parameter with this first name, with or without a value."""
        return tuple(
            each
            for each in self.parameters
            if each.parameter and each.parameter.names[0] == name and not each.glued
        )


def parse_prompt(prompt: str) -> ParsedPrompt:
    """Split a prompt at its parameters. The dashes must already be corrected by `mend_dashes`."""
    starts = [*(match.start() for match in _START.finditer(prompt)), len(prompt)]
    found = []
    for start, end in pairwise(starts):
        token = _TOKEN.match(prompt, start)
        if token is not None:
            value = prompt[token.end() : end].strip()
            found.append(Written(token[1].lower(), token[2], value, prompt[start:end].strip(), start))
    return ParsedPrompt(prompt, prompt[: starts[0]], tuple(found))


def mend_dashes(prompt: str) -> tuple[str, tuple[PromptFinding, ...]]:
    """Replace other dashes before a known parameter with ``--``. Nothing else is changed.

    A single hyphen can be intended, so it is replaced only if nothing but a value of the parameter follows,
    as in "-s 250", but not in "the letter -s" or "the word -s 3 times". The function is idempotent.
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
    """Return the first word of a text, or "" if there is none."""
    found = _WORD.search(text)
    return found[0] if found else ""


def _fits(parameter: Parameter, value: str) -> bool:
    """Return whether the whole text is a value that the parameter accepts, so that no other text follows."""
    words = value.split()
    if parameter.takes is Takes.WORDS:
        return bool(words) is not parameter.optional  # "-p" and a word could be text
    if parameter.takes is not Takes.REFERENCES and len(words) > 1:
        return False
    return all(takes_value(parameter, each) for each in words or [""])
