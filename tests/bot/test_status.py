"""`/status` as a person uses it: what they type, and what they then see."""

from __future__ import annotations

import discord
import pytest

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, BotFactory, BotHarness

UNKNOWN = DemoIds.UNKNOWN.value


async def test_a_running_task_is_followed_to_its_result(harness: BotHarness) -> None:
    await harness.ask(f" `{RUNNING}` ")
    assert harness.card.title == "Queued"
    titles, percents, pictures = {harness.card.title}, set(), set()
    for _ in range(45):
        await harness.wait(1)
        titles.add(harness.card.title)
        first = (harness.card.description or "").splitlines()[0]
        if first.endswith("%"):
            percents.add(first.split()[-1])
            pictures.add(harness.card.image.url)
    assert titles == {"Queued", "In progress", "Done"}
    assert len(percents) >= 5
    assert len(pictures) >= 4
    assert len(harness.messages) == 1
    message = harness.messages[0]
    assert harness.labels(message)[:2] == [["U1", "U2", "U3", "U4", "🔄"], ["V1", "V2", "V3", "V4"]]
    assert harness.card.footer.text == f"Imagine · {RUNNING}"
    assert await message.attachments[0].read() == harness.world.final_picture(RUNNING)
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_a_finished_task_shows_its_buttons_at_once_and_its_picture_right_after(
    harness: BotHarness,
) -> None:
    await harness.ask(GRID)
    await harness.wait(1)
    assert harness.card.title == "Done"
    assert len(harness.messages[0].attachments) == 1


@pytest.mark.parametrize(
    ("task_id", "sentence"),
    [
        (
            "hello",
            (
                "That isn't a task ID. Pick a task from the list as you type, "
                "or paste its ID (usually 16 digits)."
            ),
        ),
        (
            UNKNOWN,
            (
                f"The image service doesn't know `{UNKNOWN}`. Check the ID. "
                "New tasks can take a few seconds to show up."
            ),
        ),
    ],
)
async def test_a_bad_or_unknown_id_is_answered_in_private(
    harness: BotHarness, task_id: str, sentence: str
) -> None:
    result = await harness.ask(task_id)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content == sentence
    assert harness.messages == [] or all(message.flags.ephemeral for message in harness.messages)


@pytest.mark.parametrize(
    ("status", "body", "kind", "sentence"),
    [
        (401, '{"error":{"message":"sk-secret"}}', "application/json", "refused this bot's key"),
        (500, "Traceback sk-secret", "text/plain", "isn't answering at the moment"),
        (200, "<html>sk-secret</html>", "text/html", "returned a web page"),
        (429, "", "text/plain", "is rate-limiting this bot"),
        (403, "未登录", "text/plain", "doesn't allow this"),
    ],
)
async def test_each_trouble_has_its_own_sentence(
    harness: BotHarness, status: int, body: str, kind: str, sentence: str
) -> None:
    harness.server.fail("*/fetch", status=status, body=body, content_type=kind)
    result = await harness.ask(RUNNING)
    assert result.ephemeral
    assert result.response is not None
    assert sentence in result.response.content
    assert "secret" not in result.response.content


async def test_autocomplete_offers_this_guild_s_tasks_and_nothing_of_another(harness: BotHarness) -> None:
    await harness.ask(GRID)
    await harness.ask(RUNNING)
    reads = len(harness.server.requests)
    offered = await harness.ann.autocomplete(harness.channel, "status", "task_id", "")
    assert [choice["value"] for choice in offered] == [RUNNING, GRID]
    assert offered[1]["name"].startswith("done · ")
    assert len(harness.server.requests) == reads
    elsewhere = harness.new_guild("Elsewhere")
    channel = elsewhere.create_text_channel("general")
    bob = elsewhere.add_member(harness.env.create_user("bob"))
    assert await bob.autocomplete(channel, "status", "task_id", "") == []


async def test_ten_viewers_of_one_task_cost_one_read(harness: BotHarness) -> None:
    channels = [harness.guild.create_text_channel(f"room-{n}") for n in range(10)]
    for channel in channels:
        await harness.ann.slash(channel, "status", task_id=RUNNING)
    assert len(harness.reads) == 1
    await harness.wait(40)
    assert {channel.last_message.embeds[0].title for channel in channels if channel.last_message} == {"Done"}
    reads = [each for each in harness.reads if each.method == "POST"]
    assert all(each.ids == (RUNNING,) for each in reads)
    assert len(reads) <= 40  # one a second, whatever the number of viewers


async def test_the_same_message_reaches_its_end_across_a_restart(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    await harness.ask(RUNNING)
    await harness.wait(12)
    assert harness.card.title == "In progress"
    await bot_factory.restart(harness)
    await harness.wait(40)
    assert [message.embeds[0].title for message in harness.messages] == ["Done"]


async def test_a_deleted_message_stops_its_watch(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    await harness.wait(3)
    owner = harness.guild.add_member(harness.guild.owner)
    await owner.delete(harness.messages[0])
    await harness.wait(10)
    assert await harness.bot.app.stores.watches.open_watches() == []
    reads = len(harness.server.requests)
    await harness.wait(60)
    assert len(harness.server.requests) == reads


async def test_a_channel_that_the_bot_cannot_see_for_a_while_shows_the_end_afterwards(
    harness: BotHarness,
) -> None:
    await harness.ask(RUNNING)
    harness.end_tokens()
    harness.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001, times=4)
    await harness.wait(120)
    assert harness.card.title == "Done"
    assert harness.labels(harness.messages[0])
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_it_works_in_a_direct_message(harness: BotHarness) -> None:
    user = harness.env.create_user("dora")
    await user.slash("status", task_id=RUNNING)
    await harness.wait(40)
    message = user.dm_channel.last_message
    assert message is not None
    assert message.embeds[0].title == "Done"


async def test_a_channel_that_the_bot_cannot_see_gets_one_card_that_says_so(harness: BotHarness) -> None:
    hidden = harness.guild.create_text_channel("hidden")
    role = next(r for r in harness.env.backend.get_guild(harness.guild.id).roles.values() if r.managed)
    role.permissions &= ~discord.Permissions(view_channel=True).value
    everyone = harness.env.backend.get_guild(harness.guild.id).everyone_role
    everyone.permissions &= ~discord.Permissions(view_channel=True).value
    viewer = harness.guild.create_role(
        "viewers", permissions=discord.Permissions(view_channel=True, use_application_commands=True)
    )
    zoe = harness.guild.add_member(harness.env.create_user("zoe"), roles=[viewer])
    result = await zoe.slash(hidden, "status", task_id=RUNNING)
    assert result.response is not None
    assert "missing the **View Channel** permission" in (result.response.embeds[0].description or "")
    assert await harness.bot.app.stores.watches.open_watches() == []
    edits = len(harness.env.http_requests)
    await harness.wait(30)
    assert len(harness.env.http_requests) == edits
    again = await zoe.click(result.response.message, label="Refresh")
    assert again.acknowledged


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [
        ("view_channel", "**View Channel** permission here. I couldn't show the result, so nothing was"),
        ("embed_links", "**Embed Links**"),
    ],
)
async def test_a_press_whose_result_could_not_be_shown_is_refused_before_it_costs_anything(
    harness: BotHarness, lacking: str, sentence: str
) -> None:
    await harness.show(GRID)
    card = harness.messages[0]
    guild = harness.env.backend.get_guild(harness.guild.id)
    viewer = harness.guild.create_role("viewers", permissions=discord.Permissions(view_channel=True))
    zoe = harness.guild.add_member(harness.env.create_user("zoe"), roles=[viewer])
    for role in [guild.everyone_role, *(each for each in guild.roles.values() if each.managed)]:
        role.permissions &= ~discord.Permissions(**{lacking: True}).value
    custom_id = harness.button(card, "U1").custom_id
    assert custom_id is not None
    told = await zoe.click(card, custom_id=custom_id)
    assert told.ephemeral
    assert told.response is not None
    assert sentence in told.response.content
    assert harness.world.log == []


async def test_a_picture_that_cannot_be_fetched_is_said_and_not_linked_on_a_private_host(
    harness: BotHarness,
) -> None:
    harness.server.fail("/attachments/*", status=404)
    await harness.ask(GRID)
    await harness.wait(3)
    assert "The picture couldn't be shown here.\n" in (harness.card.description or "")
    assert "127.0.0.1" not in (harness.card.description or "")
    assert "V4" in harness.labels(harness.messages[0])[1]


async def test_ten_cards_of_one_task_fetch_its_picture_once(harness: BotHarness) -> None:
    for number in range(10):
        channel = harness.guild.create_text_channel(f"room-{number}")
        await harness.ann.slash(channel, "status", task_id=GRID)
    await harness.wait(2)
    assert sum("/attachments/" in each.path for each in harness.server.requests) == 1


async def test_without_attach_files_the_card_keeps_its_buttons_and_the_person_is_told(
    harness: BotHarness,
) -> None:
    role = next(r for r in harness.env.backend.get_guild(harness.guild.id).roles.values() if r.managed)
    role.permissions &= ~discord.Permissions(attach_files=True).value
    everyone = harness.env.backend.get_guild(harness.guild.id).everyone_role
    everyone.permissions &= ~discord.Permissions(attach_files=True).value
    harness.env.inject_error("PATCH", "/webhooks/*/messages/*", status=403, code=50013)
    result = await harness.ask(GRID)
    assert "missing the **Attach Files** permission here" in result.followups[-1].content
    await harness.wait(3)
    card = min(harness.messages, key=lambda message: message.id)
    assert card.attachments == []
    assert "V4" in harness.labels(card)[1]
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_a_card_that_has_just_ended_keeps_its_end_when_somebody_asks_again(harness: BotHarness) -> None:
    await harness.ask(GRID)
    await harness.ask(GRID)
    await harness.wait(5)
    assert [message.embeds[0].title for message in harness.messages] == ["Done", "Done"]
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_a_second_status_of_one_id_makes_a_new_card_and_the_older_one_points_to_it(
    harness: BotHarness,
) -> None:
    await harness.ask(RUNNING)
    await harness.wait(5)
    await harness.ask(RUNNING)
    await harness.wait(40)
    old, new = sorted(harness.messages, key=lambda message: message.id)
    assert old.embeds[0].title == "Continues below"
    assert str(new.id) in (old.embeds[0].description or "")
    assert new.embeds[0].title == "Done"


async def test_an_outage_shows_as_unreachable_and_ends_by_itself(harness: BotHarness) -> None:
    await harness.ask(RUNNING)
    await harness.wait(10)
    harness.server.drop("/mj/*")
    await harness.wait(75)
    assert harness.card.title in ("Last seen: in progress", "Last seen: queued")
    harness.server.clear_faults()
    await harness.wait(75)
    assert harness.card.title == "Done"


@pytest.mark.parametrize("batch", ["missing", "ignores-ids"])
async def test_a_server_without_a_batch_read_is_read_task_by_task(harness: BotHarness, batch: str) -> None:
    harness.server.batch = batch  # type: ignore[assignment]
    await harness.ask(RUNNING)
    await harness.wait(45)
    assert harness.card.title == "Done"


async def test_tasks_that_cannot_be_read_delay_no_other_where_each_is_read_by_itself(
    harness: BotHarness,
) -> None:
    harness.server.batch = "missing"
    there, steps = harness.in_language("en-US"), [(0, "IN_PROGRESS", "46%"), (40, "SUCCESS", "100%")]
    names = [f"17306217181500{n}" for n in range(10, 16)]
    for name in names:
        harness.world.add(name, steps, start=harness.env.now().timestamp())
    await there.ask(names[0])
    for name in names[1:]:
        await harness.ask(name)
        await harness.wait(2)
        harness.server.fail(f"/mj/task/{name}/fetch", status=500)
    await harness.wait(35)
    assert there.card.title == "Done"


async def test_a_retry_after_is_obeyed_although_another_task_can_be_read(harness: BotHarness) -> None:
    harness.server.batch = "missing"
    there, steps = harness.in_language("en-US"), [(0, "IN_PROGRESS", "46%")]
    names = ["1730621718150010", "1730621718150011"]
    for name in names:
        harness.world.add(name, steps, start=harness.env.now().timestamp())
    await there.ask(names[0])
    await harness.ask(names[1])
    await harness.wait(5)
    limited = f"/mj/task/{names[1]}/fetch"
    harness.server.fail(limited, status=429, headers={"Retry-After": "100"})
    harness.server.requests.clear()
    await harness.wait(280)
    assert 1 <= len([each for each in harness.reads if each.path == limited]) <= 3
