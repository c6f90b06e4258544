"""Pressing a task's own buttons."""

from __future__ import annotations

import json

import discord
import pytest

from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.dialects import DIALECTS
from tests.bot.conftest import GRID, RUNNING, SINGLE, BotFactory, BotHarness

MINE = "1730621718150001"


@pytest.fixture(params=sorted(set(DIALECTS) - {"original"}))
async def harness(request: pytest.FixtureRequest, bot_factory: BotFactory) -> BotHarness:
    """Before every kind of image service whose tasks have buttons."""
    return await bot_factory.open(request.param)


async def test_a_press_is_submitted_once_and_its_answer_becomes_the_child_s_card(harness: BotHarness) -> None:
    await harness.show(GRID)
    parent = harness.messages[0]
    await harness.press(parent, "U1")
    assert len(harness.world.log) == 1
    await harness.wait(40)
    child = max(harness.messages, key=lambda message: message.id)
    assert child.id != parent.id
    assert child.embeds[0].title == "Done"
    assert child.embeds[0].footer.text == f"U1 · {harness.world.log[0].child_id}"
    assert len(harness.messages) == 2
    assert len(harness.world.log) == 1


async def test_the_pressed_button_turns_blue_and_says_where_its_result_is(harness: BotHarness) -> None:
    await harness.show(GRID)
    parent = harness.messages[0]
    await harness.press(parent, "U1")
    await harness.wait(20)
    parent = min(harness.messages, key=lambda message: message.id)
    assert harness.button(parent, "U1").style.name == "primary"
    assert len(parent.attachments) == 1
    again = await harness.press(parent, "U1")
    assert again.ephemeral
    assert again.response is not None
    assert again.response.content.startswith("*U1* already exists: https://discord.com/channels/")
    assert len(harness.world.log) == 1


async def test_a_second_variation_is_made_only_by_do_it_again(harness: BotHarness) -> None:
    await harness.show(GRID)
    parent = harness.messages[0]
    await harness.press(parent, "V2")
    await harness.wait(3)
    told = await harness.press(min(harness.messages, key=lambda message: message.id), "V2")
    assert told.ephemeral
    assert told.response is not None
    assert told.response.content.startswith("*V2* already exists: https://discord.com/channels/")
    assert len(harness.world.log) == 1
    await harness.press(told.response.message, "Do it again")
    await harness.wait(3)
    assert len(harness.world.log) == 2
    await harness.press(told.response.message, "Do it again")
    await harness.wait(3)
    assert len(harness.world.log) == 2  # that button was for the second one


async def test_a_press_works_after_a_restart(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    await harness.show(GRID)
    await bot_factory.restart(harness)
    await harness.press(harness.messages[0], "U3")
    await harness.wait(20)
    assert {message.embeds[0].title for message in harness.messages} == {"Done"}
    assert len(harness.world.log) == 1


async def test_a_press_works_on_a_message_whose_task_the_database_has_never_seen(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    await harness.show(GRID)
    await bot_factory.restart(harness, database=":memory:")
    await harness.press(harness.messages[0], "U3")
    await harness.wait(20)
    assert len(harness.messages) == 2
    assert len(harness.world.log) == 1


async def test_a_refused_press_is_told_in_private_and_leaves_no_message(harness: BotHarness) -> None:
    await harness.show(GRID)
    harness.server.fail(
        "/mj/submit/action",
        status=200,
        body='{"code":24,"description":"no","properties":{"bannedWord":"rude"}}',
        content_type="application/json",
    )
    result = await harness.press(harness.messages[0], "V1")
    assert 'rejects the word "rude". Nothing was started' in result.followups[-1].content
    await harness.wait(2)
    assert len([message for message in harness.messages if not message.flags.ephemeral]) == 1
    assert not harness.button(harness.messages[0], "V1").disabled


async def test_a_lost_answer_says_that_it_may_have_started_and_is_not_sent_again(harness: BotHarness) -> None:
    await harness.show(GRID)
    harness.server.drop("/mj/submit/action")
    result = await harness.press(harness.messages[0], "U1")
    assert "may or may not have started" in result.followups[-1].content
    await harness.wait(30)
    assert sum(each.path == "/mj/submit/action" for each in harness.server.requests) == 1


async def test_a_child_whose_first_card_is_refused_gets_it_by_the_channel_route(harness: BotHarness) -> None:
    await harness.show(GRID)
    harness.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=500, times=None)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(20)
    assert [message.embeds[0].title for message in harness.messages] == ["Done", "Done"]
    parent = min(harness.messages, key=lambda message: message.id)
    assert harness.button(parent, "U1").style.name == "primary"


async def test_after_a_lost_answer_only_do_it_again_sends_it_again(harness: BotHarness) -> None:
    await harness.show(GRID)
    harness.server.drop("/mj/submit/action", times=1)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(2)
    for _ in range(2):
        told = await harness.press(harness.messages[0], "U1")
        assert told.ephemeral
        assert told.response is not None
        assert "may or may not have started" in told.response.content
    assert harness.world.log == []
    assert told.response is not None
    await harness.press(told.response.message, "Do it again")
    await harness.wait(2)
    assert len(harness.world.log) == 1


async def test_a_bookmark_is_confirmed_or_refused_and_makes_no_card(
    harness: BotHarness, request: pytest.FixtureRequest
) -> None:
    await harness.show(SINGLE)
    result = await harness.press(harness.messages[0], "❤️")
    said = {"plus": "didn't accept *Like*", "new-api": "doesn't support *Like*"}
    dialect = request.node.callspec.params["harness"]
    assert said.get(dialect, "❤️ Liked.") in result.followups[-1].content
    await harness.wait(2)
    assert len([message for message in harness.messages if not message.flags.ephemeral]) == 1


async def test_a_button_from_another_version_is_answered_politely(harness: BotHarness) -> None:
    await harness.show(RUNNING)
    message = harness.env.backend.get_message(harness.channel.id, harness.messages[0].id)
    message.components = [
        {"type": 1, "components": [{"type": 2, "style": 2, "label": "U1", "custom_id": f"mj0:u:{GRID}:1"}]}
    ]
    result = await harness.ann.click(harness.messages[0], custom_id=f"mj0:u:{GRID}:1")
    assert result.response is not None
    assert result.response.content == (
        f"This button is from an older version. Use `/status {GRID}` to get a fresh card."
    )


async def test_a_place_in_the_queue_is_told(harness: BotHarness, request: pytest.FixtureRequest) -> None:
    harness.world.ahead = 3
    await harness.show(GRID)
    await harness.press(harness.messages[0], "V1")
    child = max(harness.messages, key=lambda message: message.id)
    assert child.embeds[0].title == "Queued"
    rewritten = request.node.callspec.params["harness"] == "new-api"  # it says 1 for 22, and no place
    assert ("3 ahead" in (child.embeds[0].description or "")) is not rewritten


async def test_a_picture_that_is_not_ready_for_a_moment_is_asked_for_once_more(harness: BotHarness) -> None:
    await harness.show(GRID)
    early = json.dumps({"code": 4, "description": "关联任务状态错误"})
    harness.server.fail("/mj/submit/action", 200, early, "application/json", times=1)
    await harness.press(harness.messages[0], "V1")
    await harness.wait(5)
    assert len(harness.messages) == 2
    assert len(harness.world.log) == 1


async def test_an_answer_that_was_lost_after_the_press_was_accepted_is_never_sent_again(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    harness.server.lose("/mj/submit/action", times=1)
    result = await harness.press(harness.messages[0], "V1")
    assert "may or may not have started" in result.followups[-1].content
    await harness.wait(90)
    assert len(harness.world.log) == 1


async def test_every_button_of_a_video_works(harness: BotHarness, request: pytest.FixtureRequest) -> None:
    await harness.show(SINGLE)
    parent = harness.messages[0]
    result = await harness.press(parent, "Animate (High motion)")
    if not DIALECTS[request.node.callspec.params["harness"]].offers("MJ::JOB::animate_high::1::x::SOLO"):
        assert "doesn't support *Animate" in result.followups[-1].content
        return
    await harness.wait(40)
    video = max(harness.messages, key=lambda message: message.id)
    assert video.embeds[0].title == "Done"
    assert [each.content_type for each in video.attachments] == ["video/mp4"] * 4
    assert harness.labels(video)[0] == ["U1", "U2", "U3", "U4", "🔄"]
    await harness.press(video, "U2")
    await harness.wait(20)
    clip = max(harness.messages, key=lambda message: message.id)
    assert [each.content_type for each in clip.attachments] == ["video/mp4"]
    assert harness.labels(clip)[0] == ["Extend (High motion)", "Extend (Low motion)"]
    assert "U2 of [this picture](" in (clip.embeds[0].description or "")
    await harness.press(clip, "Extend (Low motion)")
    await harness.wait(40)
    assert [each.embeds[0].title for each in harness.messages] == ["Done"] * 4
    assert len(harness.world.log) == 3


async def test_what_a_relay_does_not_know_is_dim_on_every_card_of_it_and_tried_again_a_day_later(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open("new-api")
    harness.world.add(MINE, [(0, "SUCCESS", "100%")], result="single", start=0.0)
    for each in (SINGLE, MINE):
        await harness.show(each)
        card = max(harness.messages, key=lambda message: message.id)
        await harness.press(card, "Animate (High motion)")
        await harness.wait(2)
    await bot_factory.restart(harness)
    await harness.show(MINE)
    other = max((each for each in harness.messages if each.embeds), key=lambda message: message.id)
    assert harness.button(other, "Animate (High motion)").disabled
    assert not harness.button(other, "Animate (Low motion)").disabled
    await harness.wait(25 * 3600)
    await harness.show(MINE)
    newest = max((each for each in harness.messages if each.embeds), key=lambda message: message.id)
    assert not harness.button(newest, "Animate (High motion)").disabled


async def test_an_action_that_nobody_has_heard_of_is_pressed_like_any_other(harness: BotHarness) -> None:
    """The service is asked for exactly the customId that it gave, once; what it makes of it is its own."""
    strange = "MJ::JOB::paint_in_oil::1::0f0e-not-a-uuid::SOLO::v99"
    button = {"customId": strange, "emoji": "", "label": "Oil", "type": 2, "style": 2}
    harness.world.add(MINE, [(0, "SUCCESS", "100%")], buttons=[button], start=0.0)
    await harness.wait(20)
    await harness.show(MINE)
    body = json.dumps({"code": 1, "description": "Submit success", "result": DemoIds.RUNNING})
    harness.server.fail("/mj/submit/action", 200, body, "application/json", times=1)
    await harness.press(harness.messages[0], "Oil")
    await harness.wait(60)
    assert [each.embeds[0].title for each in harness.messages] == ["Done", "Done"]
    assert sum(each.path == "/mj/submit/action" for each in harness.server.requests) == 1


UNKNOWN = {"error": {"message": "Invalid request, unknown_action:x", "type": "new_api_error"}}


async def _refuse_once(harness: BotHarness, message: discord.Message, label: str) -> None:
    """Press while the service calls every action unknown, once."""
    harness.server.fail("/mj/submit/action", 400, json.dumps(UNKNOWN), "application/json", times=1)
    told = await harness.press(message, label)
    assert f"doesn't support *{label}*" in told.followups[-1].content


async def test_one_odd_answer_about_u1_dims_no_other_card_and_a_success_lights_it_again(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    harness.world.add(MINE, [(0, "SUCCESS", "100%")], start=0.0)
    await harness.show(GRID)
    await _refuse_once(harness, harness.messages[0], "U1")
    await harness.wait(2)
    odd = harness.messages[0]
    assert harness.button(odd, "U1").disabled
    assert not harness.button(odd, "U2").disabled
    await harness.show(MINE)
    mine = max(harness.messages, key=lambda message: message.id)
    assert not harness.button(mine, "U1").disabled
    await harness.press(mine, "U2")
    await harness.wait(2)
    odd = min(harness.messages, key=lambda message: message.id)
    assert not harness.button(odd, "U1").disabled


async def test_imagine_all_that_is_refused_dims_none_of_the_four_numbers(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()  # it knows the numbers, and not "Imagine all"
    described = harness.world.peek(DemoIds.DESCRIBE, bot_factory.time.now())
    assert described is not None
    harness.world.add(
        MINE, [(0, "SUCCESS", "100%")], action="DESCRIBE", buttons=described["buttons"], start=0.0
    )
    for each in (DemoIds.DESCRIBE, MINE):
        await harness.show(each)
        card = max(harness.messages, key=lambda message: message.id)
        told = await harness.press(card, "Imagine all")
        assert "doesn't support *Imagine all*" in told.followups[-1].content
        await harness.wait(2)
    await harness.show(DemoIds.DESCRIBE)
    card = max(harness.messages, key=lambda message: message.id)
    assert harness.button(card, "Imagine all").disabled
    assert not any(harness.button(card, f"{n}\ufe0f\u20e3").disabled for n in range(1, 5))


async def test_a_kind_that_two_tasks_were_refused_is_dimmed_until_a_press_of_an_older_card_succeeds(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    tasks = [str(int(MINE) + n) for n in range(3)]
    for each in tasks:
        harness.world.add(each, [(0, "SUCCESS", "100%")], start=0.0)
        await harness.show(each)
    first, second, third = sorted(harness.messages, key=lambda message: message.id)
    await _refuse_once(harness, first, "V1")
    await _refuse_once(harness, second, "V2")
    await harness.wait(2)
    await harness.show(GRID)
    newest = max(harness.messages, key=lambda message: message.id)
    assert [harness.button(newest, f"V{n}").disabled for n in range(1, 5)] == [True] * 4
    assert not harness.button(newest, "U1").disabled
    await harness.press(third, "V3")  # it was drawn before: the service is asked
    await harness.wait(2)
    first = min(harness.messages, key=lambda message: message.id)
    assert not harness.button(first, "V1").disabled
    await harness.show(GRID)
    newest = max(harness.messages, key=lambda message: message.id)
    assert not harness.button(newest, "V1").disabled


async def test_a_wait_that_cannot_be_shown_goes_on_all_the_same(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    await harness.show(GRID)
    harness.world.full = True
    harness.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=404, code=10008, times=1)
    await harness.press(harness.messages[0], "V1")
    harness.world.full = False
    await harness.wait(60)
    assert len([each for each in harness.world.log if each.child_id]) == 1


async def test_words_of_spaces_alone_are_no_words(harness: BotHarness) -> None:
    await harness.show(SINGLE)
    window = await harness.press(harness.messages[0], "Custom Zoom")
    told = await harness.ann.submit_modal(window, {"prompt": "   "})
    assert told.response is not None
    assert "Please write a prompt" in told.response.content
    assert harness.world.log == []


async def test_two_children_of_one_button_can_be_told_apart_on_every_card(harness: BotHarness) -> None:
    await harness.show(GRID)
    grid = harness.messages[0]
    await harness.press(grid, "V1")
    again = await harness.press(grid, "V1")
    assert again.response is not None
    await harness.press(again.response.message, "Do it again")
    await harness.wait(60)
    parent, first, second = [each for each in harness.messages if not each.flags.ephemeral]
    assert "[V1](" in (parent.embeds[0].description or "")
    assert "[V1 (2)](" in (parent.embeds[0].description or "")
    assert "V1 of [this picture]" in (first.embeds[0].description or "")
    assert "V1 (2) of [this picture]" in (second.embeds[0].description or "")
