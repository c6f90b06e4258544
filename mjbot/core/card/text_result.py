"""Text results of describe and shorten, converted to Discord's Markdown.

Only bold, strikethrough and headings are kept as formatting. A link is reduced to its label, because the text
is untrusted and a label can hide the target. Everything else is escaped.
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
    """Format a text for the description of an embed, and truncate it with "…" if it is too long."""
    return _fitted(text)[0]


def whole_text(text: str) -> str:
    """Return the whole text to attach as a file, or "" if `shown_text` does not truncate it."""
    return "" if _fitted(text)[1] else clean_lines(text)


def without_marks(text: str) -> str:
    """Return a text without bold and strikethrough marks, and with each link replaced by its label."""
    plain = _MARKS.sub(_content, text)
    return plain if plain == text else without_marks(plain)  # shorter each time


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
        inner = _inline(_content(mark))  # terminates: each pass shortens the text
        parts.append(_wrapped({"bold": "**", "struck": "~~"}.get(mark.lastgroup or "", ""), inner))
    return "".join(parts) + escape(text[end:])


def _content(mark: re.Match[str]) -> str:
    return mark[mark.lastgroup or 0]


def _wrapped(mark: str, text: str) -> str:
    """Wrap a text in a Markdown mark. Leading and trailing spaces stay outside, as Discord requires."""
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}", 1) if inner else text
