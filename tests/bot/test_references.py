"""Tasks as people name them: pasted ids, links, and what autocomplete offers."""

from __future__ import annotations

import pytest
import simcord

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotHarness

FAILED = DemoIds.FAILED.value
UNSEEN = "1754062500123456"


def told(result: simcord.InteractionResult) -> str:
    return (result.response or result.followups[-1]).content


def elsewhere(harness: BotHarness) -> tuple[simcord.ChannelHandle, simcord.MemberActor]:
    """A channel of another server, and a member of that."""
    guild = harness.new_guild("Elsewhere")
    return guild.create_text_channel("general"), guild.add_member(harness.env.create_user("bob"))


async def offered(harness: BotHarness, typed: str) -> list[dict[str, str]]:
    choices = await harness.ann.autocomplete(harness.channel, "status", "task_id", typed)
    return [{"name": str(each["name"]), "value": str(each["value"])} for each in choices]


@pytest.mark.parametrize(
    "raw",
    [f"任务ID：{GRID}", f"**{GRID}**", f"\u200b{GRID}", f"https://relay.example/mj/image/{GRID}.png?rand=1"],
)
async def test_an_id_as_it_is_pasted_shows_its_task(harness: BotHarness, raw: str) -> None:
    await harness.ask(raw)
    assert harness.card.footer.text == f"Imagine · {GRID}"


async def test_a_link_to_a_card_shows_its_task_in_the_same_server_and_nowhere_else(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    link = harness.messages[0].jump_url
    room = harness.guild.create_text_channel("room")
    await harness.ann.slash(room, "status", task_id=link)
    assert room.history()[0].embeds[0].footer.text == f"Imagine · {GRID}"
    channel, bob = elsewhere(harness)
    refused = await bob.slash(channel, "status", task_id=link)
    assert refused.ephemeral
    assert "I don't know a task behind that link here." in told(refused)
    wrong_channel = link.replace(f"/{harness.channel.id}/", f"/{room.id}/")
    assert "behind that link" in told(await harness.ask(wrong_channel))


async def test_a_copied_message_id_shows_the_task_of_its_card_in_the_same_server_and_nowhere_else(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    card = harness.messages[0]
    for number, pasted in enumerate((str(card.id), f"{harness.channel.id}-{card.id}")):
        room = harness.guild.create_text_channel(f"room-{number}")
        await harness.ann.slash(room, "status", task_id=pasted)
        assert room.history()[0].embeds[0].footer.text == f"Imagine · {GRID}"
    channel, bob = elsewhere(harness)
    refused = await bob.slash(channel, "status", task_id=str(card.id))
    assert refused.ephemeral
    assert GRID not in told(refused)


async def test_a_link_to_a_job_of_midjourney_shows_the_task_that_made_it_where_it_was_seen(
    harness: BotHarness,
) -> None:
    await harness.show(SINGLE)
    task = harness.world.peek(SINGLE, 2e9)
    assert task is not None
    link = next(each["url"] for each in task["buttons"] if each.get("url"))
    room = harness.guild.create_text_channel("room")
    await harness.ann.slash(room, "status", task_id=link)
    assert room.history()[0].embeds[0].footer.text == f"Upscale · {SINGLE}"
    channel, bob = elsewhere(harness)
    assert "behind that link" in told(await bob.slash(channel, "status", task_id=link))


async def test_a_copied_job_id_and_a_link_to_the_picture_show_the_task_only_where_it_was_seen(
    harness: BotHarness,
) -> None:
    await harness.show(SINGLE)
    task = harness.world.peek(SINGLE, 2e9)
    assert task is not None
    job = next(each["url"] for each in task["buttons"] if each.get("url")).partition("jobs/")[2][:36]
    channel, bob = elsewhere(harness)
    for number, pasted in enumerate(
        (job, f"Job ID: {job.upper()}", f"https://cdn.example/1/fox_{job}.png?ex=1")
    ):
        room = harness.guild.create_text_channel(f"room-{number}")
        await harness.ann.slash(room, "status", task_id=pasted)
        assert room.history()[0].embeds[0].footer.text == f"Upscale · {SINGLE}"
        answer = told(await bob.slash(channel, "status", task_id=pasted))
        assert "behind that link" in answer or "doesn't know" in answer
        assert SINGLE not in answer


async def test_a_grid_and_its_upscale_are_told_apart_and_failed_is_searched(
    harness: BotHarness,
) -> None:
    for each in (GRID, SINGLE, RUNNING, FAILED):
        await harness.ask(each)
    await harness.wait(1)
    names = {each["value"]: each["name"] for each in await offered(harness, "")}
    assert names[GRID].startswith("done · Imagine · ")
    assert names[SINGLE].startswith("done · Upscale · ")
    for typed in ("failed", "失败", "失敗"):
        assert [each["value"] for each in await offered(harness, typed)] == [FAILED]


async def test_a_whole_id_is_offered_as_itself(harness: BotHarness) -> None:
    await harness.ask(GRID)
    for typed in (UNSEEN, f"ID: {UNSEEN}"):
        assert await offered(harness, typed) == [{"name": UNSEEN, "value": UNSEEN}]
    for typed in (GRID, f"任务ID：{GRID}"):
        assert [each["value"] for each in await offered(harness, typed)] == [GRID]
    assert await offered(harness, UNSEEN[:8]) == []
