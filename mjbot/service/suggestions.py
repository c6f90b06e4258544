"""Pure functions for the autocomplete of `/status`: the names of the choices, and the search for phases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mjbot.core.i18n.messages import ENGLISH, TRANSLATIONS, age, kind_of_task, translate
from mjbot.core.i18n.text import short, units
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import Phase, TaskId

# https://discord.com/developers/docs/interactions/application-commands#autocomplete
_LIMIT = 100
_PROMPT = 60
_SEPARATOR = " · "
_ID_END = 4
_SHORTEST_WORD = 4
_LOCALES = (ENGLISH, *TRANSLATIONS)
_STATES = {
    Phase.QUEUED: Text.AUTOCOMPLETE_QUEUED,
    Phase.RUNNING: Text.AUTOCOMPLETE_RUNNING,
    Phase.WAITING: Text.AUTOCOMPLETE_WAITING,
    Phase.SUCCESS: Text.AUTOCOMPLETE_DONE,
    Phase.FAILURE: Text.AUTOCOMPLETE_FAILED,
    Phase.CANCELLED: Text.AUTOCOMPLETE_CANCELLED,
}


def phases_named(text: str) -> frozenset[Phase]:
    """Return the task phases that a text matches in any language: "failed", "fail", "失败", "失敗".

    A text of fewer than four Latin letters matches no phase, because it is more likely the start of a prompt.
    """
    typed = text.strip().casefold()
    if len(typed) < (_SHORTEST_WORD if typed.isascii() else 2):
        return frozenset()
    return frozenset(phase for phase in Phase if any(_names(typed, word) for word in _words(phase)))


def _names(typed: str, word: str) -> bool:
    if not typed.isascii():
        return typed in word
    return any(part.startswith(typed) for part in (word, *word.split()))


def _words(phase: Phase) -> list[str]:
    return [translate(_STATES[phase], locale).casefold() for locale in _LOCALES]


def lines_of(snapshots: Sequence[TaskSnapshot], now: float, locale: str) -> list[tuple[str, TaskId]]:
    """Return a line of text and the ID for each task. Equal lines are told apart by the end of the ID."""
    lines = [_line(each, now, locale) for each in snapshots]
    alike = Counter(lines)
    return [
        (line if alike[line] == 1 else _line(each, now, locale, id_end=f"…{each.id[-_ID_END:]}"), each.id)
        for line, each in zip(lines, snapshots, strict=True)
    ]


def _line(snapshot: TaskSnapshot, now: float, locale: str, id_end: str = "") -> str:
    task = snapshot.task
    started = (task.submitted_at or task.started_at or task.finished_at) if task else None
    before = [_state(snapshot, locale), kind_of_task(task.action, locale) if task else ""]
    after = [
        translate(Text.AUTOCOMPLETE_AGE, locale, age=age(now - started, locale)) if started else "",
        id_end,
    ]
    around = _SEPARATOR.join(filter(None, (*before, *after)))
    room = min(_PROMPT, _LIMIT - units(around) - units(_SEPARATOR))
    prompt = short(task.prompt, room) if task else ""
    prompt = prompt or short(translate(Text.AUTOCOMPLETE_NO_PROMPT, locale), room)
    return _SEPARATOR.join(filter(None, (*before, prompt, *after)))


def _state(snapshot: TaskSnapshot, locale: str) -> str:
    """Return the localized state of a task, or "" if its current state is unknown."""
    task = snapshot.task
    if task is None or (snapshot.settled and not task.phase.final):
        return ""
    if task.phase is Phase.RUNNING and task.percent is not None:
        return f"{task.percent}%"
    return translate(_STATES[task.phase], locale)
