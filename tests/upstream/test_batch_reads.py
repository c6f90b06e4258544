"""Batch reads of services that answer a list in part, that fail for one task, or that are slow."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import pytest

from mjbot.clock import Clock
from mjbot.core.model.snapshot import Condition, Missing, Seen, TaskSnapshot, advance
from mjbot.core.model.task import Task, TaskId
from mjbot.errors import UpstreamError
from mjbot.upstream.api import MidjourneyProxyApi
from mjbot.upstream.client import UpstreamClient

IDS = [TaskId(f"173062171815{n:04}") for n in range(80)]
Answer = Callable[[Sequence[str]], tuple[int, Sequence[str]]]
"""Returns the status, and the ids that are in the list."""


class Service:
    """An `aiohttp.ClientSession` that answers by itself. ``seconds`` pass on the clock for each task read."""

    def __init__(self, answer: Answer = lambda ids: (200, ids), clock: Clock | None = None) -> None:
        self.answer = answer
        self.forgotten: set[str] = set()
        self.seconds = 0.0
        self.per_task = 0.0
        self.hanging = ""  # no list with this task is answered
        self.now = 1_000.0
        self.asked: list[list[str]] = []
        self.client = UpstreamClient(
            self,  # type: ignore[arg-type]
            MidjourneyProxyApi("http://127.0.0.1", "key", "bearer"),
            clock or Clock(lambda: self.now),
            100,
        )

    def request(self, _method: str, url: str, **options: Any) -> Reply:
        ids = options["json"]["ids"] if options["json"] else [url.split("/")[-2]]
        self.asked.append(ids)
        timeout, needed = options["timeout"].total, self.seconds + self.per_task * len(ids)
        if self.hanging in ids and options["json"]:
            needed = math.inf
        self.now += 0.2 + min(timeout, needed)
        if needed > timeout:
            raise TimeoutError
        status, listed = self.answer(ids) if options["json"] else (200, ids)
        tasks = [
            {"id": each, "status": "IN_PROGRESS", "progress": "10%"}
            for each in listed
            if each not in self.forgotten
        ]
        body = tasks if options["json"] else tasks[0] if tasks else None
        return Reply(status, json.dumps(body).encode())


class Reply:
    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.headers, self.content = status, {"Content-Type": "application/json"}, self
        self._body = body

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        pass

    async def read(self, _size: int) -> bytes:
        body, self._body = self._body, b""
        return body


async def polled(service: Service, polls: int, ids: Sequence[TaskId] = IDS) -> dict[TaskId, TaskSnapshot]:
    """Poll as the tracker does: the tasks that were read least lately, as many as one request may read."""
    snapshots = {each: TaskSnapshot(each, 1_000.0, Task(each, "IN_PROGRESS"), seen_at=0.0) for each in ids}
    waiting = list(ids)
    for _ in range(polls):
        batch = waiting[: service.client.per_request]
        report = await service.client.fetch_many(batch)
        service.now += 2
        for task_id in report.missing:
            snapshots[task_id] = advance(snapshots[task_id], Missing(), service.now)
        for task_id, task in report.found.items():
            snapshots[task_id] = advance(snapshots[task_id], Seen(task), service.now)
        if report.found or report.missing:
            waiting = [each for each in waiting if each not in batch] + batch
            waiting = [each for each in waiting if not snapshots[each].settled]
    return snapshots


@pytest.mark.parametrize(
    "answer",
    [
        lambda ids: (200, ids[:50]),
        lambda ids: (200, ids[-10:]),
        lambda ids: (200, ids[:1]),
        lambda ids: (200, []),
        lambda ids: (200, [each for each in ids if each[-1] != "7"]),
    ],
    ids=["the first 50", "the last 10", "one", "none", "not some"],
)
async def test_living_tasks_that_a_list_leaves_out_are_read_and_never_lost(answer: Answer) -> None:
    service = Service(answer)
    snapshots = await polled(service, 60)
    assert {each.condition for each in snapshots.values()} == {Condition.FINE}
    assert all(each.seen_at for each in snapshots.values())


async def test_tasks_that_the_service_has_forgotten_are_lost_at_a_few_reads_each() -> None:
    service = Service()
    service.forgotten = set(IDS[:20])
    snapshots = await polled(service, 40)
    assert {each for each in IDS if snapshots[each].condition is Condition.LOST} == set(IDS[:20])
    assert sum(len(each) == 1 for each in service.asked) <= 3 * 20


@pytest.mark.parametrize(
    "poison", [IDS[:1], IDS[40:41], IDS[79:], [IDS[3], IDS[60]], IDS[20:22]], ids=lambda ids: ids[0][-2:]
)
@pytest.mark.parametrize("status", [500, 403])
async def test_a_task_that_makes_every_list_fail_is_read_by_itself(poison: list[str], status: int) -> None:
    service = Service(lambda ids: (status if set(ids) & set(poison) else 200, ids))
    snapshots = await polled(service, 12)
    assert all(each.seen_at for each in snapshots.values())
    service.asked.clear()
    await polled(service, 2)
    assert [each for each in service.asked if len(each) > 1 and set(each) & set(poison)] == []


async def test_a_task_that_makes_every_list_hang_is_read_by_itself() -> None:
    service = Service()
    service.hanging = IDS[33]
    snapshots = await polled(service, 20)
    assert all(each.seen_at for each in snapshots.values())
    service.asked.clear()
    await polled(service, 4)
    assert [IDS[33]] in service.asked
    assert max(map(len, service.asked)) > 40


async def test_a_task_that_cannot_be_read_in_any_way_is_the_only_one_not_read() -> None:
    service = Service(lambda ids: (500 if IDS[0] in ids else 200, ids))
    service.forgotten = {IDS[0]}
    snapshots = await polled(service, 12)
    assert [each for each in IDS if not snapshots[each].seen_at] == IDS[:1]


async def test_a_list_that_fails_for_any_tasks_is_given_up() -> None:
    service = Service(lambda ids: (500, ids))
    await polled(service, 20)
    assert service.client.per_request == 1


async def test_an_outage_costs_one_request_at_a_time() -> None:
    service = Service()
    service.seconds = 100.0
    await polled(service, 10)
    assert len(service.asked) == 10


async def test_an_outage_costs_one_request_at_a_time_without_batch_reads_too() -> None:
    service = Service(lambda ids: (404, ids))
    await polled(service, 3)
    assert service.client.per_request == 1
    service.seconds = 100.0
    service.asked.clear()
    await polled(service, 10)
    assert len(service.asked) == 10
    service.seconds = 0.0
    snapshots = await polled(service, 3, IDS[:3])
    assert all(each.seen_at for each in snapshots.values())


@pytest.mark.parametrize(("seconds", "per_task"), [(12.0, 0.0), (25.0, 0.0), (0.0, 0.3), (0.5, 0.15)])
async def test_a_service_that_answers_slowly_is_read(seconds: float, per_task: float) -> None:
    service = Service()
    service.seconds, service.per_task = seconds, per_task
    snapshots = await polled(service, 12)
    assert all(each.seen_at for each in snapshots.values())
    service.seconds = service.per_task = 0.0
    await polled(service, 6)
    assert service.client.per_request == 100


async def test_a_user_s_read_of_a_slow_service_may_take_as_long() -> None:
    service = Service()
    service.seconds = 12.0
    for _ in range(2):
        with suppress(UpstreamError):
            await service.client.fetch(IDS[0])
    assert (await service.client.fetch(IDS[0])).id == IDS[0]


async def test_a_user_gets_a_task_that_the_shared_list_left_out() -> None:
    service = Service(lambda ids: (200, ids[:1]), Clock())
    tasks = await asyncio.gather(*map(service.client.fetch, IDS[:9]))
    assert [each.id for each in tasks] == IDS[:9]
