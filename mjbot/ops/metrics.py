"""What is counted, under the names that Prometheus asks for, and two edges that count as they pass on.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import aiohttp
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from mjbot.clock import Clock
from mjbot.core.editing.edit_queue import Edit
from mjbot.core.editing.outcome import Delivered, Outcome
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.errors import SubmitError, UpstreamError
from mjbot.ports import FetchReport, MessageSink, SubmitResult, TaskSource

_BATCHES = (1, 2, 5, 10, 20, 50, 100)
_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """All figures of one bot, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.reads = Counter(
            "mjbot_upstream_requests",
            "Requests to the image service, by answer.",
            ["status"],
            registry=registry,
        )
        self.batch = Histogram("mjbot_read_tasks", "Tasks in one read.", buckets=_BATCHES, registry=registry)
        self.submits = Counter(
            "mjbot_submits", "Presses sent to the image service, by result.", ["result"], registry=registry
        )
        self.edits = Counter(
            "mjbot_edits", "Edits of messages, by outcome and route.", ["outcome", "route"], registry=registry
        )
        self.staleness = Histogram(
            "mjbot_staleness_seconds",
            "From the reading that brought a change to the message that shows it.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.discord = Counter(
            "mjbot_discord_responses", "Answers of Discord's API, by status.", ["status"], registry=registry
        )
        self.hooks = Counter(
            "mjbot_hooks", "Hooks that came in, by what became of them.", ["result"], registry=registry
        )
        self.upstream_trace = _trace(self.reads)
        """For the session to the image service."""
        self.discord_trace = _trace(self.discord)
        """For discord.py's HTTP client."""

    def gauge(self, name: str, words: str, figure: Callable[[], float]) -> None:
        """Tell a figure that is asked for at each scrape."""
        Gauge(name, words, registry=self._registry).set_function(figure)

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)


def _trace(counter: Counter) -> aiohttp.TraceConfig:
    """Count the answers of a session by status; one that never came is a "0"."""

    async def ended(
        _s: aiohttp.ClientSession, _c: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        counter.labels(str(end.response.status)).inc()

    async def failed(
        _s: aiohttp.ClientSession, _c: SimpleNamespace, _e: aiohttp.TraceRequestExceptionParams
    ) -> None:
        counter.labels("0").inc()

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    trace.on_request_exception.append(failed)
    return trace


class InstrumentedTaskSource:
    """A `TaskSource` that counts what passes, and notes when the service last answered."""

    def __init__(self, source: TaskSource, metrics: Metrics, clock: Clock) -> None:
        self._source = source
        self._meters = metrics
        self._clock = clock
        self.answered_at: float | None = None
        self.works = True

    @property
    def per_request(self) -> int:
        """How many tasks one request reads."""
        return self._source.per_request

    @property
    def delay(self) -> float:
        """Seconds until a read for a person could begin."""
        return self._source.delay

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Raises an `UpstreamError`."""
        return await self._source.fetch(task_id)

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read many tasks at once."""
        self._meters.batch.observe(len(ids))
        report = await self._source.fetch_many(ids)
        self.works = not report.failed
        if self.works:
            self.answered_at = self._clock.now()
        return report

    async def submit_action(self, task_id: TaskId, custom_id: str) -> SubmitResult:
        """Press an upstream button, once. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
        with _Result(self._meters.submits):
            return await self._source.submit_action(task_id, custom_id)

    async def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> SubmitResult:
        """Answer a window, once. Raises like `submit_action`."""
        with _Result(self._meters.submits):
            return await self._source.submit_modal(task_id, prompt, mask)


class _Result:
    """Counts how a block ended: "Accepted", or by the name of our error."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, SubmitError | UpstreamError):
            self._counter.labels(kind.__name__ if kind else "Accepted").inc()


class InstrumentedMessageSink:
    """A `MessageSink` that counts outcomes, and how old news is when people see it."""

    def __init__(self, sink: MessageSink, metrics: Metrics, clock: Clock) -> None:
        self._sink = sink
        self._meters = metrics
        self._clock = clock

    async def edit(self, edit: Edit) -> Outcome:
        """Make one edit."""
        outcome = await self._sink.edit(edit)
        self._meters.edits.labels(type(outcome).__name__, "token" if edit.by_token else "channel").inc()
        if isinstance(outcome, Delivered) and edit.stale_since:
            self._meters.staleness.observe(max(0.0, self._clock.now() - edit.stale_since))
        return outcome

    def token_until(self, ref: MessageRef) -> float:
        """Until when a message may be edited by the token of its interaction."""
        return self._sink.token_until(ref)

    async def message_exists(self, ref: MessageRef) -> bool:
        """False when a message was surely deleted."""
        return await self._sink.message_exists(ref)
