"""Vary (Region) from the first press to the mask that the service receives."""

from __future__ import annotations

import base64
import io

import discord
import pytest
import simcord
from PIL import Image

from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.dialects import DIALECTS
from mjbot.sandbox.script import MODAL_STEPS
from tests.bot.conftest import SINGLE, BotFactory, BotHarness
from tests.discord_answers import FIRST_RESPONSE, LOST_RESPONSE

SIDE = 256


@pytest.fixture(params=sorted(set(DIALECTS) - {"original"}))
async def harness(request: pytest.FixtureRequest, bot_factory: BotFactory) -> BotHarness:
    return await bot_factory.open(request.param)


def mask_of(harness: BotHarness) -> Image.Image:
    """The mask that the service was sent last."""
    sent = [each for each in harness.world.log if each.kind == "modal"][-1]
    data = base64.b64decode(sent.mask.removeprefix("data:image/png;base64,"), validate=True)
    return Image.open(io.BytesIO(data)).convert("L")


def white(side: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (side, side), 255).save(file, "PNG")
    return file.getvalue()


def picker_of(delivered: simcord.InteractionResult) -> discord.Message:
    """The private message with the cells, as it is now."""
    assert delivered.ephemeral
    assert delivered.response is not None
    return delivered.response.message


async def choose(harness: BotHarness, *cells: str) -> simcord.InteractionResult:
    """Open the picker of the card and press these numbers."""
    await harness.show(SINGLE)
    delivered = await harness.press(harness.messages[0], "Vary (Region)")
    for cell in cells:
        await harness.press(picker_of(delivered), cell)
    return delivered


def lit(picker: discord.Message, harness: BotHarness) -> list[str]:
    return [each for each in "123456789" if harness.button(picker, each).style.name == "primary"]


def cards(harness: BotHarness) -> list[discord.Embed]:
    """The public cards, oldest first."""
    return [each.embeds[0] for each in sorted(harness.messages, key=lambda m: m.id) if each.embeds]


async def test_an_area_is_chosen_in_sight_and_its_mask_reaches_the_service(harness: BotHarness) -> None:
    delivered = await choose(harness, "2", "5", "9")
    before = picker_of(delivered).attachments[0]
    await harness.press(picker_of(delivered), "9")
    picker = picker_of(delivered)
    assert lit(picker, harness) == ["2", "5"]
    assert await picker.attachments[0].read() != await before.read()
    assert harness.world.log == []
    window = await harness.press(picker, "Write the prompt")
    await harness.ann.submit_modal(window, {"prompt": "a red balloon"})
    await harness.wait(60)
    parent, child = cards(harness)
    assert child.title == "Done"
    assert "Vary (Region) of [this picture]" in (child.description or "")
    assert "[Vary (Region)]" in (parent.description or "")
    mask = mask_of(harness)
    assert (mask.size, mask.getbbox()) == ((SIDE, SIDE), (85, 0, 170, 170))
    assert [each.prompt for each in harness.world.log] == ["", "a red balloon"]


SENT = "Sent. To repaint another area, start again from the card."


async def test_a_picker_says_when_its_area_has_been_sent_and_has_no_buttons_left(
    harness: BotHarness,
) -> None:
    other = await choose(harness, "1")  # a second picker of the same person
    delivered = await harness.press(harness.messages[0], "Vary (Region)")
    for cell in ("2", "3"):
        await harness.press(picker_of(delivered), cell)
    window = await harness.press(picker_of(delivered), "Write the prompt")
    assert harness.labels(picker_of(delivered)) != []
    await harness.ann.submit_modal(window, {"prompt": "boats"})
    for picker in (picker_of(delivered), picker_of(other)):
        assert (picker.content, harness.labels(picker), picker.embeds) == (SENT, [], [])
    assert len([each for each in harness.world.log if each.kind == "modal"]) == 1
    await harness.wait(60)
    assert [each.title for each in cards(harness)] == ["Done", "Done"]


async def test_a_picker_whose_input_was_refused_stays(harness: BotHarness) -> None:
    delivered = await choose(harness, "1")
    window = await harness.press(picker_of(delivered), "Write the prompt")
    await harness.ann.submit_modal(window, {"prompt": "  "})
    assert lit(picker_of(delivered), harness) == ["1"]


async def test_the_picker_of_a_waiting_task_says_when_it_has_been_sent(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    waiting = "1730621718150009"
    harness.world.add(waiting, MODAL_STEPS, action="INPAINT", start=harness.env.now().timestamp())
    await harness.show(waiting)
    delivered = await harness.press(harness.messages[0], "Choose the area")
    window = await harness.press(picker_of(delivered), "Upload a mask")
    await harness.ann.submit_modal(window, {"prompt": "boats", "mask": ("mask.png", white(30))})
    assert (picker_of(delivered).content, harness.labels(picker_of(delivered))) == (SENT, [])


async def test_a_form_for_a_mask_says_which_size_it_must_have(harness: BotHarness) -> None:
    delivered = await choose(harness)
    window = await harness.press(picker_of(delivered), "Upload a mask")
    assert "PNG, 256 × 256 pixels like the picture, white where to repaint" in str(window.modal)
    told = await harness.ann.submit_modal(window, {"prompt": "a kite", "mask": ("mask.png", white(100))})
    again = await harness.press(told.followups[-1].message, "Continue editing")
    assert "256 × 256 pixels" in str(again.modal)


async def test_a_form_does_not_guess_the_size_of_a_picture_that_was_not_loaded(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    delivered = await choose(harness, "1")
    await bot_factory.restart(harness)
    window = await harness.press(picker_of(delivered), "Upload a mask")
    assert "PNG, same size as the picture, white where to repaint" in str(window.modal)


async def test_a_mask_of_one_s_own_is_checked_and_then_sent(harness: BotHarness) -> None:
    delivered = await choose(harness)
    window = await harness.press(picker_of(delivered), "Upload a mask")
    told = await harness.ann.submit_modal(window, {"prompt": "a red kite", "mask": ("mask.png", white(100))})
    said = told.followups[-1]
    assert "must be 256 × 256 pixels, like the picture; this one is 100 × 100" in said.content
    assert harness.world.log == []
    again = await harness.press(said.message, "Continue editing")
    assert "a red kite" in str(again.modal)
    await harness.ann.submit_modal(again, {"prompt": "a red kite", "mask": ("mask.png", white(SIDE))})
    await harness.wait(60)
    assert [each.title for each in cards(harness)] == ["Done", "Done"]
    assert mask_of(harness).getbbox() == (0, 0, SIDE, SIDE)


async def test_a_second_region_is_made_by_choosing_anew_and_once_for_each_window(harness: BotHarness) -> None:
    delivered = await choose(harness, "1")
    first = await harness.press(picker_of(delivered), "Write the prompt")
    other = await harness.press(picker_of(delivered), "Write the prompt")
    await harness.ann.submit_modal(first, {"prompt": "one"})
    await harness.wait(20)
    late = await harness.ann.submit_modal(other, {"prompt": "from a window as old as the first"})
    assert "already exists" in late.followups[-1].content
    again = await harness.press(harness.messages[0], "Vary (Region)")
    await harness.press(picker_of(again), "2")
    second = await harness.press(picker_of(again), "Write the prompt")
    await harness.ann.submit_modal(second, {"prompt": "two"})
    await harness.wait(5)
    assert [each.prompt for each in harness.world.log if each.kind == "modal"] == ["one", "two"]


async def test_a_half_made_choice_outlives_a_restart(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    delivered = await choose(harness, "7")
    await bot_factory.restart(harness)
    await harness.press(picker_of(delivered), "8")
    assert lit(picker_of(delivered), harness) == ["7", "8"]
    window = await harness.press(picker_of(delivered), "Write the prompt")
    await bot_factory.restart(harness)
    await harness.ann.submit_modal(window, {"prompt": "boats"})
    await harness.wait(40)
    assert [each.title for each in cards(harness)] == ["Done", "Done"]
    assert mask_of(harness).getbbox() == (0, 170, 170, SIDE)


async def test_a_child_that_turns_out_to_wait_for_an_area_asks_for_it_on_its_card(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open("plus")
    delivered = await choose(harness, "1")
    waiting = "1730621718150009"
    harness.world.add(waiting, MODAL_STEPS, action="INPAINT", start=harness.env.now().timestamp())
    body = f'{{"code":1,"description":"Submit success","result":"{waiting}"}}'
    harness.server.fail("/mj/submit/action", 200, body, "application/json", times=1)
    window = await harness.press(picker_of(delivered), "Write the prompt")
    await harness.ann.submit_modal(window, {"prompt": "boats"})
    await harness.wait(10)
    child = max(harness.messages, key=lambda message: message.id)
    assert child.embeds[0].title == "Waiting for a prompt"
    assert harness.labels(child) == [["Choose the area", "Dismiss"]]
    picker = await harness.press(child, "Choose the area")
    await harness.press(picker_of(picker), "9")
    window = await harness.press(picker_of(picker), "Write the prompt")
    await harness.ann.submit_modal(window, {"prompt": "boats"})
    await harness.wait(40)
    assert cards(harness)[-1].title == "Done"
    assert mask_of(harness).getbbox() == (170, 170, SIDE, SIDE)


async def test_where_the_picture_is_not_at_hand_only_a_mask_of_one_s_own_is_offered(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    waiting = "1730621718150009"
    harness.world.add(waiting, MODAL_STEPS, action="INPAINT", start=harness.env.now().timestamp())
    await harness.show(waiting)
    delivered = await harness.press(harness.messages[0], "Choose the area")
    assert harness.labels(picker_of(delivered)) == [["Upload a mask"]]
    window = await harness.press(picker_of(delivered), "Upload a mask")
    await harness.ann.submit_modal(window, {"prompt": "boats", "mask": ("mask.png", white(30))})
    await harness.wait(40)
    assert cards(harness)[-1].title == "Done"
    assert mask_of(harness).size == (30, 30)


async def test_words_written_after_a_task_was_left_alone_lead_to_a_card_that_lives(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    await harness.show(DemoIds.MODAL)
    window = await harness.press(harness.messages[0], "Write the prompt")
    await harness.press(harness.messages[0], "Dismiss")
    await harness.wait(2)
    await harness.ann.submit_modal(window, {"prompt": "a lake after all"})
    await harness.wait(60)
    assert harness.card.title == "Done"


async def test_the_child_of_a_window_that_was_answered_from_a_private_picker_is_shown_on_its_card(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    waiting, child = "1730621718150009", "1730621718150010"
    now = harness.env.now().timestamp()
    harness.world.add(waiting, MODAL_STEPS, action="INPAINT", start=now)
    harness.world.add(child, [(0, "IN_PROGRESS", "46%"), (9, "SUCCESS", "100%")], action="INPAINT", start=now)
    await harness.show(waiting)
    delivered = await harness.press(harness.messages[0], "Choose the area")
    window = await harness.press(picker_of(delivered), "Upload a mask")
    body = f'{{"code":1,"description":"Submit success","result":"{child}"}}'
    harness.server.fail("/mj/submit/modal", 200, body, "application/json", times=1)
    await harness.ann.submit_modal(window, {"prompt": "boats", "mask": ("mask.png", white(30))})
    await harness.wait(30)
    card = next(each for each in harness.messages if each.embeds and not each.flags.ephemeral)
    assert card.embeds[0].title == "Done"
    assert card.embeds[0].footer.text == f"Vary (Region) · {child}"


async def test_cells_that_were_chosen_stay_though_the_picture_is_out_of_reach_for_a_moment(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    delivered = await choose(harness, "1", "2")
    await bot_factory.restart(harness)  # what was kept of the picture is gone
    harness.server.fail("/attachments/*", status=503)
    await harness.press(picker_of(delivered), "3")
    assert lit(picker_of(delivered), harness) == ["1", "2", "3"]
    window = await harness.press(picker_of(delivered), "Write the prompt")
    told = await harness.ann.submit_modal(window, {"prompt": "boats"})
    assert "couldn't load the picture" in told.followups[-1].content
    assert harness.world.log == []


async def test_a_mask_that_is_refused_counts_as_a_press(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    await bot_factory.restart(harness, user_presses_per_10_min=3)
    delivered = await choose(harness)
    for said in ("must be 256 × 256",) * 3 + ("Too many requests",) * 2:
        window = await harness.press(picker_of(delivered), "Upload a mask")
        told = await harness.ann.submit_modal(
            window, {"prompt": "a red kite", "mask": ("mask.png", white(100))}
        )
        assert said in str([told.response and told.response.content, *(f.content for f in told.followups)])
    assert harness.world.log == []
    await harness.wait(660)
    window = await harness.press(picker_of(delivered), "Upload a mask")
    assert "a red kite" in str(window.modal)


async def test_all_cells_can_be_chosen_and_left_again_within_a_minute(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open()
    delivered = await choose(harness, *"123456789", *"987654321")
    assert lit(picker_of(delivered), harness) == []


async def test_a_chosen_cell_is_kept_though_the_answer_to_its_press_was_lost(harness: BotHarness) -> None:
    await harness.show(SINGLE)
    delivered = await harness.press(harness.messages[0], "Vary (Region)")
    lost = harness.refuse("POST", FIRST_RESPONSE, LOST_RESPONSE, times=1)
    told = await harness.press(picker_of(delivered), "2")
    assert (lost.given, told.followups) == (1, [])
    await harness.press(picker_of(delivered), "3")
    assert lit(picker_of(delivered), harness) == ["2", "3"]
