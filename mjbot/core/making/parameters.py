"""The parameters of Midjourney prompts, as a table for the prompt check.

The table is the union of versions 5 to 8.1 and niji 5 to 7, so that no value is called wrong if some version
accepts it. A parameter that is not in the table is never an error: Midjourney adds new ones, and services
have their own.

Sources: https://docs.evolink.ai/en/api-manual/image-series/midjourney/midjourney-v7-prompt-guide and
…/midjourney-v8-1-prompt-guide. For the older versions: Midjourney's list of parameters of April 2023, as
quoted in https://github.com/WangShuXian6/blog/issues/147.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

AS_OF: Final = "2026-11-27"
CURRENT_NIJI: Final = "7"
MAX_LENGTH: Final = 2_048
"""The maximum number of characters in a prompt: https://useapi.net/docs/api-v2/post-jobs-imagine."""

_MAX_DIGITS = 12  # of a number that can be corrected
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_RATIO = re.compile(r"0{0,4}[1-9]\d{0,8}:0{0,4}[1-9]\d{0,8}")
_LOOSE_RATIO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) {0,4}[:xX×*/∶] {0,4}(\d{1,9}(?:\.\d{1,9})?)")
_REFERENCE = re.compile(
    r"(?:https?://\S+|<https?://\S+|\d+|random|[mp](?=\w{0,40}\d)\w{1,40})(?:::-?[\d.]+)?", re.IGNORECASE
)
_ENDING = ".,;:!?。，；、！？)]}\"'"


class Takes(StrEnum):
    """The type of value that follows a parameter."""

    NOTHING = "nothing"
    NUMBER = "number"
    RATIO = "ratio"
    CHOICE = "choice"  # one of a few words
    WORD = "word"
    WORDS = "words"  # everything up to the next parameter
    REFERENCES = "references"  # addresses or codes


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter with all its ``names``. The first name identifies the parameter.

    ``low`` and ``high`` are the limits of a number, and ``example`` is shown if a value is missing.
    ``optional``: the value may be left out. ``needs`` names a parameter without which this one has no effect.
    ``several``: it may be written more than once, or accepts more than one reference. ``replaced_by`` names
    its successor in version 7. ``since`` is the first version that has it.
    """

    names: tuple[str, ...]
    takes: Takes
    example: str = ""
    low: float = 0
    high: float = 0
    whole: bool = True
    choices: tuple[str, ...] = ()
    optional: bool = False
    needs: str = ""
    several: bool = False
    replaced_by: str = ""
    since: float = 0


PARAMETERS: Final = (
    Parameter(("ar", "aspect"), Takes.RATIO, "16:9"),
    Parameter(("s", "stylize"), Takes.NUMBER, "250", 0, 1_000),
    Parameter(("c", "chaos"), Takes.NUMBER, "20", 0, 100),
    Parameter(("w", "weird"), Takes.NUMBER, "250", 0, 3_000),
    Parameter(("q", "quality"), Takes.CHOICE, "1", choices=("1", "2", "4", ".25", ".5", "0.25", "0.5")),
    Parameter(("seed", "sameseed"), Takes.NUMBER, "1234", 0, 4_294_967_295),
    Parameter(("exp",), Takes.NUMBER, "10", 0, 100, since=7),
    Parameter(("iw",), Takes.NUMBER, "1", 0, 3, whole=False),
    Parameter(("sref",), Takes.REFERENCES, "1234", several=True),
    Parameter(("sw",), Takes.NUMBER, "100", 0, 1_000, needs="sref"),
    Parameter(("sv",), Takes.NUMBER, "4", 1, 6, needs="sref"),
    Parameter(("oref",), Takes.REFERENCES, "https://…", since=7),
    Parameter(("ow",), Takes.NUMBER, "100", 1, 1_000, needs="oref", since=7),
    Parameter(("cref",), Takes.REFERENCES, "https://…", several=True, replaced_by="oref"),
    Parameter(("cw",), Takes.NUMBER, "100", 0, 100, needs="cref", replaced_by="ow"),
    Parameter(("no",), Takes.WORDS, "text", several=True),
    Parameter(("v", "version"), Takes.NUMBER, "7", 1, 99, whole=False),
    Parameter(("niji",), Takes.NUMBER, CURRENT_NIJI, 4, 99, whole=False, optional=True),
    Parameter(("p", "profile", "personalize"), Takes.WORDS, optional=True),
    Parameter(("style",), Takes.WORD, "raw"),
    Parameter(("stop",), Takes.NUMBER, "80", 10, 100),
    Parameter(("zoom",), Takes.NUMBER, "1.5", 1, 2, whole=False),
    Parameter(("repeat", "r"), Takes.NUMBER, "2", 1, 40),
    Parameter(("motion",), Takes.CHOICE, "low", choices=("low", "high")),
    Parameter(("bs",), Takes.CHOICE, "1", choices=("1", "2", "4")),
    Parameter(("end",), Takes.REFERENCES, "https://…", choices=("loop",)),
    Parameter(("draft",), Takes.NOTHING, since=7),
    *(
        Parameter((name,), Takes.NOTHING)
        for name in (
            *("raw", "tile", "video", "loop", "fast", "relax", "turbo", "stealth", "public", "hd", "sd"),
            *("creative", "test", "testp", "uplight", "upbeta", "upanime"),
        )
    ),
)
KNOWN: Final[Mapping[str, Parameter]] = {name: each for each in PARAMETERS for name in each.names}
"""The parameters by name. Each parameter is listed under all its names, in lower case."""


def takes_value(parameter: Parameter, value: str) -> bool:
    """Return whether a parameter accepts a value: one word without spaces, or "" if none is written."""
    if not value:
        return parameter.optional or parameter.takes is Takes.NOTHING
    match parameter.takes:
        case Takes.NUMBER:
            return _number_in(parameter, value)
        case Takes.RATIO:
            return value.isascii() and _RATIO.fullmatch(value) is not None
        case Takes.CHOICE:
            return value.lower() in parameter.choices
        case Takes.REFERENCES:
            return value in parameter.choices or (value.isascii() and _REFERENCE.fullmatch(value) is not None)
        case Takes.NOTHING:
            return False
    return True


def nearest_value(parameter: Parameter, value: str) -> str:
    """Return the valid value that was probably meant, or else an example.

    For example, "16x9" becomes 16:9, and 2000 becomes 1000 if that is the maximum.
    """
    plain = unicodedata.normalize("NFKC", value).strip().strip("<>").rstrip(_ENDING)
    if takes_value(parameter, plain) and plain:
        return plain
    if parameter.takes is Takes.RATIO and (ratio := _LOOSE_RATIO.fullmatch(plain)):
        return _whole_ratio(ratio[1], ratio[2]) or parameter.example
    if (
        parameter.takes is Takes.NUMBER
        and len(plain) <= _MAX_DIGITS
        and (number := _as_number(plain)) is not None
    ):
        number = min(max(number, parameter.low), parameter.high)
        return str(math.floor(number + 0.5)) if parameter.whole else f"{number:g}"
    return parameter.example


def _number_in(parameter: Parameter, value: str) -> bool:
    if not value.isascii() or not _NUMBER.fullmatch(value) or (parameter.whole and not value.isdigit()):
        return False
    return parameter.low <= float(value) <= parameter.high


def _as_number(text: str) -> float | None:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    return sign * float(digits) if digits.isascii() and _NUMBER.fullmatch(digits) else None


def _whole_ratio(width: str, height: str) -> str:
    if max(len(width), len(height)) > _MAX_DIGITS:
        return ""
    decimals = max(len(each.partition(".")[2]) for each in (width, height))
    sides = [round(float(each) * 10**decimals) for each in (width, height)]
    common = math.gcd(*sides) if decimals else 1
    return f"{sides[0] // common}:{sides[1] // common}" if all(sides) else ""
