"""The words between a card's title and its picture, state by state.

Always in the same order: bar, times, one sentence of explanation, and the prompt last, because a line
after a quote would be drawn inside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from mjbot.core.lineage import lineage_lines
from mjbot.core.state import Context, State
from mjbot.core.task import Phase, Task
from mjbot.core.text import clean, clean_lines, cut, escape, units, without_secrets
from mjbot.core.view import Condition, TaskView, Trouble
from mjbot.core.words import duration, say

PROMPT = 300
REASON = 300
TEXT = 3_000
DESCRIPTION = 3_800
_WORD = 40
_URL = 1_000
_VIDEOS = 4
_CELLS = 10
_TIMEOUTS = ("任务超时", "timeout", "timed out")


def describe(view: TaskView, state: State, context: Context, *, about_picture: str = "") -> str:
    """The description of a card; ``about_picture``: the key of a sentence that says where its picture is."""
    lines = list(_LINES[state](view, context))
    if view.condition is Condition.UNREACHABLE:
        lines = [*_bar(view.task), *_unreachable_lines(view, context.locale)]
    if about_picture and view.task is not None:
        lines.append(say(about_picture, context.locale, url=view.task.image_url))
    if context.unwatched and not view.settled:
        lines.append(say("unwatched", context.locale))
    lines += lineage_lines(context.lineage, context.locale)
    return with_prompt(lines, view.task, context.locale)


def wants_area(view: TaskView) -> bool:
    """True for a window that asks where to repaint."""
    return view.task is not None and view.task.action.upper() == "INPAINT"


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
    if begun is None or task.finished_at is None or task.finished_at <= begun:
        return None
    return say(key, locale, d=duration(task.finished_at - begun, locale))


def _queued(view: TaskView, context: Context) -> Iterable[str]:
    task = _task(view)
    ahead = None if task.ahead is None else say("queued.ahead", context.locale, n=task.ahead)
    yield from _joined(_at("queued.since", task.submitted_at, context.locale), ahead)


def _running(view: TaskView, context: Context) -> Iterable[str]:
    task, locale = _task(view), context.locale
    yield from _bar(task)
    yield from _joined(
        _at("running.started", task.started_at or task.submitted_at, locale),
        _at("running.changed", view.changed_at, locale),
    )
    if not task.known_status:
        yield say("unknown.status", locale, word=escape(clean(task.status)[:_WORD]))
    if view.condition is Condition.QUIET:
        yield say("quiet", locale)


def _waiting(view: TaskView, context: Context) -> Iterable[str]:
    yield say("modal.mask" if wants_area(view) else "modal", context.locale)
    yield from _joined(_at("modal.asked", _task(view).submitted_at, context.locale))


def _crowded(_: TaskView, context: Context) -> Iterable[str]:
    yield say("crowded", context.locale)


def _done(view: TaskView, context: Context) -> Iterable[str]:
    task, locale = _task(view), context.locale
    yield from _joined(_at("done.at", task.finished_at, locale), _took("done.took", task, locale))
    links = [
        f"[{say('video.first', locale, n=n) if n == 1 else n}]({url})"
        for n, url in enumerate(task.video_urls, 1)
        if units(url) <= _URL
    ]
    if len(links) > _VIDEOS:
        links[_VIDEOS:] = [say("video.more", locale, n=len(links) - _VIDEOS)]
    yield from _joined(*links)


def _failed(view: TaskView, context: Context) -> Iterable[str]:
    task, locale = _task(view), context.locale
    yield from _joined(_at("failed.at", task.finished_at, locale), _took("failed.after", task, locale))
    reason = without_secrets(task.fail_reason)
    if not reason:
        yield say("failed.no_reason", locale)
        return
    cutting = "" if units(reason) <= REASON else "…"
    yield say("failed.reason", locale, text=escape(cut(reason, REASON)) + cutting)
    if any(word in reason.lower() for word in _TIMEOUTS):
        yield say("failed.timeout", locale)


def _cancelled(view: TaskView, context: Context) -> Iterable[str]:
    yield from _joined(_at("cancelled.at", _task(view).finished_at, context.locale))


def _not_found(_: TaskView, context: Context) -> Iterable[str]:
    yield say("not_found", context.locale)


def _lost(view: TaskView, context: Context) -> Iterable[str]:
    yield say("lost", context.locale)
    yield from _last_seen(view, context.locale)


def _ended(view: TaskView, context: Context) -> Iterable[str]:
    hours = round(context.watch_limit / 3600)
    whole = hours >= 2 and abs(context.watch_limit - hours * 3600) < 1
    limit = say("duration.hours", context.locale, h=hours) if whole else None
    yield say("ended", context.locale, d=limit or duration(context.watch_limit, context.locale))
    yield from _last_seen(view, context.locale)


def _left(_: TaskView, context: Context) -> Iterable[str]:
    yield say("modal.left", context.locale)


def _unseen(_: TaskView, context: Context) -> Iterable[str]:
    yield say("unseen", context.locale)


_LINES: Mapping[State, Callable[[TaskView, Context], Iterable[str]]] = {
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
    State.LEFT: _left,
    State.CROWDED: _crowded,
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


def with_prompt(lines: list[str], task: Task | None, locale: str) -> str:
    """These lines, and the task's prompt (or its text, if that is its result) under them."""
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
    return _quoted(task.prompt, locale)


@lru_cache(1024)  # it stays the same from card to card
def _quoted(prompt: str, locale: str) -> str:
    prompt = clean(prompt)
    if not prompt:
        return ""
    if units(prompt) <= PROMPT:
        return f"> {escape(prompt)}"
    ending = say("prompt.cut", locale, n=f"{len(prompt):,}")
    return f"> {escape(cut(prompt, PROMPT))}{ending}"


def _task(view: TaskView) -> Task:
    assert view.task is not None, "this state is only reached with a task"
    return view.task
