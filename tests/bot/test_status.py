"""`/status` as a person uses it: what they type, and what they then see."""

from __future__ import annotations

import discord
import pytest

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, Stage, Theatre

UNKNOWN = DemoIds.UNKNOWN.value


async def test_a_running_task_is_followed_to_its_result(stage: Stage) -> None:
    await stage.ask(f" `{RUNNING}` ")
    assert stage.card.title == "Queued"
    titles, percents, pictures = {stage.card.title}, set(), set()
    for _ in range(45):
        await stage.wait(1)
        titles.add(stage.card.title)
        first = (stage.card.description or "").splitlines()[0]
        if first.endswith("%"):
            percents.add(first.split()[-1])
            pictures.add(stage.card.image.url)
    assert titles == {"Queued", "In progress", "Done"}
    assert len(percents) >= 5
    assert len(pictures) >= 4
    assert len(stage.messages) == 1
    message = stage.messages[0]
    assert stage.labels(message) == [["U1", "U2", "U3", "U4", "🔄"], ["V1", "V2", "V3", "V4"]]
    assert stage.card.footer.text == f"Imagine · {RUNNING}"
    assert await message.attachments[0].read() == stage.world.final_picture(RUNNING)
    assert await stage.bot.store.open_watches() == []


async def test_a_finished_task_shows_its_buttons_at_once_and_its_picture_right_after(stage: Stage) -> None:
    await stage.ask(GRID)
    await stage.wait(1)
    assert stage.card.title == "Done"
    assert len(stage.messages[0].attachments) == 1


@pytest.mark.parametrize(
    ("task_id", "sentence"),
    [
        ("hello", "That does not look like a task id. It is usually 16 digits, such as `1763936412345678`."),
        (
            UNKNOWN,
            (
                f"The image service does not know `{UNKNOWN}`. Please check the number; "
                "a brand-new task may need a few seconds."
            ),
        ),
    ],
)
async def test_a_bad_or_unknown_id_is_answered_in_private(stage: Stage, task_id: str, sentence: str) -> None:
    result = await stage.ask(task_id)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content == sentence
    assert stage.messages == [] or all(message.flags.ephemeral for message in stage.messages)


@pytest.mark.parametrize(
    ("status", "body", "kind", "sentence"),
    [
        (401, '{"error":{"message":"sk-secret"}}', "application/json", "refused this bot's key"),
        (500, "Traceback sk-secret", "text/plain", "is not answering at the moment"),
        (200, "<html>sk-secret</html>", "text/html", "answers with a web page"),
        (429, "", "text/plain", "asks us to slow down"),
        (403, "未登录", "text/plain", "does not allow this"),
    ],
)
async def test_each_trouble_has_its_own_sentence(
    stage: Stage, status: int, body: str, kind: str, sentence: str
) -> None:
    stage.server.fail("*/fetch", status=status, body=body, content_type=kind)
    result = await stage.ask(RUNNING)
    assert result.ephemeral
    assert result.response is not None
    assert sentence in result.response.content
    assert "secret" not in result.response.content


async def test_autocomplete_offers_this_guild_s_tasks_and_nothing_of_another(stage: Stage) -> None:
    await stage.ask(GRID)
    await stage.ask(RUNNING)
    reads = len(stage.server.requests)
    offered = await stage.ann.autocomplete(stage.channel, "status", "task_id", "")
    assert [choice["value"] for choice in offered] == [RUNNING, GRID]
    assert offered[1]["name"].startswith("done · ")
    assert len(stage.server.requests) == reads
    elsewhere = stage.new_guild("Elsewhere")
    channel = elsewhere.create_text_channel("general")
    bob = elsewhere.add_member(stage.env.create_user("bob"))
    assert await bob.autocomplete(channel, "status", "task_id", "") == []


async def test_ten_viewers_of_one_task_cost_one_read(stage: Stage) -> None:
    channels = [stage.guild.create_text_channel(f"room-{n}") for n in range(10)]
    for channel in channels:
        await stage.ann.slash(channel, "status", task_id=RUNNING)
    assert len(stage.reads) == 1
    await stage.wait(40)
    assert {channel.last_message.embeds[0].title for channel in channels if channel.last_message} == {"Done"}
    reads = [each for each in stage.reads if each.method == "POST"]
    assert all(each.ids == (RUNNING,) for each in reads)
    assert len(reads) <= 25


async def test_the_same_message_reaches_its_end_across_a_restart(theatre: Theatre) -> None:
    stage = await theatre.open()
    await stage.ask(RUNNING)
    await stage.wait(12)
    assert stage.card.title == "In progress"
    await theatre.restart(stage)
    await stage.wait(40)
    assert [message.embeds[0].title for message in stage.messages] == ["Done"]


async def test_a_deleted_message_stops_its_watch(stage: Stage) -> None:
    await stage.ask(RUNNING)
    await stage.wait(3)
    owner = stage.guild.add_member(stage.guild.owner)
    await owner.delete(stage.messages[0])
    await stage.wait(10)
    assert await stage.bot.store.open_watches() == []
    reads = len(stage.server.requests)
    await stage.wait(60)
    assert len(stage.server.requests) == reads


async def test_a_lost_channel_stops_its_watches(stage: Stage) -> None:
    await stage.ask(RUNNING)
    stage.end_tokens()
    stage.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001, times=None)
    await stage.wait(20)
    assert await stage.bot.store.open_watches() == []


async def test_it_works_in_a_direct_message(stage: Stage) -> None:
    user = stage.env.create_user("dora")
    await user.slash("status", task_id=RUNNING)
    await stage.wait(40)
    message = user.dm_channel.last_message
    assert message is not None
    assert message.embeds[0].title == "Done"


async def test_a_channel_that_the_bot_cannot_see_gets_one_card_that_says_so(stage: Stage) -> None:
    hidden = stage.guild.create_text_channel("hidden")
    role = next(r for r in stage.env.backend.get_guild(stage.guild.id).roles.values() if r.managed)
    role.permissions &= ~discord.Permissions(view_channel=True).value
    everyone = stage.env.backend.get_guild(stage.guild.id).everyone_role
    everyone.permissions &= ~discord.Permissions(view_channel=True).value
    viewer = stage.guild.create_role(
        "viewers", permissions=discord.Permissions(view_channel=True, use_application_commands=True)
    )
    zoe = stage.guild.add_member(stage.env.create_user("zoe"), roles=[viewer])
    result = await zoe.slash(hidden, "status", task_id=RUNNING)
    assert result.response is not None
    assert "cannot see this channel" in (result.response.embeds[0].description or "")
    assert await stage.bot.store.open_watches() == []
    edits = len(stage.env.http_requests)
    await stage.wait(30)
    assert len(stage.env.http_requests) == edits
    again = await zoe.click(result.response.message, label="Look again")
    assert again.acknowledged


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [("view_channel", "It needs **View Channel**. Nothing was started."), ("embed_links", "**Embed Links**")],
)
async def test_a_press_whose_result_could_not_be_shown_is_refused_before_it_costs_anything(
    stage: Stage, lacking: str, sentence: str
) -> None:
    await stage.show(GRID)
    card = stage.messages[0]
    guild = stage.env.backend.get_guild(stage.guild.id)
    viewer = stage.guild.create_role("viewers", permissions=discord.Permissions(view_channel=True))
    zoe = stage.guild.add_member(stage.env.create_user("zoe"), roles=[viewer])
    for role in [guild.everyone_role, *(each for each in guild.roles.values() if each.managed)]:
        role.permissions &= ~discord.Permissions(**{lacking: True}).value
    custom_id = stage.button(card, "U1").custom_id
    assert custom_id is not None
    told = await zoe.click(card, custom_id=custom_id)
    assert told.ephemeral
    assert told.response is not None
    assert sentence in told.response.content
    assert stage.world.log == []


async def test_a_picture_that_cannot_be_fetched_is_said_and_linked(stage: Stage) -> None:
    stage.server.fail("/attachments/*", status=404)
    await stage.ask(GRID)
    await stage.wait(3)
    assert "The picture could not be shown here. [Open it](<http://127.0.0.1" in (
        stage.card.description or ""
    )
    assert len(stage.labels(stage.messages[0])) == 2


async def test_ten_cards_of_one_task_fetch_its_picture_once(stage: Stage) -> None:
    for number in range(10):
        channel = stage.guild.create_text_channel(f"room-{number}")
        await stage.ann.slash(channel, "status", task_id=GRID)
    await stage.wait(2)
    assert sum("/attachments/" in each.path for each in stage.server.requests) == 1


async def test_without_attach_files_the_card_keeps_its_buttons_and_the_person_is_told(stage: Stage) -> None:
    role = next(r for r in stage.env.backend.get_guild(stage.guild.id).roles.values() if r.managed)
    role.permissions &= ~discord.Permissions(attach_files=True).value
    everyone = stage.env.backend.get_guild(stage.guild.id).everyone_role
    everyone.permissions &= ~discord.Permissions(attach_files=True).value
    stage.env.inject_error("PATCH", "/webhooks/*/messages/*", status=403, code=50013)
    result = await stage.ask(GRID)
    assert "may not attach files here" in result.followups[-1].content
    await stage.wait(3)
    card = min(stage.messages, key=lambda message: message.id)
    assert card.attachments == []
    assert len(stage.labels(card)) == 2
    assert await stage.bot.store.open_watches() == []


async def test_a_card_that_has_just_ended_keeps_its_end_when_somebody_asks_again(stage: Stage) -> None:
    await stage.ask(GRID)
    await stage.ask(GRID)
    await stage.wait(5)
    assert [message.embeds[0].title for message in stage.messages] == ["Done", "Done"]
    assert await stage.bot.store.open_watches() == []


async def test_a_second_status_of_one_id_makes_a_new_card_and_the_older_one_points_to_it(
    stage: Stage,
) -> None:
    await stage.ask(RUNNING)
    await stage.wait(5)
    await stage.ask(RUNNING)
    await stage.wait(40)
    old, new = sorted(stage.messages, key=lambda message: message.id)
    assert old.embeds[0].title == "Continues below"
    assert str(new.id) in (old.embeds[0].description or "")
    assert new.embeds[0].title == "Done"


async def test_an_outage_shows_as_unreachable_and_ends_by_itself(stage: Stage) -> None:
    await stage.ask(RUNNING)
    await stage.wait(10)
    stage.server.drop("/mj/*")
    await stage.wait(75)
    assert stage.card.title in ("In progress when last seen", "Queued when last seen")
    stage.server.clear_faults()
    await stage.wait(75)
    assert stage.card.title == "Done"


@pytest.mark.parametrize("batch", ["missing", "ignores-ids"])
async def test_a_server_without_a_batch_read_is_read_task_by_task(stage: Stage, batch: str) -> None:
    stage.server.batch = batch  # type: ignore[assignment]
    await stage.ask(RUNNING)
    await stage.wait(45)
    assert stage.card.title == "Done"
