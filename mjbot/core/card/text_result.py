"""The text results of describe and shorten, with their Markdown converted to Discord's.

Only bold, struck and heading lines are kept as formatting. A link is reduced to its label, because the text
comes from outside, and a card links only to targets that it names. Everything else is escaped.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mjbot.core.i18n.text import clean_lines, cut, escape, units

_MAX_SHOWN = 3_400  # units, formatted; a description also has times and links
_HEADING = re.compile(r"#{1,3} +(.*)")
_MARKS = re.compile(
    r"\*\*(?P<bold>[^*\n]{1,400})\*\*"
    r"|~~(?P<struck>[^~\n]{1,400})~~"
    r"|\[(?P<label>[^\[\]\n]{1,400})\]\(https?://[^()\[\]\s]{0,1000}\)"
)


def shown_text(text: str) -> str:
    """Return the text formatted, up to what fits into a description; it ends with "…" if something is cut."""
    return _fitted(text)[0]


def whole_text(text: str) -> str:
    """Return the whole text, for a file, if `shown_text` cuts it; else ""."""
    return "" if _fitted(text)[1] else clean_lines(text)


@lru_cache(256)  # the text of a task is the same on all of its cards
def _fitted(text: str) -> tuple[str, bool]:
    shown, left = list[str](), _MAX_SHOWN
    for line in clean_lines(text).split("\n"):
        formatted = _formatted(line)
        left -= units(formatted) + 1
        if left < 0:
            begun = "\n".join(shown).rstrip() or escape(cut(line, _MAX_SHOWN // 2))
            return f"{begun}\n…", False
        shown.append(formatted)
    return "\n".join(shown), True


def _formatted(line: str) -> str:
    if heading := _HEADING.fullmatch(line):
        return _wrapped("**", escape(_MARKS.sub(_content, heading[1])))
    return _inline(line)


def _inline(text: str) -> str:
    parts, end = list[str](), 0
    for mark in _MARKS.finditer(text):
        parts.append(escape(text[end : mark.start()]))
        end = mark.end()
        inner = _inline(_content(mark))  # shorter each time: no mark contains another of its kind
        parts.append(_wrapped({"bold": "**", "struck": "~~"}.get(mark.lastgroup or "", ""), inner))
    return "".join(parts) + escape(text[end:])


def _content(mark: re.Match[str]) -> str:
    return mark[mark.lastgroup or 0]


def _wrapped(mark: str, text: str) -> str:
    """Put a mark around a text, but not around spaces at its ends, where Discord would show it as typed."""
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}", 1) if inner else text
