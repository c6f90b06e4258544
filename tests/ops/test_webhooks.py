"""The door for hooks: whatever comes in, it is answered at once and costs at most an earlier read."""

from __future__ import annotations

import aiohttp
import pytest

from mjbot.clock import Clock
from mjbot.core.model.task import TaskId
from mjbot.ops import Health, InstrumentedTaskSource, Metrics, WebhookReceiver, serve
from mjbot.ops.webhooks import MOST_BYTES
from mjbot.ports import FetchReport

TASK = "1730621718151844"
BODY = f'{{"id": "{TASK}", "status": "SUCCESS"}}'.encode()


class Door:
    def __init__(self) -> None:
        self.now = 1000.0
        self.hints: list[TaskId] = []
        self.metrics = Metrics()
        self.hooks = WebhookReceiver("secret", self.hint, self.metrics, Clock(lambda: self.now))

    def hint(self, task_id: TaskId) -> bool:
        self.hints.append(task_id)
        return task_id == TASK


@pytest.mark.parametrize(
    ("token", "body", "status", "hints"),
    [
        ("secret", BODY, 204, 1),
        ("secret", b'{"id": "1730621718150000"}', 204, 1),
        ("guess", BODY, 404, 0),
        ("", BODY, 404, 0),
        ("sécret", BODY, 404, 0),
        ("secret", b"", 400, 0),
        ("secret", b"[1]", 400, 0),
        ("secret", b'{"id": 7}', 400, 0),
        ("secret", b'{"id": "../../x"}', 400, 0),
        ("secret", b"\xff\xfe", 400, 0),
        ("secret", b"[" * 60_000, 400, 0),
    ],
)
def test_a_hook_is_a_hint_or_nothing(token: str, body: bytes, status: int, hints: int) -> None:
    door = Door()
    assert door.hooks.take(token, body) == status
    assert len(door.hints) == hints


def test_hooks_are_bounded_in_rate_and_taken_again_a_second_later() -> None:
    door = Door()
    assert [door.hooks.take("secret", BODY) for _ in range(501)] == [204] * 500 + [429]
    door.now += 1.1
    assert door.hooks.take("secret", BODY) == 204


class NoService:
    per_request = 100

    async def fetch_many(self, ids: object) -> FetchReport:
        return FetchReport()


async def test_a_body_that_is_too_large_is_refused_and_other_paths_are_nothing() -> None:
    door = Door()
    clock = Clock(lambda: door.now)
    source = InstrumentedTaskSource(NoService(), door.metrics, clock)  # type: ignore[arg-type]

    async def store() -> None:
        pass

    health = Health(lambda: (True, 0.1), source, store, clock)
    async with (
        serve("127.0.0.1:0", health, door.hooks, door.metrics) as url,
        aiohttp.ClientSession() as session,
    ):
        async with session.post(f"{url}/hook/secret", data=b"x" * (MOST_BYTES + 1)) as answer:
            assert answer.status == 413
        async with session.post(f"{url}/hook/secret", data=BODY) as answer:
            assert (answer.status, await answer.read()) == (204, b"")
        async with session.get(f"{url}/hook/secret") as answer:
            assert answer.status == 405
        async with session.get(f"{url}/") as answer:
            assert answer.status == 404
    assert door.hints == [TASK]
