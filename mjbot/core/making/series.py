"""Series: one prompt with permutations in braces, or with repeats, expanded into single prompts.

``a {red, green} bird`` is two prompts, as with Midjourney: https://docs.midjourney.com/docs/permutations.
Midjourney would ask the user to confirm. No service passes this question on, so the bot expands permutations
itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from typing import Final

from mjbot.core.i18n.texts import Text
from mjbot.core.making.findings import PromptFinding, Verdict
from mjbot.core.making.parsing import DASH, IN_A_WORD

MAX_REPEAT: Final = 40
_SHOWN = 20  # characters on either side of a brace
_TOKEN = re.compile(r"\\[{},]|[{},]|[^\\{},]+|\\")
_REPEAT = re.compile(
    rf"(?:(?P<word>(?<!\S)[{DASH}]+)|{IN_A_WORD})(?:repeat|r)[^\S\n]+(?P<times>[0-9]{{1,2}})(?!\S)(?(word)\s?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Series:
    """The expanded prompts, in order. ``exceeds``: there are more prompts than the limit.

    ``findings`` reports braces without a counterpart. The prompt is then taken literally.
    """

    prompts: tuple[str, ...]
    exceeds: bool = False
    findings: tuple[PromptFinding, ...] = ()


@dataclass(slots=True)
class _Group:
    """A brace group that is still open. ``at`` is the index of its brace.

    It holds the expanded alternatives, and the partial expansions of the current one (more than one if that
    has groups).
    """

    at: int
    alternatives: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=lambda: [""])


def expand_series(prompt: str, *, times: int = 1, limit: int) -> Series:
    """Expand a prompt into at most ``limit`` prompts. To bound memory use, no more than one extra is built.

    Each prompt is repeated ``times`` times, unless it contains ``--repeat``. After a backslash, commas and
    braces are literal. The backslash before a brace is kept, because Midjourney would expand the brace
    otherwise. A prompt without braces and repeats is returned unchanged.
    """
    permutations, finding = _permutations(prompt, limit + 1)
    repeated = chain.from_iterable(_repeated(each, times) for each in permutations)
    built = tuple(islice(repeated, limit + 1))
    return Series(built[:limit], len(built) > limit, (finding,) if finding else ())


def _repeated(prompt: str, times: int) -> Iterator[str]:
    written = list(_REPEAT.finditer(prompt))
    if len(written) == 1 and 1 <= int(written[0]["times"]) <= MAX_REPEAT:
        times = int(written[0]["times"])
        before, after = prompt[: written[0].start()], prompt[written[0].end() :]
        prompt = f"{before}{after}" if after else before.rstrip()
    return repeat(prompt, max(1, times))


def _permutations(prompt: str, most: int) -> tuple[list[str], PromptFinding | None]:
    """Return the first ``most`` permutations, in linear time. Nested braces do not cause recursion.

    The first ``most`` combinations of two lists need only the first ``most`` elements of each list.
    """
    outer = _Group(0)
    groups = [outer]
    for match in _TOKEN.finditer(prompt):
        token, group = match[0], groups[-1]
        if token == "{":
            groups.append(_Group(match.start()))
        elif token == "}":
            if group is outer:
                return [prompt], _unmatched(prompt, match.start())
            groups.pop()
            _end_alternative(group, most)
            outside = groups[-1]
            outside.current = [
                *islice((one + other for one in outside.current for other in group.alternatives), most)
            ]
        elif token == "," and group is not outer:
            _end_alternative(group, most)
            group.current = [""]
        else:
            text = "," if token == r"\," and group is not outer else token
            group.current = [each + text for each in group.current]
    if groups[-1] is not outer:
        return [prompt], _unmatched(prompt, groups[-1].at)
    return outer.current, None


def _end_alternative(group: _Group, most: int) -> None:
    room = most - len(group.alternatives)
    group.alternatives += [each.strip() for each in group.current[:room]]


def _unmatched(prompt: str, at: int) -> PromptFinding:
    piece = prompt[max(0, at - _SHOWN) : at + _SHOWN].strip()
    return PromptFinding(Verdict.WARNING, Text.PROMPT_BRACE, piece, f"\\{prompt[at]}")
