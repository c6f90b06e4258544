"""Parses the response to a submit: accepted, waiting for a prompt, or refused with a reason.

A submit is not idempotent. If it were wrongly reported as refused, the user would submit it again and pay for
a second task. A refusal is therefore reported only if the service itself refused.
"""

from __future__ import annotations

from typing import Any, NoReturn

from mjbot.core.card.modals import MAX_PROMPT
from mjbot.core.i18n.text import clean
from mjbot.core.model.task import TaskId, parse_task_id
from mjbot.errors import QuotaExceeded
from mjbot.errors.submits import (
    ActionNotOffered,
    NotReady,
    QueueFull,
    RefusalReason,
    SubmitRefused,
    SubmitUnclear,
)
from mjbot.ports import SubmitResult
from mjbot.upstream.meanings import (
    BUSY,
    EXISTED,
    FULL,
    MODAL,
    NO_CREDIT,
    NO_RESPONSE,
    NOT_FOUND,
    NOT_READY,
    PARENT_GONE,
    TOO_MANY,
    UNKNOWN_ACTION,
    Code,
    reason_of,
    says,
)
from mjbot.upstream.responses import (
    Response,
    ResponseTooLarge,
    code_of,
    error_message,
    is_html,
    json_of,
    raise_for,
    status_of,
)
from mjbot.upstream.values import has_value, parse_ahead, parse_object, parse_text

_MAY_HAVE_STARTED = (408, 424, 499)  # a gateway gave up on its upstream; any other 4xx refuses the request
MAX_TASKS = 40
"""The tasks that one submit can create: Midjourney's longest ``--repeat``. Each gets a card."""
_ID_KEYS = ("id", "taskId", "task_id")


def read_submit(response: Response) -> SubmitResult:
    """Parse the response to a submit. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
    data = submit_data(response)
    code, message = code_of(data), error_message(data)
    if response.status < 300 and code in (Code.ACCEPTED, Code.QUEUED, Code.NEEDS_MODAL):
        ids = _ids(data.get("result"))
        if not ids:
            raise SubmitUnclear(f"accepted without an id: {message}")
        properties = parse_object(data.get("properties"))
        return SubmitResult(
            ids[0],
            other_ids=ids[1:],
            ahead=parse_ahead(properties),
            needs_modal=_needs_modal(code, message, properties),
            prompt=parse_text(properties.get("finalPrompt"))[:MAX_PROMPT],
            existed=_existed(message, properties),
        )
    raise_refusal(response)


def _needs_modal(code: int | None, message: str, properties: dict[str, Any]) -> bool:
    """Return whether the task waits for a modal.

    new-api rewrites code 21 to 1, but keeps the message and the properties. Old proxies send 21 for "already
    exists".
    """
    if _existed(message, properties):
        return False
    if code == Code.NEEDS_MODAL:
        return True
    return code == Code.ACCEPTED and (says(message, MODAL) or bool(properties.get("remix")))


def _existed(message: str, properties: dict[str, Any]) -> bool:
    """Return whether the task already existed. An old proxy says so, and includes the status of the task."""
    has_status = has_value(properties.get("status")) and not says(message, MODAL)
    return has_status or says(message, EXISTED)


def _ids(result: Any) -> tuple[TaskId, ...]:
    """Return the ids of the created tasks, from one id, ids joined by commas, a list, or an object."""
    if isinstance(result, dict):
        result = next((result[key] for key in _ID_KEYS if result.get(key)), None)
    parts = result if isinstance(result, list) else [result]
    ids = [parse_task_id(each.strip()) for part in parts for each in parse_text(part).split(",")]
    return tuple(dict.fromkeys(each for each in ids if each is not None))[:MAX_TASKS]


def submit_data(response: Response) -> dict[str, Any]:
    """Return the JSON object in the response to a submit. Raises `SubmitUnclear` if it cannot be parsed."""
    try:
        return parse_object(json_of(response))
    except ResponseTooLarge as error:
        raise SubmitUnclear(str(error)) from None


def raise_refusal(response: Response) -> NoReturn:
    """Raise the exception for a submit that was refused or whose outcome is unclear."""
    data = submit_data(response)
    code, message = code_of(data), error_message(data)
    if says(message.replace(" ", ""), UNKNOWN_ACTION):
        raise ActionNotOffered(message)
    if code == Code.BANNED_WORD:
        word = clean(parse_text(parse_object(data.get("properties")).get("bannedWord")))[:60]
        raise SubmitRefused(RefusalReason.BANNED_WORD, message, word=word)
    full = says(message, BUSY) or says(message, TOO_MANY) or (code == Code.FAILED and says(message, FULL))
    if code in (Code.QUEUE_FULL, Code.SATURATED) or (full and not says(message, NO_RESPONSE)):
        raise QueueFull(message)
    if code == Code.NO_ACCOUNT:
        gone = says(message, PARENT_GONE)
        raise SubmitRefused(RefusalReason.PARENT_GONE if gone else RefusalReason.NO_ACCOUNT, message)
    if reason := reason_of(message):
        raise SubmitRefused(reason, message)
    if says(message, NO_CREDIT) and response.status < 500:
        raise QuotaExceeded(message)
    if code == Code.BAD_ARGUMENT or (code == Code.ENVELOPE and response.status < 500):
        if says(message, NOT_FOUND):
            raise SubmitRefused(RefusalReason.PARENT_GONE, message)
        if says(message, NOT_READY):
            raise NotReady(message)
        raise SubmitRefused(RefusalReason.NOT_ACCEPTED, message)
    says_no = code == Code.FAILED or (data.get("success") is False and response.status < 500)
    if says_no and message and not says(message, NO_RESPONSE):
        raise SubmitRefused(RefusalReason.NOT_ACCEPTED, message)
    status = status_of(response, data)
    if status in (401, 403, 404, 405, 429) or (is_html(response) and status < 500):
        raise_for(response, data)  # servers send these before they process the submit
    if 400 <= status < 500 and status not in _MAY_HAVE_STARTED and code != Code.UNREADABLE_UPSTREAM:
        raise SubmitRefused(RefusalReason.NOT_ACCEPTED, message)
    # The server could not read its own upstream, which may have started the job all the same.
    raise SubmitUnclear(f"{response.status} {message}")
