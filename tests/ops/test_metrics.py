"""Metrics and health count what the loops and the client report."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from mjbot.clock import Clock
from mjbot.core.card.card import Card, Picture
from mjbot.core.card.state import CardState
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.editing.outcome import Delivered, Existence, Outcome, Rerouted
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.model.submits import ButtonPress, ModalAnswer
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef
from mjbot.editor import EditScheduler
from mjbot.errors import UpstreamUnavailable
from mjbot.errors.submits import QueueFull, SubmitUnclear
from mjbot.guard import LoopGuard
from mjbot.ops import Metrics, UpstreamHealth
from mjbot.ports import FetchReport
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from mjbot.upstream.api import MidjourneyProxyApi
from mjbot.upstream.client import UpstreamClient

TASK = TaskId("1730621718151844")


def lines(metrics: Metrics, name: str) -> set[str]:
    text = metrics.text().decode()
    return {line for line in text.splitlines() if line.startswith(name) and "_created" not in line}


class TokenRefusingSink:
    """Refuses the token route, and delivers by the other one."""

    async def edit(self, edit: Edit) -> Outcome:
        return Rerouted() if edit.by_token else Delivered(DeliveredState(edit.card.digest))

    async def picture_ready(self, _picture: Picture) -> None:
        pass

    def token_until(self, _ref: MessageRef) -> float:
        return 4_000_000_000.0

    async def message_exists(self, _ref: MessageRef) -> Existence:
        return Existence.ASSUMED


async def test_every_attempt_of_an_edit_is_counted_and_settled_once() -> None:
    metrics, clock, settled = Metrics(), Clock(), asyncio.Queue[Outcome]()

    async def on_settled(_edit: Edit, outcome: Outcome) -> None:
        settled.put_nowait(outcome)

    queue, guard = EditQueue(RequestBudget()), LoopGuard("edit loop", clock)
    editor = EditScheduler(TokenRefusingSink(), queue, clock, guard)
    editor.subscribe(on_settled)
    editor.on_attempt(metrics.record_edit)
    editor.submit(MessageRef(1, 2), Card(CardState.DONE, "Done", 0, "", "", final=True))
    running = asyncio.create_task(editor.run())
    assert isinstance(await settled.get(), Delivered)
    running.cancel()
    assert settled.empty()
    assert lines(metrics, "mjbot_edits_total") == {
        'mjbot_edits_total{outcome="Rerouted",route="token"} 1.0',
        'mjbot_edits_total{outcome="Delivered",route="channel"} 1.0',
    }
    assert "mjbot_staleness_seconds_count 1.0" in lines(metrics, "mjbot_staleness_seconds")


async def test_every_submit_is_counted_by_its_result() -> None:
    metrics, world = Metrics(), World(side=64)
    world.add_demo(1000.0)
    async with SandboxServer(world, lambda: 1000.0) as server, aiohttp.ClientSession() as session:
        api = MidjourneyProxyApi(server.url, "sandbox-key", "bearer")
        client = UpstreamClient(session, api, Clock(), 100)
        client.on_submit(metrics.record_submit)
        task_id = TaskId(DemoIds.GRID)
        custom_id = (await client.fetch(task_id)).buttons[0].custom_id
        await client.submit(ButtonPress(task_id, custom_id))
        world.full = True
        with pytest.raises(QueueFull):
            await client.submit(ButtonPress(task_id, custom_id))
        server.fail("/mj/submit/*", 500)
        with pytest.raises(SubmitUnclear):
            await client.submit(ModalAnswer(task_id, "a lake"))
    assert lines(metrics, "mjbot_submits_total") == {
        'mjbot_submits_total{result="Accepted"} 1.0',
        'mjbot_submits_total{result="QueueFull"} 1.0',
        'mjbot_submits_total{result="SubmitUnclear"} 1.0',
    }


def test_a_failed_poll_is_unhealthy_and_keeps_the_time_of_the_last_answer() -> None:
    health = UpstreamHealth()
    assert (health.ok, health.answered_at) == (True, None)
    health.record_poll([TASK], FetchReport(missing=frozenset([TASK])), 1000.0)
    health.record_poll([TASK], FetchReport(failed={TASK: UpstreamUnavailable()}), 1001.0)
    assert (health.ok, health.answered_at) == (False, 1000.0)
    health.record_poll([TASK], FetchReport(missing=frozenset([TASK])), 1002.0)
    assert (health.ok, health.answered_at) == (True, 1002.0)
