"""One thing that hangs holds up only itself: a picture host, an edit, a first response."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import discord
import pytest

from mjbot.clock import Clock
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.editing.outcome import Delivered, Outcome
from mjbot.core.editing.pending_edit import Edit
from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.model.watch import MessageRef
from mjbot.editor import EditScheduler
from mjbot.guard import LoopGuard
from mjbot.ui.breaker import InvalidRequestBreaker
from mjbot.ui.http import DeadlineConnector
from mjbot.ui.sink import DiscordSink
from mjbot.ui.tokens import InteractionTokens
from tests.discord_answers import FIRST_RESPONSE, page
from tests.system.client import logged_in
from tests.system.conftest import STEPS, TASK, ProcessHarness, custom_id
from tests.system.discord_stub import Channel, DiscordStub
from tests.system.discord_stub.gates import When
from tests.system.discord_stub.log import SECONDS
from tests.system.test_answers import CARD
from tests.system.test_pictures import SEEN, Given

MANY = 20


def task_id(number: int) -> str:
    return f"17306217181518{number:02}"


async def test_twenty_ends_in_twenty_channels_do_not_wait_for_a_picture_host_that_hangs(
    harness: ProcessHarness,
) -> None:
    stub, world = harness.stub, harness.upstream.world
    assert harness.channel.guild is not None
    channels = [stub.add_channel(harness.channel.guild, f"pictures-{n}") for n in range(MANY)]
    for number, channel in enumerate(channels):
        world.add(task_id(number), STEPS, prompt=f"cat {number}")
        await stub.slash(channel, harness.user, "status", task_id=task_id(number))
    hanging = harness.upstream.hold("/attachments/*")
    await harness.ask()
    await harness.finish()

    def ended(number: int) -> bool:
        message = next(iter(stub.messages(channels[number])), None)
        return bool(message and message.embeds and message.embeds[0]["title"] == "Done" and message.buttons())

    await stub.until(lambda: all(map(ended, range(MANY))), SECONDS)
    assert not any(message.attachments for channel in channels for message in stub.messages(channel))
    described = [str(stub.messages(channel)[0].embeds[0]["description"]) for channel in channels]
    assert all("The picture follows." in each or "couldn't be shown" in each for each in described)
    hanging.release()
    await stub.until(lambda: any(stub.messages(channel)[0].attachments for channel in channels), 2 * SECONDS)


@dataclass
class Editing:
    """The edit loop over a client whose deadlines are short, and the outcomes of its edits."""

    stub: DiscordStub
    editor: EditScheduler
    channel: Channel
    refs: list[MessageRef]
    delivered: set[MessageRef]


@pytest.fixture
async def editing() -> AsyncIterator[Editing]:
    clock = Clock()
    connector = DeadlineConnector(silence=0.5)
    client = discord.Client(intents=discord.Intents.none(), max_messages=None, connector=connector)
    async with DiscordStub() as stub, logged_in(client, stub) as channel:
        sent = [stub.standing(channel, {"embeds": [{"title": "In progress"}]}) for _ in range(4)]
        sink = DiscordSink(client, Given(SEEN), InvalidRequestBreaker(clock), InteractionTokens(clock))
        editor = EditScheduler(sink, EditQueue(RequestBudget()), clock, LoopGuard("edit loop", clock))
        delivered: set[MessageRef] = set()

        async def note(edit: Edit, outcome: Outcome) -> None:
            if isinstance(outcome, Delivered):
                delivered.add(edit.ref)

        editor.subscribe(note)
        loop = asyncio.ensure_future(editor.run())
        try:
            yield Editing(
                stub, editor, channel, [MessageRef(channel.id, each.id) for each in sent], delivered
            )
        finally:
            loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await loop


WHEN: list[When] = ["before", "after"]


@pytest.mark.parametrize("when", WHEN)
async def test_an_edit_that_discord_never_answers_is_made_again_and_the_others_of_its_channel_too(
    editing: Editing, when: When
) -> None:
    hold = editing.stub.hold("PATCH", "/channels/**", when=when, times=1)
    for number, ref in enumerate(editing.refs):
        editing.editor.submit(ref, replace(CARD, footer=f"{number}"))
    async with asyncio.timeout(SECONDS):
        while editing.delivered != set(editing.refs):
            await asyncio.sleep(0.02)  # the outcome comes after the stub's event
    assert len(hold.calls) == 1
    assert [each.embeds[0]["title"] for each in editing.stub.messages(editing.channel)] == ["Done"] * 4


@pytest.mark.parametrize("deferred", [False, True], ids=["card", "defer"])
async def test_a_first_response_whose_answer_is_lost_is_found_and_followed_to_the_end(
    harness: ProcessHarness, deferred: bool
) -> None:
    answering = harness.upstream.hold("/mj/**") if deferred else None
    lost = harness.stub.hold("POST", "/interactions/**", when="after", times=1)
    asking = asyncio.ensure_future(harness.ask())
    await lost.arrived()
    lost.drop()
    await asking
    if answering is not None:
        answering.release()
    await harness.done()
    assert len(harness.messages) == 1


@pytest.mark.parametrize("deferred", [False, True], ids=["card", "defer"])
async def test_a_first_response_that_a_5xx_follows_is_found_when_its_repetition_is_refused(
    harness: ProcessHarness, deferred: bool
) -> None:
    answering = harness.upstream.hold("/mj/**") if deferred else None
    lost = harness.stub.refuse("POST", FIRST_RESPONSE, replace(page(502), applied=True), times=1)
    asking = asyncio.ensure_future(harness.ask())
    await harness.stub.until(lambda: lost.given)
    if answering is not None:
        answering.release()
    await asking
    await harness.done()
    assert len(harness.messages) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_silent_response_that_a_5xx_follows_is_no_failure(
    harness: ProcessHarness, status: int
) -> None:
    waiting = str(int(TASK) + 1)
    harness.upstream.world.add(waiting, [(0, "MODAL", "0%")])
    await harness.stub.slash(harness.channel, harness.user, "status", task_id=waiting)
    await harness.stub.until(harness.title)
    taken = harness.stub.refuse("POST", FIRST_RESPONSE, replace(page(status), applied=True), times=1)
    (card,) = harness.messages
    await harness.stub.press(card, custom_id(card, "Dismiss"), harness.user)
    await harness.stub.until(lambda: harness.title() == "Dismissed")
    assert taken.given == 1


async def test_a_first_response_that_discord_never_took_is_sent_again(harness: ProcessHarness) -> None:
    lost = harness.stub.hold("POST", "/interactions/**", when="before", times=1)
    asking = asyncio.ensure_future(harness.ask())
    await lost.arrived()
    lost.drop()
    await asking
    await harness.done()
    assert len(harness.messages) == 1
