"""Prometheus metrics, and wrappers that instrument the task source and the message sink.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import aiohttp
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from mjbot.clock import Clock
from mjbot.core.card.card import Picture
from mjbot.core.editing.edit_queue import Edit
from mjbot.core.editing.outcome import Delivered, Outcome
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.errors import SubmitError, UpstreamError
from mjbot.ports import FetchReport, MessageSink, SubmitResult, TaskSource

_BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100)
_SECONDS_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """The metrics of one bot, in a registry of their own. Each attribute is named after its metric."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.upstream_requests = Counter(
            "mjbot_upstream_requests",
            "Requests to the image service, by HTTP status (0: no response).",
            ["status"],
            registry=registry,
        )
        self.upstream_batch_size = Histogram(
            "mjbot_upstream_batch_size", "Tasks per poll.", buckets=_BATCH_BUCKETS, registry=registry
        )
        self.submits = Counter(
            "mjbot_submits", "Submits to the image service, by result.", ["result"], registry=registry
        )
        self.edits = Counter(
            "mjbot_edits", "Message edits, by outcome and route.", ["outcome", "route"], registry=registry
        )
        self.staleness_seconds = Histogram(
            "mjbot_staleness_seconds",
            "Time from the read that found a change to the edit that shows it.",
            buckets=_SECONDS_BUCKETS,
            registry=registry,
        )
        self.discord_responses = Counter(
            "mjbot_discord_responses",
            "Responses of Discord's API, by HTTP status.",
            ["status"],
            registry=registry,
        )
        self.webhooks = Counter(
            "mjbot_webhooks", "Webhooks received, by result.", ["result"], registry=registry
        )
        self.contained_errors = Counter(
            "mjbot_contained_errors",
            "Unexpected errors that cost one try of one item, by loop.",
            ["loop"],
            registry=registry,
        )
        self.upstream_trace = _trace(self.upstream_requests)
        """For the session to the image service."""
        self.discord_trace = _trace(self.discord_responses)
        """For discord.py's HTTP client."""

    def gauge(self, name: str, documentation: str, function: Callable[[], float]) -> None:
        """Register a gauge that calls ``function`` at each scrape."""
        Gauge(name, documentation, registry=self._registry).set_function(function)

    def count_error(self, loop: str) -> None:
        """Count an error that a loop has contained."""
        self.contained_errors.labels(loop).inc()

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)


def _trace(counter: Counter) -> aiohttp.TraceConfig:
    """Counts a session's responses by status; a request without a response counts as "0"."""

    async def on_end(
        _s: aiohttp.ClientSession, _c: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        counter.labels(str(end.response.status)).inc()

    async def on_exception(
        _s: aiohttp.ClientSession, _c: SimpleNamespace, _e: aiohttp.TraceRequestExceptionParams
    ) -> None:
        counter.labels("0").inc()

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(on_end)
    trace.on_request_exception.append(on_exception)
    return trace


class InstrumentedTaskSource:
    """A `TaskSource` that counts its calls, and records when the service last answered a poll."""

    def __init__(self, source: TaskSource, metrics: Metrics, clock: Clock) -> None:
        self._source = source
        self._metrics = metrics
        self._clock = clock
        self.answered_at: float | None = None
        self.works = True

    @property
    def per_request(self) -> int:
        """How many tasks one request reads."""
        return self._source.per_request

    @property
    def delay(self) -> float:
        """Seconds until an interactive read could start."""
        return self._source.delay

    async def fetch(self, task_id: TaskId) -> Task:
        """Read one task. Raises an `UpstreamError`."""
        return await self._source.fetch(task_id)

    async def fetch_many(self, ids: Sequence[TaskId]) -> FetchReport:
        """Read many tasks at once."""
        self._metrics.upstream_batch_size.observe(len(ids))
        report = await self._source.fetch_many(ids)
        self.works = not report.failed
        if self.works:
            self.answered_at = self._clock.now()
        return report

    async def submit_action(self, task_id: TaskId, custom_id: str) -> SubmitResult:
        """Press an upstream button, once. Raises `SubmitRefused`, `SubmitUnclear`, `UpstreamError`."""
        with _CountedResult(self._metrics.submits):
            return await self._source.submit_action(task_id, custom_id)

    async def submit_modal(self, task_id: TaskId, prompt: str, mask: str = "") -> SubmitResult:
        """Submit a modal, once. Raises like `submit_action`."""
        with _CountedResult(self._metrics.submits):
            return await self._source.submit_modal(task_id, prompt, mask)


class _CountedResult:
    """Counts how a block ended: "Accepted", or the class name of our error."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, SubmitError | UpstreamError):
            self._counter.labels(kind.__name__ if kind else "Accepted").inc()


class InstrumentedMessageSink:
    """A `MessageSink` that counts outcomes, and measures how stale a change is when it is shown."""

    def __init__(self, sink: MessageSink, metrics: Metrics, clock: Clock) -> None:
        self._sink = sink
        self._metrics = metrics
        self._clock = clock

    async def edit(self, edit: Edit) -> Outcome:
        """Make one edit."""
        outcome = await self._sink.edit(edit)
        self._metrics.edits.labels(type(outcome).__name__, "token" if edit.by_token else "channel").inc()
        if isinstance(outcome, Delivered) and edit.stale_since:
            self._metrics.staleness_seconds.observe(max(0.0, self._clock.now() - edit.stale_since))
        return outcome

    async def picture_ready(self, picture: Picture) -> None:
        """Wait until the download of a picture has ended."""
        await self._sink.picture_ready(picture)

    def token_until(self, ref: MessageRef) -> float:
        """Until when (unix seconds) a message can be edited with its interaction token."""
        return self._sink.token_until(ref)

    async def message_exists(self, ref: MessageRef) -> bool:
        """False only if the message is known to be deleted."""
        return await self._sink.message_exists(ref)
