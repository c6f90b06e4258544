"""The description in a card's embed, for each card state.

The order is fixed: progress bar, times, one sentence of explanation, and the prompt last, because Discord
would render a line after a quote as part of the quote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from mjbot.core.access.channels import Obstacle
from mjbot.core.card.series import series_lines
from mjbot.core.card.state import CardContext, CardState, needs_region
from mjbot.core.card.text_result import shown_text
from mjbot.core.i18n.messages import duration, translate
from mjbot.core.i18n.text import clean, cut, escape, units, without_secrets
from mjbot.core.i18n.texts import Text
from mjbot.core.model.snapshot import Condition, TaskSnapshot, UpstreamProblem
from mjbot.core.model.task import Phase, Task
from mjbot.core.model.watch import Audience

LONG_PROMPT = 1_000
SHORT_PROMPT = 300
_MAX_REASON = 300
_MAX_STATUS = 40
_CELLS = 10
_REQUESTER = "\0"  # the place of the requester in a line of times; no cleaned text has this character
_PAGE = re.compile(r"\A\s*<(?:!doctype|html|head|body)", re.IGNORECASE)
_TIMEOUTS = ("任务超时", "timeout", "timed out")


def facts_of(snapshot: TaskSnapshot, state: CardState, context: CardContext) -> tuple[str, str]:
    """Build the first lines of a card: progress, times and an explanation.

    Returns them with the requester, and without, as the digest needs them.
    """
    lines = list(_LINES[state](snapshot, context))
    if snapshot.condition is Condition.UNREACHABLE:
        lines = [*_bar(snapshot.task), *_unreachable_lines(snapshot, context.locale)]
    lines += context.notes
    if context.obstacle is not None and not snapshot.settled:
        why = obstacle_text(context.obstacle)
        lines.append(translate(Text.CARD_UNWATCHED, context.locale, why=why))
    facts = "\n".join(lines)
    named = f" · {context.requester}" if context.requester else ""
    return facts.replace(_REQUESTER, named), facts.replace(_REQUESTER, "")


def requester_of(audience: Audience) -> str:
    """Return the text that names the user who requested a card, or "" in direct messages."""
    if audience.guild_id is None or not audience.requester_id:
        return ""
    return translate(Text.CARD_REQUESTER, audience.locale, who=f"<@{audience.requester_id}>")


def obstacle_text(obstacle: Obstacle) -> Text:
    """Return the text that explains an obstacle and how to remove it."""
    return Text(f"obstacle.{obstacle}")


def timestamp(moment: float) -> str:
    """Format a unix time as a relative Discord timestamp, which clients show as "5 minutes ago"."""
    return f"<t:{int(moment)}:R>"


def progress_bar(percent: int) -> str:
    """Return a progress bar of ten cells. The last cell stays empty, because the task is still running."""
    full = min(max(percent // _CELLS, 0), _CELLS - 1)
    return "▰" * full + "▱" * (_CELLS - full)


def _bar(task: Task | None) -> Iterable[str]:
    if task is not None and task.percent is not None and task.phase is Phase.RUNNING:
        yield f"{progress_bar(task.percent)} {task.percent}%"


def _times(*parts: str | None) -> Iterable[str]:
    """Build the line that shows the times of the task, and who requested the card."""
    if present := [part for part in parts if part]:
        yield " · ".join(present) + _REQUESTER


def _at(text: Text, moment: float | None, locale: str) -> str | None:
    return None if moment is None else translate(text, locale, t=timestamp(moment))


def _took(text: Text, task: Task, locale: str) -> str | None:
    begun = task.started_at or task.submitted_at
    if begun is None or task.finished_at is None or task.finished_at <= begun:
        return None
    return translate(text, locale, d=duration(task.finished_at - begun, locale))


def _queued(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    task = _task(snapshot)
    ahead = None if task.ahead is None else translate(Text.CARD_QUEUED_AHEAD, context.locale, n=task.ahead)
    yield from _times(_at(Text.CARD_QUEUED_SINCE, task.submitted_at, context.locale), ahead)


def _running(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    task, locale = _task(snapshot), context.locale
    yield from _bar(task)
    yield from _times(
        _at(Text.CARD_RUNNING_STARTED, task.started_at or task.submitted_at, locale),
        _at(Text.CARD_RUNNING_CHANGED, snapshot.changed_at, locale),
    )
    if not task.known_status:
        yield translate(Text.CARD_UNKNOWN_STATUS, locale, word=escape(clean(task.status)[:_MAX_STATUS]))
    yield from _reported(task, locale)
    if snapshot.condition is Condition.QUIET:
        yield translate(Text.CARD_QUIET, locale)


def _waiting(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    yield translate(Text.CARD_MODAL_REGION if needs_region(snapshot) else Text.CARD_MODAL, context.locale)
    yield from _times(_at(Text.CARD_MODAL_ASKED, _task(snapshot).submitted_at, context.locale))


def _done(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    task, locale = _task(snapshot), context.locale
    took = _took(Text.CARD_DONE_TOOK, task, locale)
    yield from _times(_at(Text.CARD_DONE_AT, task.finished_at, locale), took)
    if not task.has_result:
        yield from _reported(task, locale)
    if task.lacks_result:
        again = snapshot.condition is Condition.NO_RESULT
        yield translate(Text.CARD_NO_RESULT_YET if again else Text.CARD_NO_RESULT, locale)


def _failed(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    task, locale = _task(snapshot), context.locale
    took = _took(Text.CARD_FAILED_AFTER, task, locale)
    yield from _times(_at(Text.CARD_FAILED_AT, task.finished_at, locale), took)
    reason = _reason(task)
    if not reason:
        yield translate(Text.CARD_FAILED_NO_REASON, locale)
        return
    yield translate(Text.CARD_FAILED_REASON, locale, text=_shortened(reason))
    if any(word in reason.lower() for word in _TIMEOUTS):
        yield translate(Text.CARD_FAILED_TIMEOUT, locale)


def _reported(task: Task, locale: str) -> Iterable[str]:
    if reason := _reason(task):
        yield translate(Text.CARD_REPORTS, locale, text=_shortened(reason))


def _shortened(reason: str) -> str:
    ellipsis = "" if units(reason) <= _MAX_REASON else "…"
    return escape(cut(reason, _MAX_REASON)) + ellipsis


def _reason(task: Task) -> str:
    """Return the service's reason for a failure, or "" if the reason is an HTML page."""
    return "" if _PAGE.match(task.fail_reason) else without_secrets(task.fail_reason)


def _cancelled(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    yield from _times(_at(Text.CARD_CANCELLED_AT, _task(snapshot).finished_at, context.locale))


def _lost(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    yield translate(Text.CARD_LOST, context.locale)
    yield from _last_seen(snapshot, context)


def _ended(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    hours = round(context.watch_limit / 3600)
    whole = hours >= 2 and abs(context.watch_limit - hours * 3600) < 1
    limit = translate(Text.DURATION_HOURS, context.locale, h=hours) if whole else None
    yield translate(Text.CARD_ENDED, context.locale, d=limit or duration(context.watch_limit, context.locale))
    yield from _last_seen(snapshot, context)


def _stopped(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    yield translate(Text.CARD_STOPPED, context.locale)
    yield from _last_seen(snapshot, context)


def _unseen(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    if snapshot.failing_since is not None or snapshot.misses:
        yield translate(Text.CARD_UNSEEN, context.locale)


def _unclear(_: TaskSnapshot, context: CardContext) -> Iterable[str]:
    yield translate(Text.CARD_NOT_FOUND_BY_MARK if context.not_found else Text.CARD_UNCLEAR, context.locale)


def _say(*texts: Text) -> Callable[[TaskSnapshot, CardContext], Iterable[str]]:
    return lambda _, context: (translate(each, context.locale) for each in texts)


_LINES: Mapping[CardState, Callable[[TaskSnapshot, CardContext], Iterable[str]]] = {
    CardState.QUEUED: _queued,
    CardState.RUNNING: _running,
    CardState.QUIET: _running,
    CardState.WAITING: _waiting,
    CardState.UNSEEN: _unseen,
    CardState.DONE: _done,
    CardState.FAILED: _failed,
    CardState.CANCELLED: _cancelled,
    CardState.NOT_FOUND: _say(Text.CARD_NOT_FOUND),
    CardState.LOST: _lost,
    CardState.ENDED: _ended,
    CardState.DISMISSED: _say(Text.CARD_DISMISSED),
    CardState.STOPPED: _stopped,
    CardState.QUEUE_FULL: _say(Text.CARD_QUEUE_FULL),
    CardState.SUBMITTING: _say(),
    CardState.REFUSED: _say(),  # the reason is a note
    CardState.UNCLEAR: _unclear,
    CardState.SERIES: lambda _, context: series_lines(context.series, context.locale),
}


def _last_seen(snapshot: TaskSnapshot, context: CardContext) -> Iterable[str]:
    if snapshot.seen_at is None:
        return
    percent = snapshot.task.percent if snapshot.task else None
    text = Text.CARD_LAST_SEEN_BARE if percent is None else Text.CARD_LAST_SEEN
    seen = translate(text, context.locale, p=f"{percent}%", t=timestamp(snapshot.seen_at))
    yield from _times(seen)


def _unreachable_lines(snapshot: TaskSnapshot, locale: str) -> Iterable[str]:
    since = snapshot.failing_since if snapshot.failing_since is not None else snapshot.opened_at
    silent = snapshot.problem in (
        None,
        UpstreamProblem.UNAVAILABLE,
    )  # otherwise it refuses
    text = Text.CARD_UNREACHABLE_SINCE if silent else Text.CARD_UNREACHABLE_SINCE_REFUSED
    yield translate(text, locale, t=timestamp(since))
    yield translate(Text(f"card.unreachable.{snapshot.problem or UpstreamProblem.UNAVAILABLE}"), locale)


def body_of(task: Task | None, locale: str, max_prompt: int) -> str:
    """Build the last part of a card: the text result, or a quote of the prompt.

    The quote has at most ``max_prompt`` UTF-16 code units.
    """
    if task is None:
        return ""
    if task.is_text:
        return shown_text(task.text or task.prompt)
    return _quoted(task.prompt, locale, max_prompt)


@lru_cache(2048)  # the prompt of a task does not change from card to card
def _quoted(prompt: str, locale: str, limit: int) -> str:
    prompt = clean(prompt)
    if not prompt:
        return ""
    if units(prompt) <= limit:
        return f"> {escape(prompt)}"
    ending = translate(Text.CARD_PROMPT_CUT, locale, n=f"{len(prompt):,}")
    return f"> {escape(cut(prompt, limit))}{ending}"


def _task(snapshot: TaskSnapshot) -> Task:
    assert snapshot.task is not None, "this state is only reached with a task"
    return snapshot.task
