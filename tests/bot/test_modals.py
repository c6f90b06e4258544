"""Buttons that want words first, and tasks that wait for them."""

from __future__ import annotations

import pytest

from mjbot.core.model.task import TaskId
from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, SINGLE, BotFactory, BotHarness
from tests.bot.outsider import answer_to

MODAL = DemoIds.MODAL.value


@pytest.fixture(params=["", "plus", "true", "new-api"])
async def harness(request: pytest.FixtureRequest, bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open(request.param)


async def test_a_button_that_is_known_to_want_words_opens_a_window_at_once(harness: BotHarness) -> None:
    await harness.show(SINGLE)
    window = await harness.press(harness.messages[0], "Custom Zoom")
    assert harness.world.log == []
    await harness.ann.submit_modal(window, {"prompt": "a wider lake --zoom 1.5"})
    await harness.wait(60)
    child = max(harness.messages, key=lambda message: message.id)
    assert child.embeds[0].title == "Done"
    assert "a wider lake" in (child.embeds[0].description or "")
    assert [each.prompt for each in harness.world.log] == ["", "a wider lake --zoom 1.5"]


async def test_a_zoom_that_cannot_be_made_is_told_nothing_is_sent_and_no_word_is_lost(
    harness: BotHarness,
) -> None:
    await harness.show(SINGLE)
    window = await harness.press(harness.messages[0], "Custom Zoom")
    told = await harness.ann.submit_modal(window, {"prompt": "a lake that took long to write --zoom 5"})
    assert told.ephemeral
    assert told.response is not None
    assert "above 1 and at most 2" in told.response.content
    assert harness.world.log == []
    window = await harness.press(told.response.message, "Continue editing")
    assert "a lake that took long to write" in str(window.modal)


async def test_a_second_zoom_is_made_by_writing_anew_and_once_for_all_who_wrote(harness: BotHarness) -> None:
    await harness.show(SINGLE)
    first = await harness.press(harness.messages[0], "Custom Zoom")
    await harness.ann.submit_modal(first, {"prompt": "a lake --zoom 1.2"})
    await harness.wait(20)
    card = min(harness.messages, key=lambda message: message.id)
    one = await harness.press(card, "Custom Zoom")
    other = await harness.press(card, "Custom Zoom")
    await harness.ann.submit_modal(one, {"prompt": "a lake --zoom 1.4"})
    late = await harness.ann.submit_modal(other, {"prompt": "a lake --zoom 1.6"})
    assert late.response is not None
    assert "already exists" in late.response.content
    assert [each.prompt for each in harness.world.log if each.prompt] == [
        "a lake --zoom 1.2",
        "a lake --zoom 1.4",
    ]


async def test_in_remix_mode_the_child_waits_and_its_card_asks(harness: BotHarness) -> None:
    harness.world.remix = True
    await harness.show(GRID)
    await harness.press(harness.messages[0], "V1")
    await harness.wait(20)
    child = max(harness.messages, key=lambda message: message.id)
    assert child.embeds[0].title == "Waiting for a prompt"
    assert harness.labels(child) == [["Write the prompt", "Dismiss"]]
    window = await harness.press(child, "Write the prompt")
    await harness.ann.submit_modal(window, {"prompt": "a lake at night"})
    await harness.wait(60)
    child = max(harness.messages, key=lambda message: message.id)
    assert child.embeds[0].title == "Done"
    assert "a lake at night" in (child.embeds[0].description or "")
    assert len([each for each in harness.world.log if each.custom_id == "modal"]) == 1


async def test_a_waiting_task_is_answered_once(harness: BotHarness) -> None:
    await harness.show(MODAL)
    card = harness.messages[0]
    one = await harness.press(card, "Write the prompt")
    other = await harness.press(card, "Write the prompt")
    await harness.ann.submit_modal(one, {"prompt": "the first words"})
    late = await harness.ann.submit_modal(other, {"prompt": "the second words"})
    assert "already been answered" in late.followups[-1].content
    await harness.wait(60)
    assert [each.prompt for each in harness.world.log] == ["the first words"]


async def test_what_is_left_alone_starts_nothing_and_may_be_taken_up_again(harness: BotHarness) -> None:
    await harness.show(MODAL)
    await harness.press(harness.messages[0], "Dismiss")
    await harness.wait(2)
    assert harness.card.title == "Dismissed"
    assert "Nothing was started." in (harness.card.description or "")
    await harness.press(harness.messages[0], "Refresh")
    await harness.wait(2)
    assert harness.card.title == "Waiting for a prompt"
    assert harness.world.log == []


async def test_a_window_left_open_across_a_restart_is_still_answered(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    await harness.show(SINGLE)
    window = await harness.press(harness.messages[0], "Custom Zoom")
    await bot_factory.restart(harness)
    await harness.ann.submit_modal(window, {"prompt": "a wider lake --zoom 1.5"})
    await harness.wait(40)
    assert [message.embeds[0].title for message in harness.messages] == ["Done", "Done"]


async def test_a_full_queue_is_waited_for_in_sight(harness: BotHarness) -> None:
    await harness.show(GRID)
    harness.world.full = True
    await harness.press(harness.messages[0], "V1")
    child = max(harness.messages, key=lambda message: message.id)
    assert child.embeds[0].title == "Queue full, retrying"
    harness.world.full = False
    await harness.wait(70)
    child = max(harness.messages, key=lambda message: message.id)
    assert child.embeds[0].title == "Done"
    assert len([each for each in harness.world.log if each.child_id]) == 1


async def test_waiting_for_room_can_be_stopped(harness: BotHarness) -> None:
    await harness.show(GRID)
    harness.world.full = True
    await harness.press(harness.messages[0], "V1")
    child = max(harness.messages, key=lambda message: message.id)
    await harness.press(child, "Stop trying")
    await harness.wait(5)
    public = [message for message in harness.messages if not message.flags.ephemeral]
    assert [message.embeds[0].title for message in public] == ["Done"]
    assert not harness.button(public[0], "V1").disabled


async def test_kin_are_linked_both_ways(harness: BotHarness) -> None:
    await harness.show(GRID)
    parent = harness.messages[0]
    await harness.press(parent, "U2")
    await harness.wait(30)
    parent, child = sorted(harness.messages, key=lambda message: message.id)
    assert f"Made from this: [U2]({child.jump_url})" in (parent.embeds[0].description or "")
    assert f"U2 of [this picture]({parent.jump_url})" in (child.embeds[0].description or "")


async def test_status_of_kin_shows_kin_after_a_restart_too_and_a_deleted_child_is_dropped(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    await harness.show(GRID)
    await harness.press(harness.messages[0], "U2")
    await harness.press(min(harness.messages, key=lambda message: message.id), "V3")
    await harness.wait(40)
    await bot_factory.restart(harness)
    _, upscale, variation = sorted(harness.messages, key=lambda message: message.id)
    await harness.show(GRID)
    fresh = max(harness.messages, key=lambda message: message.id)
    made = f"Made from this: [U2]({upscale.jump_url}) · [V3]({variation.jump_url})"
    assert made in (fresh.embeds[0].description or "")
    owner = harness.guild.add_member(harness.guild.owner)
    await owner.delete(upscale)
    await harness.show(GRID)
    fresh = max(harness.messages, key=lambda message: message.id)
    assert f"Made from this: [V3]({variation.jump_url})" in (fresh.embeds[0].description or "")
    await harness.show(harness.world.log[1].child_id or "")
    child = max(harness.messages, key=lambda message: message.id)
    assert f"V3 of [this picture]({fresh.jump_url})" in (child.embeds[0].description or "")


async def test_imagine_all_makes_one_card_each(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("true")
    await harness.show(DemoIds.DESCRIBE.value)
    await harness.press(harness.messages[0], "Imagine all")
    await harness.wait(60)
    assert len(harness.messages) == 5
    assert {message.embeds[0].title for message in harness.messages} == {"Done"}


async def test_words_for_which_there_is_no_room_are_kept_and_tried_again_in_sight(
    harness: BotHarness,
) -> None:
    await harness.show(MODAL)
    window = await harness.press(harness.messages[0], "Write the prompt")
    harness.world.full = True
    await harness.ann.submit_modal(window, {"prompt": "a lake at night"})
    await harness.wait(3)
    assert harness.card.title == "Queue full, retrying"
    assert harness.labels(harness.messages[0]) == [["Stop trying"]]
    harness.world.full = False
    await harness.wait(70)
    assert harness.card.title == "Done"
    assert len([each for each in harness.world.log if each.child_id]) == 1


async def test_words_that_wait_for_room_can_be_taken_back(harness: BotHarness) -> None:
    await harness.show(MODAL)
    window = await harness.press(harness.messages[0], "Write the prompt")
    harness.world.full = True
    told = await harness.ann.submit_modal(window, {"prompt": "a lake at night"})
    await harness.wait(3)
    await harness.press(harness.messages[0], "Stop trying")
    await harness.wait(3)
    assert "Stopped trying *Write the prompt*. Nothing was started." in told.followups[-1].content
    card = next(each for each in harness.messages if each.embeds)
    assert card.embeds[0].title == "Waiting for a prompt"
    window = await harness.press(card, "Write the prompt")
    assert "a lake at night" in str(window.modal)


async def test_a_form_that_a_number_opens_is_titled_in_words(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    await harness.show(DemoIds.DESCRIBE)
    window = await harness.press(harness.messages[0], "1️⃣")
    assert window.modal is not None
    assert window.modal["title"] == "Imagine 1️⃣"
    await harness.ann.submit_modal(window, {"prompt": "a lake"})
    await harness.wait(60)
    child = max(harness.messages, key=lambda message: message.id)
    assert "Imagine 1️⃣ of [this picture]" in (child.embeds[0].description or "")


async def test_a_step_whose_lost_answer_was_found_late_is_not_answered_again(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("plus")
    here, there = harness.channel, harness.guild.create_text_channel("sketches")
    await harness.show(MODAL)
    window = await harness.press(harness.messages[0], "Write the prompt")
    harness.channel = there
    await harness.show(MODAL)
    harness.server.fail("/mj/submit/modal", 500, times=1)
    await harness.ann.submit_modal(window, {"prompt": "the first words"})
    await harness.wait(70)
    window = await harness.press(harness.messages[0], "Write the prompt")
    (lost,) = await harness.bot.app.stores.marks.lost()
    (mark,) = lost.origin.marks
    harness.world.add(GRID, [(0, "IN_PROGRESS", "0%"), (20, "SUCCESS", "100%")], mark=mark)
    assert harness.bot.app.lost_submits.hint(TaskId(GRID), mark)
    await harness.wait(5)
    told = await harness.ann.submit_modal(window, {"prompt": "the second words"})
    assert harness.world.log == []
    assert "already been answered" in told.followups[-1].content
    harness.channel = here
    await harness.wait(30)
    assert harness.card.title == "Done"


async def test_a_step_whose_outcome_stays_unclear_is_not_called_answered_and_can_be_repeated(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open("new-api")  # it has no list in which to look for it
    await harness.show(MODAL)
    (card,) = harness.messages
    windows = [await harness.press(card, "Write the prompt") for _ in range(2)]
    harness.server.drop("/mj/submit/modal", times=1)
    await harness.ann.submit_modal(windows[0], {"prompt": "a lake at night"})
    await harness.wait(70)
    for told in (
        await harness.ann.submit_modal(windows[1], {"prompt": "a lake at noon"}),
        await harness.press(card, "Dismiss"),
        asked := await harness.press(card, "Write the prompt"),
    ):
        assert "may or may not have started" in answer_to(told)
    assert asked.response is not None
    window = await harness.press(asked.response.message, "Do it again")
    assert harness.world.log == []
    await harness.ann.submit_modal(window, {"prompt": "a lake at night"})
    await harness.wait(60)
    assert [each.prompt for each in harness.world.log] == ["a lake at night"]
    assert next(each for each in harness.messages if each.embeds).embeds[0].title == "Done"


async def test_every_card_of_a_step_that_goes_on_under_another_id_says_that_it_was_answered(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    here, there = harness.channel, harness.guild.create_text_channel("sketches")
    await harness.show(MODAL)
    harness.channel = there
    await harness.show(MODAL)
    window = await harness.press(here.history()[0], "Write the prompt")
    accepted = f'{{"code":1,"description":"ok","result":"{GRID}"}}'
    harness.server.fail("/mj/submit/modal", 200, accepted, "application/json", times=1)
    await harness.ann.submit_modal(window, {"prompt": "a lake"})
    await harness.wait(3)
    assert harness.card.title == "Queued"
