"""Pressing a task's own buttons."""

from __future__ import annotations

from tests.bot.conftest import GRID, RUNNING, SINGLE, Stage, Theatre


async def test_a_press_is_submitted_once_and_its_answer_becomes_the_child_s_card(stage: Stage) -> None:
    await stage.show(GRID)
    parent = stage.messages[0]
    await stage.press(parent, "U1")
    assert len(stage.world.log) == 1
    await stage.wait(20)
    child = max(stage.messages, key=lambda message: message.id)
    assert child.id != parent.id
    assert child.embeds[0].title == "Done"
    assert child.embeds[0].footer.text == f"Upscale · {stage.world.log[0].child_id}"
    assert len(stage.messages) == 2
    assert len(stage.world.log) == 1


async def test_the_pressed_button_turns_blue_and_says_where_its_result_is(stage: Stage) -> None:
    await stage.show(GRID)
    parent = stage.messages[0]
    await stage.press(parent, "U1")
    await stage.wait(20)
    parent = min(stage.messages, key=lambda message: message.id)
    assert stage.button(parent, "U1").style.name == "primary"
    assert len(parent.attachments) == 1
    again = await stage.press(parent, "U1")
    assert again.ephemeral
    assert again.response is not None
    assert again.response.content.startswith("U1 was already made: https://discord.com/channels/")
    assert len(stage.world.log) == 1


async def test_a_second_variation_is_made_only_by_do_it_again(stage: Stage) -> None:
    await stage.show(GRID)
    parent = stage.messages[0]
    await stage.press(parent, "V2")
    await stage.wait(3)
    told = await stage.press(min(stage.messages, key=lambda message: message.id), "V2")
    assert told.ephemeral
    assert told.response is not None
    assert told.response.content.startswith("V2 was already made: https://discord.com/channels/")
    assert len(stage.world.log) == 1
    await stage.press(told.response.message, "Do it again")
    await stage.wait(3)
    assert len(stage.world.log) == 2
    await stage.press(told.response.message, "Do it again")
    await stage.wait(3)
    assert len(stage.world.log) == 2  # that button was for the second one


async def test_a_press_works_after_a_restart(theatre: Theatre) -> None:
    stage = await theatre.open()
    await stage.show(GRID)
    await theatre.restart(stage)
    await stage.press(stage.messages[0], "U3")
    await stage.wait(20)
    assert {message.embeds[0].title for message in stage.messages} == {"Done"}
    assert len(stage.world.log) == 1


async def test_a_press_works_on_a_message_whose_task_the_database_has_never_seen(theatre: Theatre) -> None:
    stage = await theatre.open()
    await stage.show(GRID)
    await theatre.restart(stage, database=":memory:")
    await stage.press(stage.messages[0], "U3")
    await stage.wait(20)
    assert len(stage.messages) == 2
    assert len(stage.world.log) == 1


async def test_a_refused_press_is_told_in_private_and_leaves_no_message(stage: Stage) -> None:
    await stage.show(GRID)
    stage.server.fail(
        "/mj/submit/action",
        status=200,
        body='{"code":24,"description":"no","properties":{"bannedWord":"rude"}}',
        content_type="application/json",
    )
    result = await stage.press(stage.messages[0], "V1")
    assert 'refuses the word "rude". Nothing was started' in result.followups[-1].content
    await stage.wait(2)
    assert len([message for message in stage.messages if not message.flags.ephemeral]) == 1
    assert not stage.button(stage.messages[0], "V1").disabled


async def test_a_lost_answer_says_that_it_may_have_started_and_is_not_sent_again(stage: Stage) -> None:
    await stage.show(GRID)
    stage.server.drop("/mj/submit/action")
    result = await stage.press(stage.messages[0], "U1")
    assert "may or may not have started" in result.followups[-1].content
    await stage.wait(30)
    assert sum(each.path == "/mj/submit/action" for each in stage.server.requests) == 1


async def test_a_child_whose_first_card_is_refused_gets_it_by_the_channel_route(stage: Stage) -> None:
    await stage.show(GRID)
    stage.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=500, times=None)
    await stage.press(stage.messages[0], "U1")
    await stage.wait(20)
    assert [message.embeds[0].title for message in stage.messages] == ["Done", "Done"]
    parent = min(stage.messages, key=lambda message: message.id)
    assert stage.button(parent, "U1").style.name == "primary"


async def test_after_a_lost_answer_only_do_it_again_sends_it_again(stage: Stage) -> None:
    await stage.show(GRID)
    stage.server.drop("/mj/submit/action", times=1)
    await stage.press(stage.messages[0], "U1")
    await stage.wait(2)
    for _ in range(2):
        told = await stage.press(stage.messages[0], "U1")
        assert told.ephemeral
        assert told.response is not None
        assert "may or may not have started" in told.response.content
    assert stage.world.log == []
    assert told.response is not None
    await stage.press(told.response.message, "Do it again")
    await stage.wait(2)
    assert len(stage.world.log) == 1


async def test_a_bookmark_is_confirmed_and_makes_no_card(stage: Stage) -> None:
    await stage.show(SINGLE)
    result = await stage.press(stage.messages[0], "❤️")
    assert "makes no new picture" in result.followups[-1].content
    await stage.wait(2)
    assert len([message for message in stage.messages if not message.flags.ephemeral]) == 1


async def test_a_button_from_another_version_is_answered_politely(stage: Stage) -> None:
    await stage.show(RUNNING)
    message = stage.env.backend.get_message(stage.channel.id, stage.messages[0].id)
    message.components = [
        {"type": 1, "components": [{"type": 2, "style": 2, "label": "U1", "custom_id": f"mj0:u:{GRID}:1"}]}
    ]
    result = await stage.ann.click(stage.messages[0], custom_id=f"mj0:u:{GRID}:1")
    assert result.response is not None
    assert result.response.content == (
        f"This button is from an older version. `/status {GRID}` makes a fresh card."
    )
