"""Receives webhooks from the image service. They are unsigned, so a webhook only triggers an earlier poll.

At each change of a task, the service posts the task to the ``notifyHook`` URL of its submit. It does not
retry.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

from mjbot.clock import Clock
from mjbot.core.model.submits import parse_mark
from mjbot.core.model.task import NO_MARK, Mark, TaskId, parse_task_id
from mjbot.core.scheduling.rate_limiters import SlidingWindow
from mjbot.ops.metrics import Metrics

MAX_BODY_BYTES = 65_536
_MAX_PER_SECOND = 500  # a thousand tasks that change every 6.6 s make 150 webhooks a second


def webhook_token(discord_token: str) -> str:
    """Derive the secret in the webhook URL from the bot's token.

    The secret is not stored, and is the same after a restart. It reveals nothing about the token to the image
    service. It is not derived from the API key of the service, because some keys are easy to guess.
    """
    digest = hmac.digest(discord_token.encode(), b"mjbot webhook", hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode()


def webhook_path(token: str) -> str:
    """Return the path that the image service posts to."""
    return f"/webhook/{token}"


class WebhookReceiver:
    """Triggers an earlier poll for each webhook. A leaked token can cause at most four reads a second."""

    def __init__(
        self, token: str, hint: Callable[[TaskId, Mark], bool], metrics: Metrics, clock: Clock
    ) -> None:
        self._token = token.encode()
        self._hint = hint
        self._metrics = metrics
        self._clock = clock
        self._limiter = SlidingWindow(_MAX_PER_SECOND, 1.0)

    def authenticate(self, token: str) -> bool:
        """Return whether the token is correct, and count wrong tokens."""
        if hmac.compare_digest(token.encode("utf-8", "replace"), self._token):
            return True
        self._count("unknown_token", 404)
        return False

    def receive(self, token: str, body: bytes) -> int:
        """Handle one webhook, and return the HTTP status to respond with."""
        if not self.authenticate(token):
            return 404
        now = self._clock.now()
        if self._limiter.ready_at(now) > now:
            return self._count("rate_limited", 429)
        self._limiter.take(now)
        task_id, mark = _parse_body(body)
        if task_id is None:
            return self._count("malformed", 400)
        return self._count("accepted" if self._hint(task_id, mark) else "not_watched", 204)

    def _count(self, result: str, status: int) -> int:
        self._metrics.webhooks.labels(result).inc()
        return status


def _parse_body(body: bytes) -> tuple[TaskId | None, Mark]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None, NO_MARK
    fields = data if isinstance(data, dict) else {}
    task_id, mark = (value if isinstance(value := fields.get(key), str) else "" for key in ("id", "state"))
    return parse_task_id(task_id), parse_mark(mark)
