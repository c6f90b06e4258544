"""Sanitize untrusted text for Discord messages: clean it, truncate it, and then escape it.

Truncating after escaping could separate a backslash from the character that it escapes. Lengths are in UTF-16
code units, as Discord counts them.
"""

from __future__ import annotations

import re
import unicodedata

_ACTIVE = re.compile(r"[\\*_~`|<>\[\]@]|:(?=//)")
_LINE_START = re.compile(r"(?m)^([^\S\n]*)([#+>-]|\d+(?=[.)]))")
_SECRET = re.compile(r"\bsk-[\w*-]{8,}|\bBearer\s+[\w.~+/=*-]{16,}", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n{3,}")
_ZWJ = "\u200d"
_JOINERS = frozenset("\u200c\u200d")
# A cut is made at a space at most this far before the limit.
_WORD_REACH = 30


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Put the text on one line and collapse white space. Remove control, format and bidi characters."""
    # Most texts are printable: they have no such characters, and no white space but spaces.
    kept = text if text.isprintable() else "".join(map(_kept, text))
    return " ".join(kept.split())


def clean_lines(text: str) -> str:
    """Clean each line of a text with `clean`, and merge successive empty lines."""
    lines = "\n".join(clean(line) for line in text.splitlines())
    return _EMPTY_LINES.sub("\n\n", lines).strip()


def printable(text: str) -> str:
    """Remove control, format and bidi characters and lone surrogates. Keep line breaks."""
    return "".join(char if char == "\n" else _kept(char) for char in text)


def _kept(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    return char if category[0] != "C" or char in _JOINERS else ""


def cut(text: str, limit: int) -> str:
    """Truncate a text to at most ``limit`` UTF-16 code units.

    The text is cut at a space if one is near the limit, and never inside an emoji sequence or a URL.
    """
    if units(text) <= limit:
        return text
    end = _fitting(text, limit)
    for url in _URL.finditer(text):
        if url.start() < end < url.end() and url.start() > 0:
            end = url.start()
    space = text.rfind(" ", max(0, end - _WORD_REACH), end + 1)
    if space > 0:
        end = space
    while end > 0 and _joined(text, end):
        end -= 1
    return text[:end].rstrip()


def cut_middle(text: str, limit: int) -> str:
    """Truncate an id in the middle, so that both ends stay visible."""
    if len(text) <= limit:
        return text
    head = (limit - 1) // 2
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"


def short(text: str, limit: int) -> str:
    """Clean a text, and truncate it to ``limit`` UTF-16 code units.

    A truncated text ends with an ellipsis.
    """
    text = clean(text)
    return text if units(text) <= limit else f"{cut(text, limit - 1)}…"


def escape(text: str) -> str:
    """Escape all characters that could start Markdown, a mention, a link or a timestamp.

    Discord hides a backslash before any ASCII punctuation, so the visible text does not change.
    """
    return _LINE_START.sub(_escape_line_start, _ACTIVE.sub(r"\\\g<0>", text))


def _escape_line_start(match: re.Match[str]) -> str:
    mark = match[2]
    # A number begins a list only with the dot after it, so the dot is escaped.
    return f"{match[1]}{mark}\\" if mark.isdigit() else f"{match[1]}\\{mark}"


def without_secrets(text: str) -> str:
    """Remove URLs and API keys, including masked keys, from a message of the image service."""
    return clean(_URL.sub("", _SECRET.sub("", text)))


def _fitting(text: str, limit: int) -> int:
    used = 0
    for index, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def _joined(text: str, at: int) -> bool:
    """Return whether a cut at index ``at`` would split a visible character."""
    if at >= len(text):
        return False
    char, before = text[at], text[at - 1]
    if char == _ZWJ or before == _ZWJ or unicodedata.category(char) in ("Mn", "Me"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # skin tones
        return True
    if "\U0001f1e6" <= char <= "\U0001f1ff":  # half of a flag, after an odd number of others
        run = len(text[:at]) - len(text[:at].rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
        return run % 2 == 1
    return False
