"""Silence, loss and other ends, as a person sees them."""

from __future__ import annotations

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotFactory, BotHarness

MINE = "1730621718150001"


async def test_a_task_that_stands_still_is_quiet_after_three_minutes_and_costs_one_edit(
    harness: BotHarness,
) -> None:
    harness.world.add(MINE, [(0, "IN_PROGRESS", "46%"), (400, "IN_PROGRESS", "62%")])
    await harness.ask(MINE)
    await harness.wait(170)
    assert harness.card.title == "In progress"
    before = len(harness.env.http_requests)
    await harness.wait(60)
    assert harness.card.title == "In progress (no news lately)"
    await harness.wait(120)
    assert len(harness.env.http_requests) == before + 1
    await harness.wait(80)
    assert harness.card.title == "In progress"


async def test_a_task_that_the_service_forgets_is_lost_and_look_again_brings_it_back(
    harness: BotHarness,
) -> None:
    harness.world.add(MINE, [(0, "IN_PROGRESS", "46%")])
    await harness.ask(MINE)
    await harness.wait(5)
    harness.world.forget(MINE)
    await harness.wait(90)
    assert harness.card.title == "Lost"
    assert harness.labels(harness.messages[0]) == [["Refresh"]]
    refused = await harness.press(harness.messages[0], "Refresh")
    assert "doesn't know" in refused.followups[-1].content
    assert harness.card.title == "Lost"
    harness.world.add(MINE, [(0, "IN_PROGRESS", "62%"), (20, "SUCCESS", "100%")])
    await harness.press(harness.messages[0], "Refresh")
    await harness.wait(2)
    assert harness.card.title == "In progress"
    await harness.wait(30)
    assert harness.card.title == "Done"
    public = [message for message in harness.messages if not message.flags.ephemeral]
    assert len(public) == 1


async def test_a_watch_ends_after_its_limit_and_says_so(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    await bot_factory.restart(harness, watch_limit=1.0)
    harness.world.add(MINE, [(0, "SUBMITTED", "0%")])
    await harness.ask(MINE)
    await harness.wait(3000)
    await harness.wait(700)
    assert harness.card.title == "No longer watching"
    assert "Stopped watching after 1 h 0 min." in (harness.card.description or "")
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_a_failure_gives_the_reason(harness: BotHarness) -> None:
    await harness.ask(DemoIds.FAILED)
    assert harness.card.title == "Failed"
    assert "**Reason given:** \\[Invalid parameter\\]" in (harness.card.description or "")
    assert harness.messages[0].components == []


async def test_a_description_shows_its_text(harness: BotHarness) -> None:
    await harness.ask(DemoIds.DESCRIBE)
    assert "1️⃣" in (harness.card.description or "")
    assert "\n> " not in (harness.card.description or "")


async def test_a_server_that_is_not_allowed_is_told_so(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    await bot_factory.restart(harness, allowed_guilds=frozenset({1}))
    result = await harness.ask(GRID)
    assert result.response is not None
    assert result.response.content.startswith("This bot isn't enabled in this server.")
    assert harness.reads == []


async def test_more_than_25_buttons_are_all_within_reach(harness: BotHarness) -> None:
    buttons = [
        {"customId": f"MJ::JOB::variation::{n}::uuid", "label": f"B{n}", "emoji": "", "type": 2, "style": 2}
        for n in range(1, 31)
    ]
    harness.world.add(MINE, [(0, "SUCCESS", "100%")], buttons=buttons, start=0.0)
    await harness.show(MINE)
    assert sum(map(len, harness.labels(harness.messages[0]))) == 25
    delivered = await harness.press(harness.messages[0], "More…")
    assert delivered.ephemeral
    assert delivered.response is not None
    assert [each.label for each in harness.menu(delivered.response.message)] == [
        f"B{n}" for n in range(25, 31)
    ]
    await harness.pick(delivered.response.message, "B30")
    await harness.wait(2)
    assert [each.custom_id for each in harness.world.log] == ["MJ::JOB::variation::30::uuid"]


async def test_a_press_on_a_task_that_the_service_forgot_says_so_and_leaves_nothing(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    await harness.show(GRID)
    await bot_factory.restart(harness, database=":memory:")
    harness.world.forget(GRID)
    result = await harness.press(harness.messages[0], "U1")
    assert f"doesn't know `{GRID}`" in result.followups[-1].content
    assert len([message for message in harness.messages if not message.flags.ephemeral]) == 1


async def test_a_waiting_task_says_what_it_waits_for(harness: BotHarness) -> None:
    await harness.ask(DemoIds.MODAL)
    assert harness.card.title == "Waiting for a prompt"


async def test_a_card_lives_past_minute_fifteen(harness: BotHarness) -> None:
    harness.world.add(MINE, [(0, "SUBMITTED", "0%"), (1000, "IN_PROGRESS", "46%"), (1010, "SUCCESS", "100%")])
    await harness.ask(MINE)
    await harness.wait(980)
    assert harness.card.title == "Queued"
    await harness.wait(60)
    assert [message.embeds[0].title for message in harness.messages] == ["Done"]


async def test_a_card_lives_past_hour_one(harness: BotHarness) -> None:
    steps = [
        (0, "SUBMITTED", "0%"),
        (4000, "IN_PROGRESS", "10%"),
        (4100, "IN_PROGRESS", "50%"),
        (4300, "SUCCESS", ""),
    ]
    harness.world.add(MINE, steps)
    await harness.ask(MINE)
    await harness.wait(4060)
    assert harness.card.title == "In progress"
    before = len(harness.env.http_requests)
    await harness.wait(100)
    assert len(harness.env.http_requests) == before, "progress is not worth an edit of an old message"
    await harness.wait(200)
    assert harness.card.title == "Done"


async def test_typing_narrows_what_is_offered(harness: BotHarness) -> None:
    for task_id in (GRID, RUNNING, SINGLE):
        await harness.ask(task_id)
    offered = await harness.ann.autocomplete(harness.channel, "status", "task_id", RUNNING[-5:])
    assert [choice["value"] for choice in offered] == [RUNNING]
    offered = await harness.ann.autocomplete(harness.channel, "status", "task_id", "no such words")
    assert offered == []
