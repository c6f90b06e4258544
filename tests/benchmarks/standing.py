"""What an earlier process left: open watches in the database, and their messages in Discord.

All of it is made by the bot's own code, so that what the database says is delivered is what stands there.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from mjbot.core.card import render
from mjbot.core.state import Context
from mjbot.core.task import TaskId
from mjbot.core.view import TaskView
from mjbot.core.watch import MessageRef, Shown, Watch, WatchState
from mjbot.store.sqlite import SqliteStore
from mjbot.store.thread import DatabaseThread
from mjbot.ui.embeds import embed_of
from mjbot.upstream.wire import read_task
from tests.benchmarks.plan import Job
from tests.benchmarks.stage import Stage

_LOCALE = "en"


async def prepare(database: Path, stage: Stage, hook_token: str = "") -> None:
    """Write the watches of all tasks whose messages stand, as of the plan's second 0."""
    async with DatabaseThread(str(database)) as thread:
        store = SqliteStore(thread)
        if hook_token:
            await store.set_named("hook_token", hook_token)
        for number, job in enumerate(stage.plan.jobs):
            if job.stands:
                watch, view = _placed(stage, job)
                await store.add(watch, view)
            if number % 100 == 0:
                await asyncio.sleep(0)


def _placed(stage: Stage, job: Job) -> tuple[Watch, TaskView]:
    view = _view(stage, job)
    card = render(view, Context(_LOCALE))
    # The link of a picture is an address that Discord could reach, so the bot would show it as it is.
    picture = card.picture
    image = picture.url if picture else None
    channel = stage.channels[job.channel]
    message = stage.stub.standing(channel, {"embeds": [embed_of(card, image).to_dict()], "components": []})
    stage.standing[job.task_id] = message
    shown = Shown(card.digest, picture.key if picture else "", image or "")
    ref = MessageRef(channel.id, message.id)
    guild = channel.guild.id if channel.guild else None
    watch = Watch(
        ref, view.id, guild, stage.user.id, _LOCALE, view.opened_at, state=WatchState.OPEN, shown=shown
    )
    return watch, view


def _view(stage: Stage, job: Job) -> TaskView:
    """What a process that ended at second 0 knew of the task."""
    task = read_task(stage.upstream.world.peek(job.task_id, stage.begin_wall))
    assert task is not None
    past = job.changes[: job.state_at(0.0)]
    return TaskView(
        TaskId(job.task_id),
        opened_at=stage.begin_wall + job.start,
        task=task,
        seen_at=stage.begin_wall,
        changed_at=stage.begin_wall + past[-1] if past else None,
    )
