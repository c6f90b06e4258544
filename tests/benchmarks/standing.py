"""The state that an earlier process left: open watches in the database, and their messages in Discord.

The bot's own code makes both, so that the delivered states in the database match the messages.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from mjbot.core.card.card import render
from mjbot.core.card.content import content_of
from mjbot.core.card.state import CardContext
from mjbot.core.model.snapshot import TaskSnapshot
from mjbot.core.model.task import TaskId
from mjbot.core.model.watch import DeliveredState, MessageRef, Watch, WatchState
from mjbot.store import open_stores
from mjbot.ui.embeds import build_embed, image_state
from mjbot.upstream.wire import read_task
from tests.benchmarks.harness import PlanHarness
from tests.benchmarks.plan import Job

_LOCALE = "en"


async def prepare(database: Path, harness: PlanHarness, webhook_token: str = "") -> None:
    """Write the watches of all tasks whose messages exist, as of the plan's second 0."""
    async with open_stores(str(database)) as stores:
        if webhook_token:
            await stores.key_values.set("webhook_token", webhook_token)
        for number, job in enumerate(harness.plan.jobs):
            if job.message_exists:
                watch, snapshot = _placed(harness, job)
                await stores.watches.add(watch, snapshot)
            if number % 100 == 0:
                await asyncio.sleep(0)


def _placed(harness: PlanHarness, job: Job) -> tuple[Watch, TaskSnapshot]:
    snapshot = _snapshot(harness, job)
    card = render(snapshot, CardContext(_LOCALE))
    # Discord could load the link of the picture, so the bot would show the link itself.
    picture = card.picture
    image = picture.url if picture else ""
    channel = harness.channels[job.channel]
    embed = build_embed(content_of(card, image_state(picture, image)), image)
    message = harness.stub.standing(
        channel,
        {"embeds": [embed.to_dict()], "components": []},
    )
    harness.standing[job.task_id] = message
    delivered = DeliveredState(card.digest, picture.key if picture else "", image)
    ref = MessageRef(channel.id, message.id)
    guild = channel.guild.id if channel.guild else None
    watch = Watch(
        ref,
        snapshot.id,
        guild,
        harness.user.id,
        _LOCALE,
        snapshot.opened_at,
        state=WatchState.OPEN,
        delivered=delivered,
    )
    return watch, snapshot


def _snapshot(harness: PlanHarness, job: Job) -> TaskSnapshot:
    """The snapshot of the task that a process had when it ended at second 0."""
    task = read_task(harness.upstream.world.peek(job.task_id, harness.begin_wall))
    assert task is not None
    past = job.changes[: job.state_at(0.0)]
    return TaskSnapshot(
        TaskId(job.task_id),
        opened_at=harness.begin_wall + job.start,
        task=task,
        seen_at=harness.begin_wall,
        changed_at=harness.begin_wall + past[-1] if past else None,
    )
