"""The prompt check, which finds what Midjourney would probably reject, before the user pays for it.

The check refuses only a prompt without any text, because novicezk, trueai and new-api all reject it (code 4).
For other mistakes, the servers accept the prompt and the task fails later, or not at all. The check only
warns about them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mjbot.core.i18n.texts import Text
from mjbot.core.making.findings import PromptFinding, Verdict
from mjbot.core.making.parameters import KNOWN, MAX_LENGTH, Parameter, Takes, nearest_value, takes_value
from mjbot.core.making.parsing import IN_A_WORD, ParsedPrompt, Written, mend_dashes, parse_prompt

_MOST = 10  # findings that are returned; nobody reads more
_PICTURES = r"(?:png|jpe?g|webp|gif)"
_BARE_ADDRESS = re.compile(
    rf"(?<!\S)(?:[a-z0-9-]{{1,63}}\.){{1,8}}[a-z]{{2,20}}/(?:\S*\.{_PICTURES}(?:\?\S*)?)(?!\S)", re.IGNORECASE
)
_ADDRESS = re.compile(r"(?<!\S)<?https?://", re.IGNORECASE)
_NO_SPACE_BEFORE = re.compile(rf"{IN_A_WORD}([A-Za-z]{{1,11}})[^\S\n]+(\S+)")
_REPEAT_IN_A_WORD = re.compile(
    rf"{IN_A_WORD}(?:repeat|r)(?:[=:：]|[^\S\n]+)[0-9]{{1,2}}(?!\S)", re.IGNORECASE
)
_SPACE_BETWEEN = re.compile(r"(?<!\S)-- +([A-Za-z]{1,11}) +(\S+)")
_ONE_HYPHEN = re.compile(r"(?<!\S)-([A-Za-z]{1,11}) +(\S+?)[,.;，。；]?(?!\S)")
_WEIGHT = re.compile(r"(?<=\w)::(?:-?\d+(?:\.\d+)?)?(?!\S)")


@dataclass(frozen=True, slots=True)
class PromptCheck:
    """The result of the prompt check: the prompt to send, and the findings, most serious first."""

    prompt: str
    findings: tuple[PromptFinding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The highest verdict of the findings, which decides what happens to the prompt."""
        return max((each.verdict for each in self.findings), default=Verdict.AS_IT_IS)


@dataclass(frozen=True, slots=True)
class _Subject:
    parsed: ParsedPrompt
    pictures: int


def check_prompt(prompt: str, *, pictures: int = 0) -> PromptCheck:
    """Check one prompt. Its permutations must already be expanded by `expand_series`. Never raises.

    ``pictures`` is the number of pictures that are sent separately from the prompt.
    """
    if not any(_is_visible(each) for each in prompt):
        return PromptCheck(prompt, (PromptFinding(Verdict.REFUSED, Text.PROMPT_EMPTY),))
    mended, findings = mend_dashes(prompt)
    subject = _Subject(parse_prompt(mended), pictures)
    found = [*findings, *(each for rule in _RULES for each in rule(subject))]
    # Sorting is stable: findings of one verdict stay in the order of the rules.
    distinct = sorted(dict.fromkeys(found), key=lambda each: -each.verdict)
    return PromptCheck(mended, tuple(distinct[:_MOST]))


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char)[0] not in "CZ"


def _warning(text: Text, piece: str, fix: str = "") -> PromptFinding:
    return PromptFinding(Verdict.WARNING, text, piece, fix)


def _soft(text: Text, piece: str, fix: str = "") -> PromptFinding:
    return PromptFinding(Verdict.AS_IT_IS, text, piece, fix)


def _length(subject: _Subject) -> Iterator[PromptFinding]:
    prompt = subject.parsed.prompt
    if len(prompt) > MAX_LENGTH:
        yield _warning(Text.PROMPT_TOO_LONG, prompt[MAX_LENGTH:])


def _only_parameters(subject: _Subject) -> Iterator[PromptFinding]:
    parsed = subject.parsed
    references = any(parsed.written(name) for name in ("sref", "oref", "cref"))
    if not parsed.text.strip() and not subject.pictures and not references:
        yield _warning(Text.PROMPT_ONLY_PARAMETERS, parsed.prompt.strip())


def _form(subject: _Subject) -> Iterator[PromptFinding]:
    """Find parameters that Midjourney would read as text, because a dash or space is missing or extra."""
    prompt = subject.parsed.prompt
    for match in (*_SPACE_BETWEEN.finditer(prompt), *_ONE_HYPHEN.finditer(prompt)):
        if _is_value(match[1], match[2]):
            yield _warning(Text.PROMPT_FORM, match[0], f"--{match[1]} {match[2]}")
    for match in _NO_SPACE_BEFORE.finditer(prompt):
        if _is_value(match[1], match[2]):  # some servers take it
            yield _soft(Text.PROMPT_FORM, match[0], f"… --{match[1]} {match[2]}")


def _is_value(name: str, value: str) -> bool:
    parameter = KNOWN.get(name.lower())
    if parameter is None or (parameter.takes is Takes.WORDS and parameter.optional):
        return False  # "-p" and a word could be text
    return takes_value(parameter, value)


def _values(subject: _Subject) -> Iterator[PromptFinding]:
    for written in subject.parsed.parameters:
        parameter = written.parameter
        if parameter is None or written.glued[:1] in ("-", "_"):
            yield _soft(Text.PROMPT_UNKNOWN, f"--{written.name}{written.glued}")
        elif written.glued:
            yield _glued(written, parameter)
        else:
            yield from _value(written, parameter)


def _glued(written: Written, parameter: Parameter) -> PromptFinding:
    """Return the finding for a name that is not followed by a space, as in ``--ar16:9`` or ``--tile,``."""
    value = written.glued.lstrip("=:：") if any(map(str.isalnum, written.glued)) else written.first
    fix = "" if parameter.takes is Takes.NOTHING else f" {nearest_value(parameter, value)}".rstrip()
    return _warning(Text.PROMPT_FORM, f"--{written.name}{written.glued}", f"--{written.name}{fix}")


def _value(written: Written, parameter: Parameter) -> Iterator[PromptFinding]:
    name, first = f"--{written.name}", written.first
    rest = written.value[len(first) :].strip()
    if parameter.takes is Takes.NOTHING:
        first, rest = "", written.value
    elif not first and not parameter.optional:
        yield _warning(Text.PROMPT_VALUE_MISSING, name, f"{name} {parameter.example}")
    elif parameter.takes is Takes.WORDS:
        return
    elif parameter.takes is Takes.REFERENCES:
        yield from _references(written, parameter)
        return
    elif not takes_value(parameter, first):
        if parameter.optional and not first[0].isdigit():
            first, rest = "", written.value
        else:
            fix = f"{name} {nearest_value(parameter, first)}"
            yield _warning(Text.PROMPT_VALUE, f"{name} {first}", fix)
    if rest and not any(map(str.isalnum, rest)):  # a comma between parameters
        yield _warning(Text.PROMPT_VALUE, f"{name} {first}".strip() + f" {rest}", f"{name} {first}".strip())
    elif rest:
        yield _warning(Text.PROMPT_WORDS_AFTER, rest, f"{rest} {name} {first}".strip())


def _references(written: Written, parameter: Parameter) -> Iterator[PromptFinding]:
    """Check the URLs or codes that follow a parameter, and report any words after them as misplaced."""
    name, words = f"--{written.name}", written.value.split()
    taken = 0
    for word in words:
        if _BARE_ADDRESS.fullmatch(word):
            yield _warning(Text.PROMPT_ADDRESS, word, f"https://{word}")
        elif not takes_value(parameter, word):
            break
        taken += 1
    if words and not taken:
        yield _warning(Text.PROMPT_VALUE, f"{name} {words[0]}", f"{name} {parameter.example}")
    elif words[taken:]:
        rest = " ".join(words[taken:])
        yield _warning(Text.PROMPT_WORDS_AFTER, rest, " ".join((rest, name, *words[:taken])))
    if taken > 1 and not parameter.several:
        yield _warning(Text.PROMPT_VALUE, " ".join((name, *words[:taken])), f"{name} {words[0]}")


def _together(subject: _Subject) -> Iterator[PromptFinding]:
    """Find parameters that are written twice, conflict, lack another one, or belong to another version."""
    parsed = subject.parsed
    for names in dict.fromkeys(each.parameter.names for each in parsed.parameters if each.parameter):
        written = parsed.written(names[0])
        if not written:
            continue
        first, last = written[0], written[-1]
        parameter = KNOWN[names[0]]
        if len(written) > 1 and not parameter.several:
            yield _warning(Text.PROMPT_TWICE, first.piece, last.piece)
        if parameter.needs and not parsed.written(parameter.needs):
            yield _warning(Text.PROMPT_NEEDS, first.piece, f"--{parameter.needs}")
    if (weight := parsed.written("iw")) and not subject.pictures and not _ADDRESS.search(parsed.text):
        yield _warning(Text.PROMPT_NEEDS_PICTURE, weight[0].piece)
    yield from _versions(parsed)


def _versions(parsed: ParsedPrompt) -> Iterator[PromptFinding]:
    niji, version = parsed.written("niji"), parsed.written("v")
    if niji and version:
        yield _warning(Text.PROMPT_EXCLUDE, f"{version[0].piece} {niji[0].piece}", niji[0].piece)
        return
    number = _version_number(version)
    for written in parsed.parameters:
        parameter = written.parameter
        if parameter is None or number is None or written.glued:
            continue
        if parameter.replaced_by and number >= 7:
            yield _warning(Text.PROMPT_VERSION, written.piece, f"--{parameter.replaced_by}")
        elif number < parameter.since:
            yield _warning(Text.PROMPT_VERSION, written.piece, f"--v {parameter.since:g}")
    weight = _WEIGHT.search(parsed.text)
    if number is not None and number >= 7 and weight:
        yield _soft(Text.PROMPT_WEIGHT, weight[0])


def _version_number(version: tuple[Written, ...]) -> float | None:
    written = version[0].first if version else ""
    return float(written) if takes_value(KNOWN["v"], written) else None


def _addresses(subject: _Subject) -> Iterator[PromptFinding]:
    for match in _BARE_ADDRESS.finditer(subject.parsed.text):
        yield _warning(Text.PROMPT_ADDRESS, match[0], f"https://{match[0]}")


def _repeats(subject: _Subject) -> Iterator[PromptFinding]:
    for written in subject.parsed.written("repeat"):
        if takes_value(KNOWN["repeat"], written.first):
            yield _warning(Text.PROMPT_REPEAT, written.piece)
    for match in _REPEAT_IN_A_WORD.finditer(subject.parsed.prompt):  # what `expand_series` did not count
        yield _warning(Text.PROMPT_REPEAT, match[0])


_RULES: tuple[Callable[[_Subject], Iterator[PromptFinding]], ...] = (
    *(_length, _only_parameters, _values, _form, _together, _addresses, _repeats),
)
