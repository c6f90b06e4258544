"""The API without its sockets: which requests to send, and what each answer means.

Status, headers and body in; a task, a report or one of our errors out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit

from mjbot.core.task import Task, TaskId, parse_task_id
from mjbot.core.text import clean, escape, without_secrets
from mjbot.errors import (
    Down,
    KeyRefused,
    NotAllowed,
    PressRefused,
    PressUnclear,
    QuotaOut,
    SlowDown,
    TaskNotFound,
    UpstreamError,
    WebPage,
)
from mjbot.ports import Accepted
from mjbot.upstream.wire import Note, mapping, read_task, read_tasks, text, unnoted

_NOT_FOUND = ("no_found", "not_found", "not found", "not_exist", "not exist", "不存在")
_QUOTA = ("额度", "quota", "余额", "insufficient", "credit")
_PARENT_GONE = ("关联任务", "不存在", "not found", "no_found", "not_found", "expired")
_NOT_READY = ("status_not_success", "not_success", "状态错误", "未完成", "not finished")
_WINDOW = ("confirm", "窗口等待")
_ACCEPTED, _WANTS_WINDOW, _QUEUED, _QUEUE_FULL, _BANNED = 1, 21, 22, 23, 24
_NO_ACCOUNT, _BAD_ARGUMENT, _FAILED, _SATURATED = 3, 4, 9, 30
_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, ready to send."""

    method: str
    url: str
    headers: Mapping[str, str]
    json: Any = None


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, read whole."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def base_of(address: str) -> str:
    """The base of all requests, out of an address with or without mode prefix, ``/mj`` and slash."""
    parts = urlsplit(address.strip())
    path = parts.path.rstrip("/").removesuffix("/mj")
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/mj", "", ""))


def auth_headers(style: str, key: str) -> dict[str, str]:
    """The header that carries the key. No set suits every server, so it is a setting."""
    if style == "mj-api-secret":
        return {"mj-api-secret": key}
    return {"Authorization": key if style == "raw" else f"Bearer {key}"}


class Protocol:
    """Requests for one server, and the meaning of its answers."""

    def __init__(self, address: str, key: str, auth: str) -> None:
        self._base = base_of(address)
        self._headers = {"Accept": "application/json", **auth_headers(auth, key)}

    def fetch(self, task_id: TaskId) -> Request:
        """Read one task."""
        return Request("GET", f"{self._base}/task/{quote(task_id, safe='')}/fetch", self._headers)

    def list_by_condition(self, ids: Sequence[TaskId]) -> Request:
        """Read many tasks. Ids go as strings: gateways refuse numbers."""
        body = {"ids": [str(each) for each in ids]}
        return Request("POST", f"{self._base}/task/list-by-condition", self._headers, body)

    def submit_action(self, task_id: TaskId, custom_id: str) -> Request:
        """Press an upstream button. Not idempotent."""
        body = {"taskId": str(task_id), "customId": custom_id}
        return Request("POST", f"{self._base}/submit/action", self._headers, body)


def read_fetch(response: Response, note: Note = unnoted) -> Task:
    """The task, or an `UpstreamError`. A body in the shape of a task wins over any status code."""
    data = _json(response)
    if task := read_task(data, note):
        return task
    if response.status == 204 or (response.status < 300 and not response.body.strip()):
        raise TaskNotFound
    if response.status < 300 and data is None and _is_json(response):
        raise TaskNotFound("null")
    if _says_not_found(response, data):
        raise TaskNotFound(_words(data))
    _raise_for(response, data)


def read_list(response: Response, note: Note = unnoted) -> list[Task] | None:
    """The tasks of a batch read, in any order; None when the server has no batch read.

    Raises `UpstreamError` for a bad moment.
    """
    data = _json(response)
    tasks = read_tasks(data, note)
    if tasks is not None and response.status < 300:
        return tasks
    if response.status in (404, 405, 501) or (
        tasks is None and (response.status < 300 or response.status == 400)
    ):
        return None
    _raise_for(response, data)


def read_submit(response: Response) -> Accepted:
    """The accepted submit. Raises `PressRefused` (nothing started), `PressUnclear`, `UpstreamError`."""
    data = mapping(_json(response))
    code = data.get("code")
    words = _words(data)
    if response.status < 300 and code in (_ACCEPTED, _QUEUED, _WANTS_WINDOW):
        properties = mapping(data.get("properties"))
        windowed = any(word in words.lower() for word in _WINDOW) or bool(properties.get("remix"))
        if (code == _WANTS_WINDOW and not properties.get("status")) or (code == _ACCEPTED and windowed):
            raise PressRefused("say.wants_words", words)
        child = parse_task_id(text(data.get("result")).partition(",")[0])
        if child is None:
            raise PressUnclear(f"accepted without an id: {words}")
        ahead = properties.get("numberOfQueues")
        return Accepted(child, ahead if isinstance(ahead, int) and ahead > 0 else None)
    _refuse(response, data, code, words)


def _refuse(response: Response, data: dict[str, Any], code: Any, words: str) -> NoReturn:
    lower = words.lower()
    if "unknown_action" in lower:
        raise PressRefused("say.refused", words, for_good=True)
    if code == _BANNED:
        word = clean(text(mapping(data.get("properties")).get("bannedWord")))[:60]
        raise PressRefused("say.banned" if word else "say.banned.unnamed", words, word=escape(word))
    if code in (_QUEUE_FULL, _SATURATED) or (code == _FAILED and "队列" in words):
        raise PressRefused("say.queue_full", words)
    if code == _NO_ACCOUNT:
        gone = any(word in lower for word in _PARENT_GONE)
        raise PressRefused("say.parent_gone" if gone else "say.no_account", words)
    if code == _BAD_ARGUMENT:
        if any(word in lower for word in _NOT_FOUND):
            raise PressRefused("say.parent_gone", words)
        early = any(word in lower for word in _NOT_READY)
        raise PressRefused("say.not_ready" if early else "say.not_accepted", words)
    if response.status in (401, 403, 404, 405, 429) or (_is_html(response) and response.status < 500):
        _raise_for(response, data)  # these come before the submit is looked at
    # 5 and 5xx: a gateway could not read its upstream, which may have begun the job all the same.
    raise PressUnclear(f"{response.status} {words}")


def _json(response: Response) -> Any:
    if not _is_json(response):
        return None
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None


def _is_json(response: Response) -> bool:
    # The first character tells more than the content type, which proxies get wrong both ways.
    return response.body.lstrip()[:1] in (b"{", b"[", b"n")


def _is_html(response: Response) -> bool:
    return response.body.lstrip()[:1] == b"<"


def _words(data: Any) -> str:
    """What a server says of its error, for the log."""
    fields = mapping(data)
    inner = mapping(fields.get("error"))
    said = (
        inner.get("message"),
        fields.get("description"),
        fields.get("message"),
        fields.get("error"),
    )
    return without_secrets(next((each for each in said if isinstance(each, str) and each), ""))[:_DETAIL]


def _says_not_found(response: Response, data: Any) -> bool:
    words = _words(data).lower()
    if any(word in words for word in _NOT_FOUND):
        return response.status in (200, 400, 404)
    return response.status == 404 and isinstance(data, dict)


def _raise_for(response: Response, data: Any) -> NoReturn:
    status, words = response.status, _words(data)
    spoken = words or response.body[:_DETAIL].decode("utf-8", "replace")
    if status in (401, 402, 403, 429) and any(word in spoken.lower() for word in _QUOTA):
        raise QuotaOut(words)
    if status == 429 or mapping(data).get("code") == _SATURATED:
        raise SlowDown(words, retry_after(response.headers))
    if status == 401:
        raise KeyRefused(words)
    if _is_html(response):
        # A challenge page or a proxy's error page is a bad moment; a site's own page, a bad address.
        raise (Down if status >= 500 or status == 403 else WebPage)(f"HTML, status {status}")
    if status == 403:
        raise NotAllowed(words)
    raise Down(f"status {status} {words}", retry_after(response.headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks us to wait, if it says so in a number."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


__all__ = [
    "Protocol",
    "Request",
    "Response",
    "UpstreamError",
    "read_fetch",
    "read_list",
    "read_submit",
]
