"""The image service over aiohttp: timeouts, one pace for all reads, one fallback for batches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from mjbot.core.polling.intervals import POLLS_PER_SECOND, READS_PER_SECOND
from mjbot.core.scheduling.rate_limiters import LeakyBucket, SlidingWindow
from mjbot.errors import SubmitUnclear, TaskNotFound, UpstreamError, UpstreamUnavailable
from mjbot.ports import FetchReport, SubmitResult
from mjbot.upstream.api import MidjourneyProxyApi, Request, read_fetch, read_list
from mjbot.upstream.drift import Drift
from mjbot.upstream.responses import Response
from mjbot.upstream.submits import read_submit

if TYPE_CHECKING:
    from mjbot.clock import Clock
    from mjbot.core.model.task import Task, TaskId

log = logging.getLogger(__name__)

_READ_SECONDS = 10.0
_SUBMIT_SECONDS = 75.0  # gateways give their upstream 60 s: hanging up before makes orphans
_BODY = 8 * 1024 * 1024
_SPAN = 1.0
_DELAYS = 0.1  # seconds for which a read may be delayed on its way, without meeting those of the next second
_BATCH_REST = 600.0  # seconds until a server without a batch read is asked for one again
_AT_ONCE = 8
# Of people who ask at the same time, a few are answered at once, and all others by two requests a second:
# a crowd must cost the service no more than a person does.
_CROWD_SPACING, _AT_ONCE_FOR_PEOPLE = 0.5, 3


@dataclass(slots=True)
class _SharedRead:
    """People who ask while no read may start: they share the next one."""

    ids: list[TaskId]
    reading: asyncio.Future[FetchReport]


class UpstreamClient:
    """A `TaskSource` over HTTP. The session is the caller's."""

    def __init__(
        self, session: aiohttp.ClientSession, api: MidjourneyProxyApi, clock: Clock, batch: int
    ) -> None:
        self._session = session
        self._protocol = api
        self._clock = clock
        self._batch = batch
        self.drift = Drift()
        self._batches_from = 0.0
        self._window = SlidingWindow(READS_PER_SECOND, _SPAN + _DELAYS)
        self._polls = SlidingWindow(POLLS_PER_SECOND, _SPAN)
        self._interactive_limiter = LeakyBucket(_CROWD_SPACING, _AT_ONCE_FOR_PEOPLE)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._shared_read: _SharedRead | None = None
        self._reading: set[asyncio.Future[FetchReport]] = set()

    def close(self) -> None:
        """Give up the shared reads that are still to come; the session is about to be closed."""
        for reading in self._reading:
            reading.cancel()

    @property
    def per_request(self) -> int:
        """How many tasks one request reads: 1 where the server has no batch read."""
        return self._batch if self._clock.now() >= self._batches_from else 1

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task; those who must wait for their turn share one request. Raises an `UpstreamError`."""
        if self.per_request > 1:
            if self.delay > 0:
                return await self._fetch_with_others(task_id)
            self._interactive_limiter.take(self._clock.now())
        return read_fetch(await self._read(self._protocol.fetch(task_id)), self.drift.note)

    @property
    def delay(self) -> float:
        """Seconds until a read for a person could begin."""
        now = self._clock.now()
        ready_at = self._window.ready_at(now)
        if self.per_request > 1:
            ready_at = max(ready_at, self._interactive_limiter.ready_at(now))
        return ready_at - now

    async def _fetch_with_others(self, task_id: TaskId) -> Task:
        shared_read = self._shared_read
        if shared_read is None or len(shared_read.ids) >= self._batch:
            ids: list[TaskId] = []
            shared_read = self._shared_read = _SharedRead(ids, asyncio.ensure_future(self._read_crowd(ids)))
            self._reading.add(shared_read.reading)
            shared_read.reading.add_done_callback(self._reading.discard)
        shared_read.ids.append(task_id)
        report = await asyncio.shield(shared_read.reading)
        if error := report.failed.get(task_id):
            raise error
        if task_id not in report.found:
            raise TaskNotFound
        return report.found[task_id]

    async def _read_crowd(self, ids: list[TaskId]) -> FetchReport:
        await self._turn(self._interactive_limiter)
        await self._turn(self._window)
        if self._shared_read is not None and self._shared_read.ids is ids:
            self._shared_read = None
        return await self._fetch_many(list(dict.fromkeys(ids)), self._sent)

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read many tasks with one request where the server can, else one by one."""
        return await self._fetch_many(ids, self._poll)

    async def _fetch_many(
        self, ids: Sequence[TaskId], send: Callable[[Request], Awaitable[Response]]
    ) -> FetchReport:
        if self._clock.now() >= self._batches_from:
            try:
                response = await send(self._protocol.list_by_condition(ids))
                if (tasks := read_list(response, self.drift.note)) is not None:
                    return await self._sorted(ids, tasks)
            except UpstreamError as error:
                return FetchReport(failed=dict.fromkeys(ids, error))
            self._disable_batches("has no batch read")
        return await self._singly(ids)

    async def submit_action(self, task_id: TaskId, custom_id: str) -> SubmitResult:
        """Press an upstream button, once; a lost answer is never followed by a second try."""
        return await self._submit(self._protocol.submit_action(task_id, custom_id))

    async def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> SubmitResult:
        """Answer a window, once; like `submit_action`."""
        return await self._submit(self._protocol.submit_modal(task_id, prompt, mask))

    async def _submit(self, request: Request) -> SubmitResult:
        try:
            response = await self._send(request, _SUBMIT_SECONDS)
        except aiohttp.ClientConnectorError as error:
            raise UpstreamUnavailable(type(error).__name__) from None  # nothing was sent
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SubmitUnclear(type(error).__name__) from None
        return read_submit(response)

    async def _sorted(self, ids: Sequence[TaskId], tasks: list[Task]) -> FetchReport:
        asked = set(ids)
        found = {task.id: task for task in tasks if task.id in asked}
        absent = asked - found.keys()
        if not absent or all(task.id in asked for task in tasks):
            return FetchReport(found, frozenset(absent))
        # Strangers in the answer: this server does not look at our ids, so absence proves nothing.
        self._disable_batches("ignores the ids of a batch read")
        rest = await self._singly(sorted(absent))
        return FetchReport({**found, **rest.found}, rest.missing, rest.failed)

    async def _singly(self, ids: Sequence[TaskId]) -> FetchReport:
        results = await asyncio.gather(*map(self._fetch_one, ids), return_exceptions=True)
        found: dict[TaskId, Task] = {}
        missing: set[TaskId] = set()
        failed: dict[TaskId, UpstreamError] = {}
        for task_id, result in zip(ids, results, strict=True):
            if isinstance(result, TaskNotFound):
                missing.add(task_id)
            elif isinstance(result, UpstreamError):
                failed[task_id] = result
            elif isinstance(result, BaseException):
                raise result
            else:
                found[task_id] = result
        return FetchReport(found, frozenset(missing), failed)

    async def _fetch_one(self, task_id: TaskId) -> Task:
        async with self._slots:
            return read_fetch(await self._poll(self._protocol.fetch(task_id)), self.drift.note)

    def _disable_batches(self, why: str) -> None:
        log.warning("this image service %s; for ten minutes tasks are read one by one", why)
        self._batches_from = self._clock.now() + _BATCH_REST

    async def _poll(self, request: Request) -> Response:
        await self._turn(self._polls)
        return await self._read(request)

    async def _turn(self, window: SlidingWindow | LeakyBucket) -> None:
        while (at := window.ready_at(now := self._clock.now())) > now:
            await asyncio.sleep(at - now)
        window.take(now)

    async def _read(self, request: Request) -> Response:
        await self._turn(self._window)
        return await self._sent(request)

    async def _sent(self, request: Request) -> Response:
        try:
            return await self._send(request, _READ_SECONDS)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise UpstreamUnavailable(type(error).__name__) from None

    async def _send(self, request: Request, seconds: float) -> Response:
        async with self._session.request(
            request.method,
            request.url,
            headers=request.headers,
            json=request.json,
            timeout=aiohttp.ClientTimeout(total=seconds),
            allow_redirects=False,  # a redirect would carry the key to an address nobody configured
        ) as answer:
            body = await answer.content.read(_BODY)
            while len(body) < _BODY and (chunk := await answer.content.read(_BODY - len(body))):
                body += chunk
            return Response(answer.status, body, answer.headers)
