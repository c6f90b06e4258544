"""API calls that send a single request each, except for reads of tasks by id.

`ApiCalls` defines the calls and parses the responses. Its subclass only sends the requests.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mjbot.core.model.submits import Command, SubmitRequest
from mjbot.core.model.task import Mark, Task, TaskId
from mjbot.errors import (
    CancelRefused,
    RouteMissing,
    SeedUnavailable,
    TaskNotFound,
    UpstreamError,
    UpstreamUnavailable,
)
from mjbot.errors.submits import ActionNotOffered, CommandNotOffered, SubmitError, SubmitUnclear
from mjbot.ports import SubmitResult
from mjbot.upstream.api import MidjourneyProxyApi, Request
from mjbot.upstream.bodies import endpoint_of
from mjbot.upstream.meanings import CANCEL_FORBIDDEN, Code, says
from mjbot.upstream.offers import Offers
from mjbot.upstream.responses import (
    Response,
    code_of,
    error_message,
    is_html,
    is_json,
    json_of,
    plain_text,
    raise_for,
    says_not_found,
)
from mjbot.upstream.submits import MAX_TASKS, raise_refusal, read_submit, submit_data
from mjbot.upstream.values import parse_object, parse_text, parse_urls
from mjbot.upstream.wire import read_task

if TYPE_CHECKING:
    from mjbot.clock import Clock

OnSubmit = Callable[[SubmitResult | SubmitError | UpstreamError], None]

_SEED = re.compile(r"[0-9]{1,10}")
_REFUSALS = (Code.ACCEPTED, Code.NO_ACCOUNT, Code.BAD_ARGUMENT, Code.FAILED, Code.ENVELOPE)
"""The codes with which a service says that it has no seed, or cancels nothing."""


class ApiCalls(ABC):
    """The calls of a `TaskSource` that send a single request each."""

    def __init__(self, api: MidjourneyProxyApi, clock: Clock) -> None:
        self._api = api
        self._offers = Offers(clock)
        self._submit_listeners: list[OnSubmit] = []

    def offers(self, command: Command) -> bool | None:
        """Return whether the service offers a command, or None if this is unknown."""
        return self._offers.of(command)

    def on_submit(self, listener: OnSubmit) -> None:
        """Call ``listener`` with the result of every submit, or with the exception that the submit raises."""
        self._submit_listeners.append(listener)

    async def submit(self, request: SubmitRequest) -> SubmitResult:
        """Send a submit once. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
        endpoint = endpoint_of(request)
        with self._offers.asking(endpoint):
            try:
                result = read_submit(await self._send_once(self._api.submit(request)))
            except (SubmitError, UpstreamError) as error:
                self._report(error)
                if endpoint == "change" and isinstance(error, RouteMissing):
                    # Tasks without buttons do not prove that the server has this route.
                    raise ActionNotOffered(str(error)) from error
                raise
        self._report(result)
        # A server without buttons has no modals. There, code 21 means that the change was made before.
        return replace(result, needs_modal=False) if endpoint == "change" else result

    def _report(self, outcome: SubmitResult | SubmitError | UpstreamError) -> None:
        for listener in self._submit_listeners:
            listener(outcome)

    async def upload(self, pictures: Sequence[str]) -> tuple[str, ...]:
        """Upload pictures, and return their URLs. Raises the same exceptions as `submit`."""
        with self._offers.asking(Command.UPLOAD):
            urls = read_upload(await self._send_once(self._api.upload(pictures)))
        if len(urls) != len(pictures):
            raise SubmitUnclear(f"{len(urls)} addresses for {len(pictures)} pictures")
        return urls

    async def cancel(self, task_id: TaskId) -> None:
        """Cancel a task. Raises `CommandNotOffered`, `CancelRefused`, `UpstreamError`."""
        with self._offers.asking(Command.CANCEL, task_id):
            read_cancel(await self._read(self._api.cancel(task_id)))

    async def seed(self, task_id: TaskId) -> str:
        """Return the seed of a task's picture. This can take up to a minute.

        Raises `CommandNotOffered`, `UpstreamError`.
        """
        with self._offers.asking(Command.SEED, task_id):
            return read_seed(await self._read(self._api.seed(task_id)))

    async def find_marked(self, marks: Collection[Mark]) -> dict[Mark, list[Task]]:
        """Search the latest tasks of the service for these marks, and return the tasks of each, oldest first.

        Raises `CommandNotOffered`, `UpstreamError`.
        """
        with self._offers.asking(Command.LIST):
            response = await self._read(self._api.list_all())
            return await asyncio.to_thread(read_marked, response, frozenset(marks))

    async def probe(self, command: Command) -> int:
        """Return the HTTP status of a GET request to a submit endpoint. This submits nothing."""
        return (await self._read(self._api.probe(command))).status

    @abstractmethod
    async def _send_once(self, request: Request) -> Response:
        """Send a request without retries. Raises `SubmitUnclear`, `UpstreamUnavailable`."""

    @abstractmethod
    async def _read(self, request: Request) -> Response:
        """Send a read within the shared rate limit. Raises `UpstreamUnavailable`."""


def read_upload(response: Response) -> tuple[str, ...]:
    """Return the URLs of uploaded pictures, in the order in which the pictures were sent."""
    data = submit_data(response)
    if response.status < 300 and code_of(data) in (Code.ACCEPTED, Code.QUEUED):
        return tuple(parse_urls(data.get("result")))
    raise_refusal(response)


def read_seed(response: Response) -> str:
    """Return the seed in a response. Raises `TaskNotFound`, `SeedUnavailable`, `UpstreamError`."""
    data = json_of(response)
    seed = parse_text(parse_object(data).get("result")).strip()
    if response.status < 300 and code_of(data) == Code.ACCEPTED and _SEED.fullmatch(seed):
        return seed
    if says_not_found(response, data):
        raise TaskNotFound(error_message(data))
    if response.status in (200, 400) and code_of(data) in _REFUSALS:
        raise SeedUnavailable(error_message(data))
    raise_for(response, data)


def read_cancel(response: Response) -> None:
    """Return None if the service has cancelled the task, and raise an exception otherwise.

    trueai's server responds to an administrator with an empty body. A status of 403 alone may concern only
    this task. Raises `CommandNotOffered` if the response says that the key may not cancel at all,
    `TaskNotFound`, `CancelRefused`, `UpstreamError`.
    """
    data = json_of(response)
    code, fields = code_of(data), parse_object(data)
    agrees = code in (None, Code.ACCEPTED) and fields.get("success") is not False
    if response.status < 300 and agrees and not is_html(response):
        return
    message = error_message(data) or plain_text(response)
    if says(message, CANCEL_FORBIDDEN):
        raise CommandNotOffered(Command.CANCEL, message)
    if says_not_found(response, data):
        raise TaskNotFound(message)
    if response.status in (200, 400) and code in _REFUSALS:
        raise CancelRefused(message)
    raise_for(response, data)


def read_marked(response: Response, marks: frozenset[Mark]) -> dict[Mark, list[Task]]:
    """Return the tasks with these marks, oldest first, from a response that lists the newest task first.

    The list has the tasks of all users. Tasks without one of these marks are dropped unparsed.
    """
    data = json_of(response)
    if isinstance(data, dict):
        data = next((data[key] for key in ("data", "result") if isinstance(data.get(key), list)), data)
    if not isinstance(data, list) or response.status >= 300:
        if response.status < 300 and is_json(response):
            raise UpstreamUnavailable("its answer is no list of tasks")
        raise_for(response, data)
    ours = [each for each in data if parse_text(parse_object(each).get("state")) in marks]
    found: dict[Mark, dict[TaskId, Task]] = {}
    for task in filter(None, map(read_task, reversed(ours))):
        found.setdefault(task.mark, {}).setdefault(task.id, task)
    return {mark: list(tasks.values())[:MAX_TASKS] for mark, tasks in found.items()}
