"""The webhook endpoint: it answers at once, and costs at most an earlier poll."""

from __future__ import annotations

import json
import re

import aiohttp
import pytest

from mjbot.clock import Clock
from mjbot.core.model.submits import mark_of
from mjbot.core.model.task import NO_MARK, Mark, TaskId
from mjbot.ops import Health, Metrics, UpstreamHealth, WebhookReceiver, serve, webhook_token
from mjbot.ops.webhooks import MAX_BODY_BYTES

TASK = "1730621718151844"
BODY = f'{{"id": "{TASK}", "status": "SUCCESS"}}'.encode()


class Endpoint:
    def __init__(self) -> None:
        self.now = 1000.0
        self.hints: list[TaskId] = []
        self.marks: list[Mark] = []
        self.metrics = Metrics()
        self.receiver = WebhookReceiver("secret", self.hint, self.metrics, Clock(lambda: self.now))

    def hint(self, task_id: TaskId, mark: Mark) -> bool:
        self.hints.append(task_id)
        self.marks.append(mark)
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
def test_a_webhook_is_a_hint_or_is_rejected(token: str, body: bytes, status: int, hints: int) -> None:
    endpoint = Endpoint()
    assert endpoint.receiver.receive(token, body) == status
    assert len(endpoint.hints) == hints


def test_the_secret_in_the_address_depends_on_the_whole_token_and_shows_nothing_of_it() -> None:
    tokens = ["MTk4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs", "MTk4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWt", "x", ""]
    found = [webhook_token(token) for token in tokens]
    assert len(set(found)) == len(tokens)
    assert all(re.fullmatch(r"[\w-]{32}", each) for each in found)
    assert not any(part in each for each in found for part in tokens[0].split("."))
    assert found[0] == webhook_token(tokens[0])


def test_webhooks_are_rate_limited_and_accepted_again_a_second_later() -> None:
    endpoint = Endpoint()
    assert [endpoint.receiver.receive("secret", BODY) for _ in range(501)] == [204] * 500 + [429]
    endpoint.now += 1.1
    assert endpoint.receiver.receive("secret", BODY) == 204


async def test_a_body_that_is_too_large_and_other_paths_are_rejected() -> None:
    endpoint = Endpoint()
    clock = Clock(lambda: endpoint.now)

    async def store() -> None:
        pass

    health = Health(lambda: (True, 0.1), UpstreamHealth(), store, clock)
    async with (
        serve("127.0.0.1:0", health, endpoint.receiver, endpoint.metrics) as url,
        aiohttp.ClientSession() as session,
    ):
        async with session.post(f"{url}/webhook/secret", data=b"x" * (MAX_BODY_BYTES + 1)) as response:
            assert response.status == 413
        async with session.post(f"{url}/webhook/secret", data=BODY) as response:
            assert (response.status, await response.read()) == (204, b"")
        async with session.get(f"{url}/webhook/secret") as response:
            assert response.status == 405
        async with session.get(f"{url}/") as response:
            assert response.status == 404
    assert endpoint.hints == [TASK]


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        (mark_of(bytes(16)), mark_of(bytes(16))),
        ("user:17", NO_MARK),
        ("mj1:short", NO_MARK),
        (None, NO_MARK),
        ([mark_of(bytes(16))], NO_MARK),
    ],
)
def test_a_webhook_passes_on_only_a_mark_of_ours(state: object, mark: Mark) -> None:
    endpoint = Endpoint()
    endpoint.receiver.receive("secret", json.dumps({"id": TASK, "state": state}).encode())
    assert endpoint.marks == [mark]
