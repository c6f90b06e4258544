"""Silence, loss and other ends, as a person sees them."""

from __future__ import annotations

from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, RUNNING, SINGLE, Stage, Theatre

MINE = "1730621718150001"


async def test_a_task_that_stands_still_is_quiet_after_three_minutes_and_costs_one_edit(stage: Stage) -> None:
    stage.world.add(MINE, [(0, "IN_PROGRESS", "46%"), (400, "IN_PROGRESS", "62%")])
    await stage.ask(MINE)
    await stage.wait(170)
    assert stage.card.title == "In progress"
    before = len(stage.env.http_requests)
    await stage.wait(60)
    assert stage.card.title == "In progress, but quiet"
    await stage.wait(120)
    assert len(stage.env.http_requests) == before + 1
    await stage.wait(80)
    assert stage.card.title == "In progress"


async def test_a_task_that_the_service_forgets_is_lost_and_look_again_brings_it_back(stage: Stage) -> None:
    stage.world.add(MINE, [(0, "IN_PROGRESS", "46%")])
    await stage.ask(MINE)
    await stage.wait(5)
    stage.world.forget(MINE)
    await stage.wait(90)
    assert stage.card.title == "Lost"
    assert stage.labels(stage.messages[0]) == [["Look again"]]
    refused = await stage.press(stage.messages[0], "Look again")
    assert "does not know" in refused.followups[-1].content
    assert stage.card.title == "Lost"
    stage.world.add(MINE, [(0, "IN_PROGRESS", "62%"), (20, "SUCCESS", "100%")])
    await stage.press(stage.messages[0], "Look again")
    await stage.wait(2)
    assert stage.card.title == "In progress"
    await stage.wait(30)
    assert stage.card.title == "Done"
    public = [message for message in stage.messages if not message.flags.ephemeral]
    assert len(public) == 1


async def test_a_watch_ends_after_its_limit_and_says_so(theatre: Theatre) -> None:
    stage = await theatre.open()
    await theatre.restart(stage, watch_limit=1.0)
    stage.world.add(MINE, [(0, "SUBMITTED", "0%")])
    await stage.ask(MINE)
    await stage.wait(3000)
    await stage.wait(700)
    assert stage.card.title == "No longer watching"
    assert "No end was seen within 1 h 0 min." in (stage.card.description or "")
    assert await stage.bot.store.open_watches() == []


async def test_a_failure_gives_the_reason(stage: Stage) -> None:
    await stage.ask(DemoIds.FAILED)
    assert stage.card.title == "Failed"
    assert "**Reason given:** \\[Invalid parameter\\]" in (stage.card.description or "")
    assert stage.messages[0].components == []


async def test_a_description_shows_its_text(stage: Stage) -> None:
    await stage.ask(DemoIds.DESCRIBE)
    assert "1️⃣" in (stage.card.description or "")
    assert "\n> " not in (stage.card.description or "")


async def test_a_server_that_is_not_allowed_is_told_so(theatre: Theatre) -> None:
    stage = await theatre.open()
    await theatre.restart(stage, allowed_guilds=frozenset({1}))
    result = await stage.ask(GRID)
    assert result.response is not None
    assert result.response.content.startswith("This bot may not be used in this server.")
    assert stage.server.requests == []


async def test_more_than_25_buttons_are_all_within_reach(stage: Stage) -> None:
    buttons = [
        {"customId": f"MJ::JOB::variation::{n}::uuid", "label": f"B{n}", "emoji": "", "type": 2, "style": 2}
        for n in range(1, 31)
    ]
    stage.world.add(MINE, [(0, "SUCCESS", "100%")], buttons=buttons, start=0.0)
    await stage.show(MINE)
    assert sum(map(len, stage.labels(stage.messages[0]))) == 25
    shown = await stage.press(stage.messages[0], "More…")
    assert shown.ephemeral
    assert shown.response is not None
    assert [each.label for each in stage.menu(shown.response.message)] == [f"B{n}" for n in range(25, 31)]
    await stage.pick(shown.response.message, "B30")
    await stage.wait(2)
    assert [each.custom_id for each in stage.world.log] == ["MJ::JOB::variation::30::uuid"]


async def test_a_press_on_a_task_that_the_service_forgot_says_so_and_leaves_nothing(theatre: Theatre) -> None:
    stage = await theatre.open()
    await stage.show(GRID)
    await theatre.restart(stage, database=":memory:")
    stage.world.forget(GRID)
    result = await stage.press(stage.messages[0], "U1")
    assert f"does not know `{GRID}`" in result.followups[-1].content
    assert len([message for message in stage.messages if not message.flags.ephemeral]) == 1


async def test_a_waiting_task_says_what_it_waits_for(stage: Stage) -> None:
    await stage.ask(DemoIds.MODAL)
    assert stage.card.title == "Waiting for your words"


async def test_a_card_lives_past_minute_fifteen(stage: Stage) -> None:
    stage.world.add(MINE, [(0, "SUBMITTED", "0%"), (1000, "IN_PROGRESS", "46%"), (1010, "SUCCESS", "100%")])
    await stage.ask(MINE)
    await stage.wait(980)
    assert stage.card.title == "Queued"
    await stage.wait(60)
    assert [message.embeds[0].title for message in stage.messages] == ["Done"]


async def test_a_card_lives_past_hour_one(stage: Stage) -> None:
    steps = [
        (0, "SUBMITTED", "0%"),
        (4000, "IN_PROGRESS", "10%"),
        (4100, "IN_PROGRESS", "50%"),
        (4300, "SUCCESS", ""),
    ]
    stage.world.add(MINE, steps)
    await stage.ask(MINE)
    await stage.wait(4060)
    assert stage.card.title == "In progress"
    before = len(stage.env.http_requests)
    await stage.wait(100)
    assert len(stage.env.http_requests) == before, "progress is not worth an edit of an old message"
    await stage.wait(200)
    assert stage.card.title == "Done"


async def test_typing_narrows_what_is_offered(stage: Stage) -> None:
    for task_id in (GRID, RUNNING, SINGLE):
        await stage.ask(task_id)
    offered = await stage.ann.autocomplete(stage.channel, "status", "task_id", RUNNING[-5:])
    assert [choice["value"] for choice in offered] == [RUNNING]
    offered = await stage.ann.autocomplete(stage.channel, "status", "task_id", "no such words")
    assert offered == []
