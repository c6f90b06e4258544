"""The API without I/O: builds requests, and turns responses into tasks or our own errors.

`ApiCalls` defines the calls that are one request each; its subclass only sends the requests.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from mjbot.core.model.task import Task, TaskId
from mjbot.errors import RouteMissing, TaskNotFound, UpstreamUnavailable
from mjbot.errors.submits import ActionNotOffered
from mjbot.ports import SubmitResult
from mjbot.upstream.grid_changes import GridChange, parse_grid_change
from mjbot.upstream.responses import Response, error_message, is_json, json_of, raise_for, says_not_found
from mjbot.upstream.wire import Note, ignore, read_task, read_tasks


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, ready to send."""

    method: str
    url: str
    headers: Mapping[str, str]
    json: Any = None


def base_of(address: str) -> str:
    """Return the base URL of requests. ``address`` may have a mode prefix, and end in ``/mj`` or a slash."""
    parts = urlsplit(address.strip())
    path = parts.path.rstrip("/").removesuffix("/mj")
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/mj", "", ""))


def auth_headers(form: str, key: str) -> dict[str, str]:
    """Return the header that carries the key. No form works with every server, so it is a setting."""
    if form == "mj-api-secret":
        return {"mj-api-secret": key}
    return {"Authorization": key if form == "raw" else f"Bearer {key}"}


class MidjourneyProxyApi:
    """Builds the requests for one server, which may post changes of submitted tasks to ``webhook_url``."""

    def __init__(self, address: str, key: str, auth: str, webhook_url: str = "") -> None:
        self._notify = {"notifyHook": webhook_url} if webhook_url else {}
        self._base = base_of(address)
        self._headers = {"Accept": "application/json", **auth_headers(auth, key)}

    def fetch(self, task_id: TaskId) -> Request:
        """Build the request that reads one task."""
        return Request("GET", f"{self._base}/task/{quote(task_id, safe='')}/fetch", self._headers)

    def list_by_condition(self, ids: Sequence[TaskId]) -> Request:
        """Build the request that reads many tasks. Ids are sent as strings: new-api refuses numbers."""
        body = {"ids": [str(each) for each in ids]}
        return Request("POST", f"{self._base}/task/list-by-condition", self._headers, body)

    def submit_action(self, task_id: TaskId, custom_id: str) -> Request:
        """Build the request that presses an upstream button. It is not idempotent."""
        body = {"taskId": str(task_id), "customId": custom_id, **self._notify}
        return Request("POST", f"{self._base}/submit/action", self._headers, body)

    def submit_change(self, task_id: TaskId, change: GridChange) -> Request:
        """Build the request that changes a grid on a server without buttons. It is not idempotent."""
        body = {"taskId": str(task_id), "action": change.action, "index": change.index, **self._notify}
        return Request("POST", f"{self._base}/submit/change", self._headers, body)

    def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> Request:
        """Build the request that submits the modal of a task in status MODAL. It is not idempotent.

        ``mask``: a PNG as a data URL.
        """
        body = {"taskId": str(task_id), "prompt": prompt} | ({"maskBase64": mask} if mask else {})
        body |= self._notify
        return Request("POST", f"{self._base}/submit/modal", self._headers, body)


class ApiCalls(ABC):
    """The calls of a `TaskSource` that are one request each."""

    def __init__(self, api: MidjourneyProxyApi) -> None:
        self._api = api

    async def submit_action(self, task_id: TaskId, custom_id: str) -> SubmitResult:
        """Press an upstream button once. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
        if change := parse_grid_change(custom_id):
            return await self._submit_change(task_id, change)
        return await self._submit(self._api.submit_action(task_id, custom_id))

    async def _submit_change(self, task_id: TaskId, change: GridChange) -> SubmitResult:
        try:
            result = await self._submit(self._api.submit_change(task_id, change))
        except RouteMissing as error:  # tasks without buttons do not prove that the server has this route
            raise ActionNotOffered(str(error)) from error
        # A server without buttons has no modals. Its code 21 says that the change was made before.
        return replace(result, needs_modal=False)

    async def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> SubmitResult:
        """Submit a modal once. Raises the same errors as `submit_action`."""
        return await self._submit(self._api.submit_modal(task_id, prompt, mask))

    @abstractmethod
    async def _submit(self, request: Request) -> SubmitResult:
        """Send a submit without retries, and read its response."""

    @abstractmethod
    async def _read(self, request: Request) -> Response:
        """Send a read within the limit of all reads. Raises `UpstreamUnavailable`."""


def read_fetch(response: Response, note: Note = ignore) -> Task:
    """Return the task in a response of any status. Raises `UpstreamError` if there is none."""
    data = json_of(response)
    if task := read_task(data, note):
        return task
    if response.status == 204 or (response.status < 300 and response.body.strip() in (b"", b"null")):
        raise TaskNotFound
    if says_not_found(response, data):
        raise TaskNotFound(error_message(data))
    raise_for(response, data)


def read_list(response: Response, note: Note = ignore) -> list[Task] | None:
    """Return the tasks of a batch read, in any order, or None if the server has no batch read.

    Raises `UpstreamError` for a temporary failure.
    """
    data = json_of(response)
    if data is None and response.status < 300 and is_json(response):
        raise UpstreamUnavailable("its answer is cut off")
    tasks = read_tasks(data, note)
    if tasks is not None and response.status < 300:
        return tasks
    if response.status in (404, 405, 501) or (
        tasks is None and (response.status < 300 or response.status == 400)
    ):
        return None
    raise_for(response, data)
