"""What a person reads, in their language. The sentences themselves are in core/catalogue/.

``{t}``-like times are Discord timestamps, which tick in the reader's client and in the reader's
language, so they stand after a label, never inside a sentence's grammar.
"""

from __future__ import annotations

from typing import Final

from mjbot.core.catalogue import en, zh_cn, zh_tw

ENGLISH: Final = "en"
CHINESE: Final = "zh-CN"
TAIWANESE: Final = "zh-TW"
_TRADITIONAL = ("zh-TW", "zh-HK", "zh-Hant")

CATALOGUE: Final[dict[str, dict[str, str]]] = {
    ENGLISH: en.SENTENCES,
    CHINESE: zh_cn.SENTENCES,
    TAIWANESE: zh_tw.SENTENCES,
}


def language(locale: str) -> str:
    """The language we have for a Discord locale; English when we have none."""
    if locale in _TRADITIONAL:
        return TAIWANESE
    return CHINESE if locale.startswith("zh") else ENGLISH


def say(key: str, locale: str, **values: object) -> str:
    """The sentence for a key in the language of a Discord locale, with its values filled in."""
    return CATALOGUE[language(locale)][key].format(**values)


def has(key: str) -> bool:
    """True when there is a sentence for this key."""
    return key in CATALOGUE[ENGLISH]


def duration(seconds: float, locale: str) -> str:
    """A span of the past, as people say it."""
    whole = max(0, round(seconds))
    minutes, s = divmod(whole, 60)
    h, m = divmod(minutes, 60)
    if h:
        return say("duration.h", locale, h=h, m=m)
    return say("duration.m", locale, m=m, s=s) if m else say("duration.s", locale, s=s)


def age(seconds: float, locale: str) -> str:
    """A rough age in one unit, for one line of a list."""
    whole = max(0, int(seconds))
    for key, size, below in (("age.s", 1, 60), ("age.m", 60, 3600), ("age.h", 3600, 86400)):
        if whole < below:
            return say(key, locale, n=whole // size)
    return say("age.d", locale, n=whole // 86400)
