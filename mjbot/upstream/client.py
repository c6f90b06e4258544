"""The HTTP client: timeouts, and rate limits for all reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from mjbot.core.polling.batch_policy import BatchPolicy
from mjbot.core.polling.intervals import POLLS_PER_SECOND, READS_PER_SECOND
from mjbot.core.scheduling.rate_limiters import LeakyBucket, SlidingWindow
from mjbot.errors import TaskNotFound
from mjbot.ports import FetchReport
from mjbot.upstream.api import MidjourneyProxyApi, Request, read_fetch, read_list
from mjbot.upstream.batch_reads import BatchReads
from mjbot.upstream.commands import ApiCalls
from mjbot.upstream.drift import Drift
from mjbot.upstream.grid_changes import GridButtons
from mjbot.upstream.last_readings import LastReadings
from mjbot.upstream.responses import ReadTimeout, Response
from mjbot.upstream.transport import Transport
from mjbot.upstream.wire import Parse

if TYPE_CHECKING:
    from mjbot.clock import Clock
    from mjbot.core.model.task import Task, TaskId

_T = TypeVar("_T")

_LARGE_BODY = 256 * 1024  # parsed in a thread, so that the event loop is not blocked
_SPAN = 1.0
_JITTER = 0.1  # seconds by which a read may be late without counting in the next second
_MAX_CONCURRENT_READS = 8
# A few users who ask at the same time are answered at once; all others share two requests a second, so that
# many users cost the service no more than one does.
_INTERACTIVE_INTERVAL = 0.5
_INTERACTIVE_BURST = 3


@dataclass(slots=True)
class _SharedRead:
    """A batch request that is shared by callers who wait for the rate limit."""

    ids: list[TaskId]
    report: asyncio.Future[FetchReport]


class UpstreamClient(ApiCalls):
    """Reads and changes tasks over HTTP. Implements `TaskSource`. The caller closes the session.

    ``redact`` removes the configured secrets from every response body before anything else reads it.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api: MidjourneyProxyApi,
        clock: Clock,
        batch_size: int,
        redact: Callable[[bytes], bytes] = bytes,
    ) -> None:
        super().__init__(api, clock)
        self._clock = clock
        self._transport = Transport(session, redact)
        self._policy = BatchPolicy(batch_size)
        self._batches = BatchReads(self._policy, clock, self._read_list, self._fetch_one)
        self.drift = Drift()
        self._grid_buttons = GridButtons()
        self._readings = LastReadings(self._note)
        self._read_limiter = SlidingWindow(READS_PER_SECOND, _SPAN + _JITTER)
        self._poll_limiter = SlidingWindow(POLLS_PER_SECOND, _SPAN)
        self._interactive_limiter = LeakyBucket(_INTERACTIVE_INTERVAL, _INTERACTIVE_BURST)
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT_READS)
        self._shared_read: _SharedRead | None = None
        self._pending: set[asyncio.Future[FetchReport]] = set()

    def close(self) -> None:
        """Cancel the shared reads that have not been sent. Call this before closing the session."""
        for report in self._pending:
            report.cancel()

    @property
    def per_request(self) -> int:
        """The number of tasks that one request can read: 1 if the server has no batch read."""
        return self._policy.size(self._clock.now())

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Callers that wait for the rate limit share one request. Raises `UpstreamError`."""
        if self.per_request > 1:
            if self.delay > 0:
                return await self._fetch_shared(task_id)
            self._interactive_limiter.take(self._clock.now())
        return await self._fetch_singly(task_id)

    @property
    def delay(self) -> float:
        """The number of seconds until a read for a user could start. 0 or less means now."""
        now = self._clock.now()
        ready_at = self._read_limiter.ready_at(now)
        if self.per_request > 1:
            ready_at = max(ready_at, self._interactive_limiter.ready_at(now))
        return ready_at - now

    async def _fetch_shared(self, task_id: TaskId) -> Task:
        shared = self._shared_read
        if shared is None or len(shared.ids) >= self.per_request:
            ids: list[TaskId] = []
            shared = self._shared_read = _SharedRead(ids, asyncio.ensure_future(self._read_shared(ids)))
            self._pending.add(shared.report)
            shared.report.add_done_callback(self._pending.discard)
        shared.ids.append(task_id)
        report = await asyncio.shield(shared.report)
        if error := report.failed.get(task_id):
            raise error
        if task_id in report.missing:
            raise TaskNotFound
        if task := report.found.get(task_id):
            return task
        await self._acquire(self._interactive_limiter)  # the list left it out, which proves nothing
        return await self._fetch_singly(task_id)

    async def _read_shared(self, ids: list[TaskId]) -> FetchReport:
        await self._acquire(self._interactive_limiter)
        await self._acquire(self._read_limiter)
        if self._shared_read is not None and self._shared_read.ids is ids:
            self._shared_read = None
        return await self._batches.fetch(list(dict.fromkeys(ids)), self._read_list_now)

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read many tasks with one request if the server supports it, else one by one."""
        return await self._batches.fetch(ids)

    async def _read_list(self, ids: Sequence[TaskId]) -> list[Task] | None:
        await self._acquire(self._poll_limiter)
        await self._acquire(self._read_limiter)
        return await self._read_list_now(ids)

    async def _read_list_now(self, ids: Sequence[TaskId]) -> list[Task] | None:
        """Read many tasks at once. The caller has waited for the rate limits."""
        response = await self._timed(self._api.list_by_condition(ids))
        tasks = await _parse(read_list, response, self._readings.parse)
        return None if tasks is None else [self._grid_buttons.add(each) for each in tasks]

    async def _fetch_one(self, task_id: TaskId) -> Task:
        async with self._slots:
            await self._acquire(self._poll_limiter)
            return await self._fetch_singly(task_id)

    async def _fetch_singly(self, task_id: TaskId) -> Task:
        await self._acquire(self._read_limiter)
        response = await self._timed(self._api.fetch(task_id))
        return self._grid_buttons.add(await _parse(read_fetch, response, self._readings.parse))

    async def _timed(self, request: Request) -> Response:
        """Send a read of tasks, with the timeout of the policy, which learns how long it took."""
        started = self._clock.now()
        try:
            response = await self._transport.read(replace(request, timeout=self._policy.timeout))
        except ReadTimeout:
            self._policy.timed_out(self._clock.now())
            raise
        self._policy.answered(self._clock.now() - started)
        return response

    def _note(self, task: Mapping[str, Any]) -> None:
        self.drift.note(task)
        self._grid_buttons.note(task)

    async def _acquire(self, limiter: SlidingWindow | LeakyBucket) -> None:
        while (at := limiter.ready_at(now := self._clock.now())) > now:
            await asyncio.sleep(at - now)
        limiter.take(now)

    async def _send_once(self, request: Request) -> Response:
        return await self._transport.submit(request)

    async def _read(self, request: Request) -> Response:
        await self._acquire(self._read_limiter)
        return await self._transport.read(request)


async def _parse(read: Callable[[Response, Parse], _T], response: Response, parse: Parse) -> _T:
    if len(response.body) <= _LARGE_BODY:
        return read(response, parse)
    return await asyncio.to_thread(read, response, parse)
