"""A sans-I/O layer of the API, which builds requests and parses responses into tasks or exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from mjbot.core.model.submits import Command, SubmitRequest
from mjbot.core.model.task import Task, TaskId
from mjbot.core.polling.batch_policy import READ_TIMEOUT
from mjbot.errors import TaskNotFound, UpstreamUnavailable
from mjbot.upstream.bodies import body_of, endpoint_of
from mjbot.upstream.responses import Response, error_message, is_json, json_of, raise_for, says_not_found
from mjbot.upstream.wire import Parse, parse_task, read_task, read_tasks

SUBMIT_TIMEOUT = 75.0  # relays allow their upstream 60 s; a shorter timeout would orphan the task
_SEED_TIMEOUT = 65.0  # trueai's server waits up to 60 s for Midjourney
_LIST_TIMEOUT = 30.0  # up to 8 MiB


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, ready to send."""

    method: str
    url: str
    headers: Mapping[str, str]
    json: Any = None
    timeout: float = READ_TIMEOUT
    """In seconds."""


def base_of(address: str) -> str:
    """Return the base URL for requests. ``address`` may include a mode prefix, ``/mj`` or a final slash."""
    parts = urlsplit(address.strip())
    path = parts.path.rstrip("/").removesuffix("/mj")
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/mj", "", ""))


def auth_headers(form: str, key: str) -> dict[str, str]:
    """Return the header with the API key. No form works with every server, so the form is a setting."""
    if form == "mj-api-secret":
        return {"mj-api-secret": key}
    return {"Authorization": key if form == "raw" else f"Bearer {key}"}


class MidjourneyProxyApi:
    """Builds requests for one server.

    If ``webhook_url`` is given, submits ask the server to post changes of their tasks to it.
    """

    def __init__(self, address: str, key: str, auth: str, webhook_url: str = "") -> None:
        self._notify = {"notifyHook": webhook_url} if webhook_url else {}
        self._base = base_of(address)
        self._headers = {"Accept": "application/json", **auth_headers(auth, key)}

    def fetch(self, task_id: TaskId) -> Request:
        """Build the request that reads one task."""
        return Request("GET", f"{self._task(task_id)}/fetch", self._headers)

    def list_by_condition(self, ids: Sequence[TaskId]) -> Request:
        """Build the request that reads many tasks. Ids are sent as strings: new-api refuses numbers."""
        body = {"ids": [str(each) for each in ids]}
        return Request("POST", f"{self._base}/task/list-by-condition", self._headers, body)

    def list_all(self) -> Request:
        """Build the request that reads the latest tasks of all users of the service."""
        return Request("GET", f"{self._base}/task/list", self._headers, timeout=_LIST_TIMEOUT)

    def seed(self, task_id: TaskId) -> Request:
        """Build the request that asks for the seed of a task's picture."""
        url = f"{self._task(task_id)}/image-seed"
        return Request("GET", url, self._headers, timeout=_SEED_TIMEOUT)

    def cancel(self, task_id: TaskId) -> Request:
        """Build the request that cancels a task."""
        return Request("POST", f"{self._task(task_id)}/cancel", self._headers)

    def submit(self, request: SubmitRequest) -> Request:
        """Build the request for a submit, which is not idempotent."""
        return self._submit(endpoint_of(request), body_of(request) | self._notify)

    def upload(self, pictures: Sequence[str]) -> Request:
        """Build the request that uploads pictures (data URLs) to a Discord channel of the service."""
        return self._submit(Command.UPLOAD, {"base64Array": list(pictures)})

    def probe(self, endpoint: str) -> Request:
        """Build a GET request for a submit endpoint. It submits nothing, and most servers return 405."""
        return Request("GET", f"{self._base}/submit/{endpoint}", self._headers)

    def _submit(self, endpoint: str, body: Mapping[str, Any]) -> Request:
        return Request("POST", f"{self._base}/submit/{endpoint}", self._headers, body, SUBMIT_TIMEOUT)

    def _task(self, task_id: TaskId) -> str:
        return f"{self._base}/task/{quote(task_id, safe='')}"


def read_fetch(response: Response, parse: Parse = parse_task) -> Task:
    """Return the task in a response, whatever its status. Raises `UpstreamError` if there is none."""
    data = json_of(response)
    if task := read_task(data, parse):
        return task
    if response.status == 204 or (response.status < 300 and response.body.strip() in (b"", b"null")):
        raise TaskNotFound
    if says_not_found(response, data):
        raise TaskNotFound(error_message(data))
    raise_for(response, data)


def read_list(response: Response, parse: Parse = parse_task) -> list[Task] | None:
    """Return the tasks of a batch read, in any order, or None if the server has no batch read.

    Raises `UpstreamError` for a temporary failure.
    """
    data = json_of(response)
    if data is None and response.status < 300 and is_json(response):
        raise UpstreamUnavailable("its answer is cut off")
    tasks = read_tasks(data, parse)
    if tasks is not None and response.status < 300:
        return tasks
    if response.status in (404, 405, 501) or (
        tasks is None and (response.status < 300 or response.status == 400)
    ):
        return None
    raise_for(response, data)
