"""The card: what one message says about one task. Drawn from a view alone, without a clock.

State first, prompt last; waiting is shown by timestamps that tick in the reader's client, so that only
a change moves the card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mjbot.core.buttons import CardButton, Press, Rows, rows_of
from mjbot.core.custom_id import CustomId, Verb
from mjbot.core.task import Condition, Phase, Task, TaskId, TaskView, Trouble
from mjbot.core.text import clean, clean_lines, cut, cut_middle, escape, units, without_secrets
from mjbot.core.words import duration, has, say

PROMPT = 300
REASON = 300
TEXT = 3_000
DESCRIPTION = 3_800
ALT = 1_000
_WORD = 40
_ID = 40
_URL = 1_000
_VIDEOS = 4
_CELLS = 10
_TIMEOUTS = ("任务超时", "timeout", "timed out")

GREY, BLUE, AMBER, GREEN, RED = 0x80848E, 0x5865F2, 0xF0B232, 0x23A55A, 0xF23F43


class State(StrEnum):
    """The states that a card can be in; each has a title and a colour."""

    QUEUED = "queued"
    RUNNING = "running"
    QUIET = "quiet"
    WAITING = "waiting"
    UNSEEN = "unseen"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_FOUND = "not_found"
    LOST = "lost"
    ENDED = "ended"
    MOVED = "moved"


_COLOURS = {
    State.RUNNING: BLUE,
    State.QUIET: AMBER,
    State.WAITING: AMBER,
    State.DONE: GREEN,
    State.FAILED: RED,
}
_OF_PHASE = {
    Phase.QUEUED: State.QUEUED,
    Phase.RUNNING: State.RUNNING,
    Phase.WAITING: State.WAITING,
    Phase.SUCCESS: State.DONE,
    Phase.FAILURE: State.FAILED,
    Phase.CANCELLED: State.CANCELLED,
}
_OF_CONDITION = {
    Condition.QUIET: State.QUIET,
    Condition.NOT_FOUND: State.NOT_FOUND,
    Condition.LOST: State.LOST,
    Condition.ENDED: State.ENDED,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at the image service: a preview, or a result (which must outlive its link)."""

    url: str
    final: bool
    alt: str = ""

    @property
    def key(self) -> str:
        """A short name that differs when the picture differs."""
        kind = "final" if self.final else "preview"
        return f"{kind}-{hashlib.sha256(self.url.encode('utf-8', 'replace')).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Card:
    """One rendered message, in our own terms. Equal cards need no edit between them."""

    state: State
    title: str
    colour: int
    description: str
    footer: str
    picture: Picture | None = None
    rows: Rows = ()
    final: bool = False

    @property
    def digest(self) -> str:
        """Names exactly what this card shows; kept with the message, so that a restart skips equals."""
        return hashlib.sha256(repr(self).encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a card needs beside the view: the language, the presses so far, how long a watch lasts."""

    locale: str = "en"
    presses: Mapping[str, Press] | None = None
    watch_limit: float = 24 * 3600
    unwatched: bool = False


def render(view: TaskView, settings: Settings) -> Card:
    """Draw the card for a view."""
    locale = settings.locale
    state = state_of(view)
    unreachable = view.condition is Condition.UNREACHABLE
    lines = list(_LINES.get(state, _nothing)(view, settings))
    if unreachable:
        lines = [*_bar(view.task), *_unreachable_lines(view, locale)]
    if settings.unwatched:
        lines.append(say("unwatched", locale))
    return Card(
        state=state,
        title=_title(state, unreachable, locale),
        colour=AMBER if unreachable else _COLOURS.get(state, GREY),
        description=_described(lines, view.task, locale),
        footer=_footer(view, locale),
        picture=_picture(view, state),
        rows=_rows(view, state, settings),
        final=view.settled,
    )


def moved(view: TaskView, url: str, locale: str) -> Card:
    """The last card of a message whose task is now followed on a newer one."""
    return Card(
        state=State.MOVED,
        title=say("title.moved", locale),
        colour=GREY,
        description=_described([say("moved", locale, url=url)], view.task, locale),
        footer=_footer(view, locale),
        final=True,
    )


def more(task: Task, settings: Settings, page: int) -> Rows:
    """The buttons that did not fit on the card, for a private answer."""
    return rows_of(task, settings.presses or {}, settings.locale, page)


def state_of(view: TaskView) -> State:
    """The state of a view; how well we know it comes before what we know."""
    if view.task is not None and view.task.phase.final:
        return _OF_PHASE[view.task.phase]
    if view.condition in _OF_CONDITION and (view.settled or view.task is not None):
        return _OF_CONDITION[view.condition]
    return State.UNSEEN if view.task is None else _OF_PHASE[view.task.phase]


def _title(state: State, unreachable: bool, locale: str) -> str:
    seen = f"title.{state}.unreachable"
    return say(seen if unreachable and has(seen) else f"title.{state}", locale)


def timestamp(moment: float) -> str:
    """A time that Discord shows as "5 minutes ago" and keeps ticking in the reader's client."""
    return f"<t:{int(moment)}:R>"


def bar(percent: int) -> str:
    """Ten cells, never all full while the task is still running."""
    full = min(max(percent // _CELLS, 0), _CELLS - 1)
    return "▰" * full + "▱" * (_CELLS - full)


def _bar(task: Task | None) -> Iterable[str]:
    if task is not None and task.percent is not None and task.phase is Phase.RUNNING:
        yield f"{bar(task.percent)} {clean(task.progress).removesuffix('%')[:6]}%"


def _joined(*parts: str | None) -> Iterable[str]:
    if present := [part for part in parts if part]:
        yield " · ".join(present)


def _at(key: str, moment: float | None, locale: str) -> str | None:
    return None if moment is None else say(key, locale, t=timestamp(moment))


def _took(key: str, task: Task, locale: str) -> str | None:
    begun = task.started_at or task.submitted_at
    if begun is None or task.finished_at is None or task.finished_at < begun:
        return None
    return say(key, locale, d=duration(task.finished_at - begun, locale))


def _queued(view: TaskView, settings: Settings) -> Iterable[str]:
    task = _task(view)
    ahead = None if task.ahead is None else say("queued.ahead", settings.locale, n=task.ahead)
    yield from _joined(_at("queued.since", task.submitted_at, settings.locale), ahead)


def _running(view: TaskView, settings: Settings) -> Iterable[str]:
    task, locale = _task(view), settings.locale
    yield from _bar(task)
    yield from _joined(
        _at("running.started", task.started_at or task.submitted_at, locale),
        _at("running.changed", view.changed_at, locale),
    )
    if not task.known_status:
        yield say("unknown.status", locale, word=escape(clean(task.status)[:_WORD]))
    if view.condition is Condition.QUIET:
        yield say("quiet", locale)


def _waiting(view: TaskView, settings: Settings) -> Iterable[str]:
    yield say("modal", settings.locale)
    yield from _joined(_at("modal.asked", _task(view).submitted_at, settings.locale))


def _done(view: TaskView, settings: Settings) -> Iterable[str]:
    task, locale = _task(view), settings.locale
    yield from _joined(_at("done.at", task.finished_at, locale), _took("done.took", task, locale))
    links = [
        f"[{say('video.first', locale, n=n) if n == 1 else n}]({url})"
        for n, url in enumerate(task.video_urls, 1)
        if units(url) <= _URL
    ]
    if len(links) > _VIDEOS:
        links[_VIDEOS:] = [say("video.more", locale, n=len(links) - _VIDEOS)]
    yield from _joined(*links)


def _failed(view: TaskView, settings: Settings) -> Iterable[str]:
    task, locale = _task(view), settings.locale
    yield from _joined(_at("failed.at", task.finished_at, locale), _took("failed.after", task, locale))
    reason = without_secrets(task.fail_reason)
    if not reason:
        yield say("failed.no_reason", locale)
        return
    cutting = "" if units(reason) <= REASON else "…"
    yield say("failed.reason", locale, text=escape(cut(reason, REASON)) + cutting)
    if any(word in reason.lower() for word in _TIMEOUTS):
        yield say("failed.timeout", locale)


def _cancelled(view: TaskView, settings: Settings) -> Iterable[str]:
    yield from _joined(_at("cancelled.at", _task(view).finished_at, settings.locale))


def _not_found(_: TaskView, settings: Settings) -> Iterable[str]:
    yield say("not_found", settings.locale)


def _lost(view: TaskView, settings: Settings) -> Iterable[str]:
    yield say("lost", settings.locale)
    yield from _last_seen(view, settings.locale)


def _ended(view: TaskView, settings: Settings) -> Iterable[str]:
    hours = say("duration.hours", settings.locale, h=round(settings.watch_limit / 3600))
    yield say("ended", settings.locale, d=hours)
    yield from _last_seen(view, settings.locale)


def _unseen(_: TaskView, settings: Settings) -> Iterable[str]:
    yield say("unseen", settings.locale)


def _nothing(_: TaskView, __: Settings) -> Iterable[str]:
    return ()


_LINES: Mapping[State, Callable[[TaskView, Settings], Iterable[str]]] = {
    State.QUEUED: _queued,
    State.RUNNING: _running,
    State.QUIET: _running,
    State.WAITING: _waiting,
    State.UNSEEN: _unseen,
    State.DONE: _done,
    State.FAILED: _failed,
    State.CANCELLED: _cancelled,
    State.NOT_FOUND: _not_found,
    State.LOST: _lost,
    State.ENDED: _ended,
}


def _last_seen(view: TaskView, locale: str) -> Iterable[str]:
    if view.seen_at is None:
        return
    percent = view.task.percent if view.task else None
    if percent is None:
        yield say("last_seen.bare", locale, t=timestamp(view.seen_at))
    else:
        yield say("last_seen", locale, p=f"{percent}%", t=timestamp(view.seen_at))


def _unreachable_lines(view: TaskView, locale: str) -> Iterable[str]:
    since = view.failing_since if view.failing_since is not None else view.opened_at
    yield say("unreachable.since", locale, t=timestamp(since))
    yield say(f"unreachable.{view.trouble or Trouble.DOWN}", locale)


def _described(lines: list[str], task: Task | None, locale: str) -> str:
    head = "\n".join(lines)
    body = _body(task, locale) if task else ""
    whole = f"{head}\n{body}" if head and body else head or body
    if units(whole) > DESCRIPTION:  # escaping can double a text, so the last word is this one
        room = max(DESCRIPTION - units(head) - 4, 0)
        whole = f"{head}\n{cut(body, room).rstrip(chr(92))}…"
    return whole


def _body(task: Task, locale: str) -> str:
    if task.is_text:
        text = clean_lines(task.text or task.prompt)
        if units(text) > TEXT:
            text = text[: text.rfind("\n", 0, TEXT)] if "\n" in text[:TEXT] else cut(text, TEXT)
            return f"{escape(text)}\n…"
        return escape(text)
    prompt = clean(task.prompt)
    if not prompt:
        return ""
    if units(prompt) <= PROMPT:
        return f"> {escape(prompt)}"
    ending = say("prompt.cut", locale, n=f"{len(prompt):,}")
    return f"> {escape(cut(prompt, PROMPT))}{ending}"


def _footer(view: TaskView, locale: str) -> str:
    action = view.task.action.upper() if view.task else ""
    kind = say(f"kind.{action}", locale) if has(f"kind.{action}") else None
    return " · ".join(filter(None, (kind, cut_middle(view.id, _ID))))


def _picture(view: TaskView, state: State) -> Picture | None:
    task = view.task
    if task is None or not task.image_url or state in (State.FAILED, State.CANCELLED, State.ENDED):
        return None
    if units(task.image_url) > 2 * _URL:
        return None
    return Picture(task.image_url, final=state is State.DONE, alt=cut(clean(task.prompt), ALT))


def _rows(view: TaskView, state: State, settings: Settings) -> Rows:
    if state is State.DONE and view.task is not None:
        return rows_of(view.task, settings.presses or {}, settings.locale)
    if state in (State.NOT_FOUND, State.LOST, State.ENDED) or (settings.unwatched and not view.settled):
        return ((_look(view.id, settings.locale),),)
    return ()


def _look(task_id: TaskId, locale: str) -> CardButton:
    return CardButton(str(CustomId(Verb.LOOK, task_id)), label=say("button.look", locale))


def _task(view: TaskView) -> Task:
    assert view.task is not None, "this state is only reached with a task"
    return view.task
