"""Translation of texts into the language of a Discord locale.

Times in texts are Discord timestamps. The reader's client shows them in its language as "5 minutes ago" or
"in 2 minutes" and keeps them up to date. A text must be correct with either form.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from mjbot.core.i18n import zh_cn, zh_tw
from mjbot.core.i18n.texts import Text

ENGLISH: Final = "en"
SIMPLIFIED_CHINESE: Final = "zh-CN"
TRADITIONAL_CHINESE: Final = "zh-TW"
_TRADITIONAL = ("zh-TW", "zh-HK", "zh-Hant")

TRANSLATIONS: Final[Mapping[str, Mapping[Text, str]]] = {
    SIMPLIFIED_CHINESE: zh_cn.MESSAGES,
    TRADITIONAL_CHINESE: zh_tw.MESSAGES,
}
# Aliases of actions, each with the name that has a text.
_ACTIONS: Final = {"OUTPAINT": "ZOOM", "EDITS": "EDIT"}


def language(locale: str) -> str:
    """Return the supported language for a Discord locale, or English if there is none."""
    if locale in _TRADITIONAL:
        return TRADITIONAL_CHINESE
    return SIMPLIFIED_CHINESE if locale.startswith("zh") else ENGLISH


def translate(text: Text, locale: str, /, **values: object) -> str:
    """Format a text in the language of a Discord locale, or in English if it is not translated.

    Values that are texts are translated as well.
    """
    if not values:
        return _whole(text, language(locale))
    named = {
        name: translate(each, locale) if isinstance(each, Text) else each for name, each in values.items()
    }
    return _template(text, language(locale)).format(**named)


@cache  # a card needs a dozen of these texts
def _whole(text: Text, language: str) -> str:
    return _template(text, language).format()


def _template(text: Text, language: str) -> str:
    return TRANSLATIONS.get(language, {}).get(text, text.english)


@cache
def in_every_language(text: Text) -> frozenset[str]:
    """Return all translations of a text. The text must have no placeholders."""
    return frozenset((text.english, *(each[text] for each in TRANSLATIONS.values() if text in each)))


@lru_cache(1024)  # for every card, of a few actions; a server may send any
def kind_of_task(action: str, locale: str) -> str:
    """Return the user-visible word for a task's action, or "" if there is none.

    Some servers send more specific actions, such as HIGH_VARIATION or UPSCALE_HD. They get the word of the
    general action.
    """
    whole = action.upper()
    for each in (whole, *whole.split("_")):
        if text := Text.get(f"action.{_ACTIONS.get(each, each)}"):
            return translate(text, locale)
    return ""


def duration(seconds: float, locale: str) -> str:
    """Format an elapsed time in one or two units."""
    whole = max(0, round(seconds))
    minutes, s = divmod(whole, 60)
    h, m = divmod(minutes, 60)
    if h:
        return translate(Text.DURATION_H, locale, h=h, m=m)
    return translate(Text.DURATION_M, locale, m=m, s=s) if m else translate(Text.DURATION_S, locale, s=s)


def age(seconds: float, locale: str) -> str:
    """Format an approximate age in one unit, as used in lists."""
    whole = max(0, int(seconds))
    for text, size, below in ((Text.AGE_S, 1, 60), (Text.AGE_M, 60, 3600), (Text.AGE_H, 3600, 86400)):
        if whole < below:
            return translate(text, locale, n=whole // size)
    return translate(Text.AGE_D, locale, n=whole // 86400)
