"""The card of a series: one line for each picture, with its state and a link to its card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mjbot.core.i18n.messages import translate
from mjbot.core.i18n.text import clean, cut, escape
from mjbot.core.i18n.texts import Text

_PROMPT = 60
_REASON = 120


class SeriesStage(StrEnum):
    """The stages of one picture of a series. STARTING: it has a task, whose card is not posted yet."""

    WAITING = "waiting"
    SENDING = "sending"
    RETRYING = "retrying"
    STARTING = "starting"
    STARTED = "started"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    NOT_FOUND = "not_found"


_LATER = (SeriesStage.WAITING, SeriesStage.RETRYING)
_LIVE = (*_LATER, SeriesStage.SENDING, SeriesStage.STARTING)


@dataclass(frozen=True, slots=True)
class SeriesPicture:
    """One picture of a series. ``link`` leads to its card, ``reason`` says why it was not started."""

    prompt: str
    stage: SeriesStage
    link: str = ""
    reason: str = ""


def can_be_stopped(pictures: Sequence[SeriesPicture]) -> bool:
    """Return whether any picture of a series was not sent yet, so that the rest can be stopped."""
    return any(each.stage in _LATER for each in pictures)


def has_ended(pictures: Sequence[SeriesPicture]) -> bool:
    """Return whether nothing of a series will change by itself any more."""
    return bool(pictures) and not any(each.stage in _LIVE for each in pictures)


def series_lines(pictures: Sequence[SeriesPicture], locale: str) -> Iterator[str]:
    """Yield the lines of the card: how many have started, then each picture."""
    started = sum(each.stage in (SeriesStage.STARTING, SeriesStage.STARTED) for each in pictures)
    yield translate(Text.SERIES_PROGRESS, locale, done=started, n=len(pictures))
    for number, each in enumerate(pictures, 1):
        state = translate(Text(f"series.stage.{each.stage}"), locale, url=each.link)
        reason = f" ({cut(each.reason, _REASON)})" if each.reason else ""
        yield f"{number}\\. {state}: {escape(cut(clean(each.prompt), _PROMPT))}{reason}"
