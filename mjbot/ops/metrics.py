"""Prometheus metrics. Background loops and the HTTP client call the ``record_*`` methods.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import SimpleNamespace

import aiohttp
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from mjbot.core.editing.outcome import Delivered, Outcome
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.model.task import TaskId
from mjbot.ports import FetchReport, SubmitResult

_BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100)
_SECONDS_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """The metrics of one bot, in a registry of their own. Each attribute has the name of its metric."""

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
        self._edits_of = cache(self.edits.labels)  # `labels` takes a lock, and builds a tuple of texts
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
        """The trace configuration for the session with the image service."""
        self.discord_trace = _trace(self.discord_responses)
        """The trace configuration for discord.py's HTTP client."""

    def gauge(self, name: str, documentation: str, function: Callable[[], float]) -> None:
        """Register a gauge that calls ``function`` at each scrape."""
        Gauge(name, documentation, registry=self._registry).set_function(function)

    def record_poll(self, ids: Sequence[TaskId], _report: FetchReport, _now: float) -> None:
        """Count the tasks of a poll. `TaskTracker` calls this as a listener."""
        self.upstream_batch_size.observe(len(ids))

    def record_submit(self, result: SubmitResult | Exception) -> None:
        """Count a submit as "Accepted" or by its error class. `UpstreamClient` calls this as a listener."""
        name = "Accepted" if isinstance(result, SubmitResult) else type(result).__name__
        self.submits.labels(name).inc()

    def record_edit(self, edit: Edit, outcome: Outcome, now: float) -> None:
        """Count a message edit and observe its delay. `EditScheduler` calls this as a listener."""
        self._edits_of(type(outcome).__name__, "token" if edit.by_token else "channel").inc()
        if isinstance(outcome, Delivered) and edit.stale_since:
            self.staleness_seconds.observe(max(0.0, now - edit.stale_since))

    def count_error(self, loop: str) -> None:
        """Count an error that a background loop caught."""
        self.contained_errors.labels(loop).inc()

    def text(self) -> bytes:
        """Return all metrics in the Prometheus text format."""
        return generate_latest(self._registry)


def _trace(counter: Counter) -> aiohttp.TraceConfig:
    """Build a trace that counts responses by status. A request without a response is counted as "0"."""
    responses_of = cache(counter.labels)

    async def on_end(
        _s: aiohttp.ClientSession, _c: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        responses_of(end.response.status).inc()

    async def on_exception(
        _s: aiohttp.ClientSession, _c: SimpleNamespace, _e: aiohttp.TraceRequestExceptionParams
    ) -> None:
        responses_of(0).inc()

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(on_end)
    trace.on_request_exception.append(on_exception)
    return trace
