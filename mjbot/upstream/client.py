"""The HTTP client: timeouts, rate limits for all reads, and a fallback for servers without batch reads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp

from mjbot.core.polling.intervals import POLLS_PER_SECOND, READS_PER_SECOND
from mjbot.core.scheduling.rate_limiters import LeakyBucket, SlidingWindow
from mjbot.errors import TaskNotFound, UpstreamError
from mjbot.ports import FetchReport
from mjbot.upstream.api import MidjourneyProxyApi, Request, read_fetch, read_list
from mjbot.upstream.commands import ApiCalls
from mjbot.upstream.drift import Drift
from mjbot.upstream.grid_changes import GridButtons
from mjbot.upstream.last_readings import LastReadings
from mjbot.upstream.responses import Response, ResponseTooLarge
from mjbot.upstream.transport import Transport
from mjbot.upstream.wire import Parse

if TYPE_CHECKING:
    from mjbot.clock import Clock
    from mjbot.core.model.task import Task, TaskId

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_LARGE_BODY = 256 * 1024  # parsed in a thread, so that the event loop is not blocked
_SPAN = 1.0
_JITTER = 0.1  # seconds by which a read may be late without counting in the next second
_BATCH_RETRY = 600.0  # seconds until a server without a batch read is asked for one again
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
        self._batch_size = batch_size
        self.drift = Drift()
        self._grid_buttons = GridButtons()
        self._readings = LastReadings(self._note)
        self._single_until = 0.0
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
        return self._batch_size if self._clock.now() >= self._single_until else 1

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Callers that wait for the rate limit share one request. Raises `UpstreamError`."""
        if self.per_request > 1:
            if self.delay > 0:
                return await self._fetch_shared(task_id)
            self._interactive_limiter.take(self._clock.now())
        return await self._parse_task(await self._read(self._api.fetch(task_id)))

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
        if shared is None or len(shared.ids) >= self._batch_size:
            ids: list[TaskId] = []
            shared = self._shared_read = _SharedRead(ids, asyncio.ensure_future(self._read_shared(ids)))
            self._pending.add(shared.report)
            shared.report.add_done_callback(self._pending.discard)
        shared.ids.append(task_id)
        report = await asyncio.shield(shared.report)
        if error := report.failed.get(task_id):
            raise error
        if task_id not in report.found:
            raise TaskNotFound
        return report.found[task_id]

    async def _read_shared(self, ids: list[TaskId]) -> FetchReport:
        await self._acquire(self._interactive_limiter)
        await self._acquire(self._read_limiter)
        if self._shared_read is not None and self._shared_read.ids is ids:
            self._shared_read = None
        return await self._fetch_many(list(dict.fromkeys(ids)), self._transport.read)

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read many tasks with one request if the server supports it, else one by one."""
        return await self._fetch_many(ids, self._poll)

    async def _fetch_many(
        self, ids: Sequence[TaskId], send: Callable[[Request], Awaitable[Response]]
    ) -> FetchReport:
        if self._clock.now() >= self._single_until:
            try:
                response = await send(self._api.list_by_condition(ids))
                if (tasks := await _parse(read_list, response, self._readings.parse)) is not None:
                    return await self._report_from(ids, [self._grid_buttons.add(each) for each in tasks])
            except ResponseTooLarge as error:
                if len(ids) == 1:
                    return FetchReport(failed=dict.fromkeys(ids, error))
                self._disable_batches("answers a batch read with more than can be read")
            except UpstreamError as error:
                return FetchReport(failed=dict.fromkeys(ids, error))
            else:
                self._disable_batches("has no batch read")
        return await self._fetch_each(ids)

    async def _report_from(self, ids: Sequence[TaskId], tasks: list[Task]) -> FetchReport:
        wanted = set(ids)
        found = {task.id: task for task in tasks if task.id in wanted}
        absent = wanted - found.keys()
        if not absent or all(task.id in wanted for task in tasks):
            return FetchReport(found, frozenset(absent))
        # The response has tasks we did not ask for: the server ignores our ids, so absence proves nothing.
        self._disable_batches("ignores the ids of a batch read")
        rest = await self._fetch_each(sorted(absent))
        return FetchReport({**found, **rest.found}, rest.missing, rest.failed)

    async def _fetch_each(self, ids: Sequence[TaskId]) -> FetchReport:
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
            return await self._parse_task(await self._poll(self._api.fetch(task_id)))

    async def _parse_task(self, response: Response) -> Task:
        return self._grid_buttons.add(await _parse(read_fetch, response, self._readings.parse))

    def _note(self, task: Mapping[str, Any]) -> None:
        self.drift.note(task)
        self._grid_buttons.note(task)

    def _disable_batches(self, reason: str) -> None:
        log.warning("the image service %s; tasks are read one by one for ten minutes", reason)
        self._single_until = self._clock.now() + _BATCH_RETRY

    async def _poll(self, request: Request) -> Response:
        await self._acquire(self._poll_limiter)
        return await self._read(request)

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
