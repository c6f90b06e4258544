"""Parses the response to a submit: accepted, waiting for a prompt, or refused with a reason.

A submit is not idempotent, so "nothing was started" must never be wrong: it is only claimed if the
service itself said so.
"""

from __future__ import annotations

from typing import Any, NoReturn

from mjbot.core.card.modals import MAX_PROMPT
from mjbot.core.i18n.text import clean
from mjbot.core.model.task import TaskId, parse_task_id
from mjbot.errors import (
    ActionNotOffered,
    NotReady,
    QueueFull,
    RefusalReason,
    SubmitRefused,
    SubmitUnclear,
)
from mjbot.ports import SubmitResult
from mjbot.upstream.responses import (
    NOT_FOUND,
    SATURATED,
    Response,
    error_message,
    is_html,
    json_of,
    raise_for,
)
from mjbot.upstream.wire import parse_object, parse_text

_PARENT_GONE = ("关联任务", "expired", *NOT_FOUND)
_NOT_READY = ("status_not_success", "not_success", "状态错误", "未完成", "not finished")
_FULL = ("队列", "queue", "已满")
_MODAL = ("confirm", "窗口等待")
_ACCEPTED, _NEEDS_MODAL, _QUEUED, _QUEUE_FULL, _BANNED = 1, 21, 22, 23, 24
_NO_ACCOUNT, _BAD_ARGUMENT, _FAILED, _ENVELOPE = 3, 4, 9, -1


def read_submit(response: Response) -> SubmitResult:
    """Read the response to a submit. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
    data = parse_object(json_of(response))
    code, message = data.get("code"), error_message(data)
    if response.status < 300 and code in (_ACCEPTED, _QUEUED, _NEEDS_MODAL):
        ids = _ids(data.get("result"))
        if not ids:
            raise SubmitUnclear(f"accepted without an id: {message}")
        properties = parse_object(data.get("properties"))
        ahead = properties.get("numberOfQueues")
        return SubmitResult(
            ids[0],
            other_ids=ids[1:],
            ahead=ahead if isinstance(ahead, int) and ahead > 0 else None,
            needs_modal=_needs_modal(code, message, properties),
            prompt=parse_text(properties.get("finalPrompt"))[:MAX_PROMPT],
        )
    _refuse(response, data, code, message)


def _needs_modal(code: int, message: str, properties: dict[str, Any]) -> bool:
    """True if the task waits for a modal. New-api rewrites its code 21 to 1, but not its other signs.

    An old proxy sends 21 for "already exists", with the status of that task among the properties.
    """
    if code == _NEEDS_MODAL:
        return not properties.get("status")
    return code == _ACCEPTED and (
        any(phrase in message.lower() for phrase in _MODAL) or bool(properties.get("remix"))
    )


def _ids(result: Any) -> tuple[TaskId, ...]:
    """Return the ids of the created tasks, from one id, several joined by commas, or a list of either."""
    parts = result if isinstance(result, list) else [result]
    ids = [parse_task_id(each) for part in parts for each in parse_text(part).split(",") if "/" not in each]
    return tuple(dict.fromkeys(each for each in ids if each is not None))


def _refuse(response: Response, data: dict[str, Any], code: Any, message: str) -> NoReturn:
    lower = message.lower()
    if "unknown_action" in lower:
        raise ActionNotOffered(message)
    if code == _BANNED:
        word = clean(parse_text(parse_object(data.get("properties")).get("bannedWord")))[:60]
        raise SubmitRefused(RefusalReason.BANNED_WORD, message, word=word)
    if code in (_QUEUE_FULL, SATURATED) or (code == _FAILED and any(phrase in lower for phrase in _FULL)):
        raise QueueFull(message)
    if code == _NO_ACCOUNT:
        gone = any(phrase in lower for phrase in _PARENT_GONE)
        raise SubmitRefused(RefusalReason.PARENT_GONE if gone else RefusalReason.NO_ACCOUNT, message)
    if code == _BAD_ARGUMENT or (code == _ENVELOPE and response.status < 500):
        if any(phrase in lower for phrase in NOT_FOUND):
            raise SubmitRefused(RefusalReason.PARENT_GONE, message)
        if any(phrase in lower for phrase in _NOT_READY):
            raise NotReady(message)
        raise SubmitRefused(RefusalReason.NOT_ACCEPTED, message)
    if response.status in (401, 403, 404, 405, 429) or (is_html(response) and response.status < 500):
        raise_for(response, data)  # sent before the submit itself is processed
    # 5, 9 and 5xx: the server could not read its own upstream, which may still have started the job.
    raise SubmitUnclear(f"{response.status} {message}")
