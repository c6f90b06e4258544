"""The image service's hooks. What they say is a hint and never believed: it brings the next read forward.

A service posts a task at each change to the ``notifyHook`` of its submit, once, without a signature.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable

from mjbot.clock import Clock
from mjbot.core.model.task import TaskId, parse_task_id
from mjbot.core.scheduling.rate_limiters import SlidingWindow
from mjbot.ops.metrics import Metrics

MOST_BYTES = 65_536
_MOST, _SECONDS = 500, 1.0  # a thousand tasks that change each 6.6 s are 150 a second


class WebhookReceiver:
    """Turns a hint into an earlier read. Whoever knows the token can cause four reads a second, no more."""

    def __init__(self, token: str, hint: Callable[[TaskId], bool], metrics: Metrics, clock: Clock) -> None:
        self.path = f"/hook/{token}"
        self._token = token.encode()
        self._hint = hint
        self._meters = metrics
        self._clock = clock
        self._window = SlidingWindow(_MOST, _SECONDS)

    def knows(self, token: str) -> bool:
        """Whether this is our hook's address; strangers are counted."""
        if hmac.compare_digest(token.encode("utf-8", "replace"), self._token):
            return True
        self._count("stranger", 404)
        return False

    def take(self, token: str, body: bytes) -> int:
        """Take one in; the HTTP status to answer with."""
        if not self.knows(token):
            return 404
        now = self._clock.now()
        if self._window.ready_at(now) > now:
            return self._count("too many", 429)
        self._window.take(now)
        task_id = _task_of(body)
        if task_id is None:
            return self._count("unreadable", 400)
        return self._count("taken" if self._hint(task_id) else "not followed", 204)

    def _count(self, result: str, status: int) -> int:
        self._meters.hooks.labels(result).inc()
        return status


def _task_of(body: bytes) -> TaskId | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = said.get("id") if isinstance(said, dict) else None
    return parse_task_id(found) if isinstance(found, str) else None
