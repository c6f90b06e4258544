"""The findings of the prompt check: a sentence, the piece of the prompt, and the suggested correction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import short
from mjbot.core.i18n.texts import Text

_SHOWN = 80  # UTF-16 code units of a piece


class Verdict(IntEnum):
    """How the bot handles a prompt. If there are several findings, the highest verdict decides."""

    AS_IT_IS = 0  # sent byte for byte, at most with a soft line
    MENDED = 1  # sent with other dashes, which the card shows
    WARNING = 2  # sent only after "Send anyway"
    REFUSED = 3  # not sent: every server refuses it


@dataclass(frozen=True, slots=True)
class PromptFinding:
    """A finding about a ``piece`` of a prompt. ``fix`` is the text to write instead, or "".

    ``verdict`` is the minimum verdict of the whole prompt. ``piece`` is the user's own text, unchanged.
    """

    verdict: Verdict
    text: Text
    piece: str = ""
    fix: str = ""

    def sentence(self, locale: str) -> str:
        """Return the sentence for a Discord message, with parts of the prompt as inline code."""
        return translate(self.text, locale, piece=_code(self.piece), fix=_code(self.fix))


def _code(text: str) -> str:
    """Format a text as Discord inline code, which shows everything except a backtick literally."""
    return f"`{short(text, _SHOWN).replace('`', 'ˋ') or ' '}`"
