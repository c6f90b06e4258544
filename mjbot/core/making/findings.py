"""What the prompt check finds: a sentence, the piece of the prompt, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import short
from mjbot.core.i18n.texts import Text

_SHOWN = 80  # UTF-16 code units of a piece


class Verdict(IntEnum):
    """What happens to a prompt; the highest verdict of its findings counts."""

    AS_IT_IS = 0  # sent byte for byte, at most with a soft line
    MENDED = 1  # sent with other dashes, which the card shows
    WARNING = 2  # sent only after "Send anyway"
    REFUSED = 3  # not sent: every server refuses it


@dataclass(frozen=True, slots=True)
class PromptFinding:
    """A sentence about a ``piece`` of a prompt. ``fix``: what to write instead, or "".

    ``verdict`` is the lowest that the prompt can have. The pieces are the user's own text, as written.
    """

    verdict: Verdict
    text: Text
    piece: str = ""
    fix: str = ""

    def sentence(self, locale: str) -> str:
        """Return the sentence for a Discord message, with the pieces as code."""
        return translate(self.text, locale, piece=_code(self.piece), fix=_code(self.fix))


def _code(text: str) -> str:
    """Return a text as inline code, which shows everything but a backtick as it is."""
    return f"`{short(text, _SHOWN).replace('`', 'ˋ') or ' '}`"
