"""Vary (Region) from the first press to the mask that the service receives."""

from __future__ import annotations

import base64
import io

import discord
import pytest
import simcord
from PIL import Image

from mjbot.sandbox.accents import ACCENTS
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.script import WINDOW
from tests.bot.conftest import SINGLE, Stage, Theatre

SIDE = 256


@pytest.fixture(params=sorted(set(ACCENTS) - {"original"}))
async def stage(request: pytest.FixtureRequest, theatre: Theatre) -> Stage:
    return await theatre.open(request.param)


def mask_of(stage: Stage) -> Image.Image:
    """The mask that the service was sent last."""
    sent = [each for each in stage.world.log if each.kind == "modal"][-1]
    data = base64.b64decode(sent.mask.removeprefix("data:image/png;base64,"), validate=True)
    return Image.open(io.BytesIO(data)).convert("L")


def white(side: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (side, side), 255).save(file, "PNG")
    return file.getvalue()


def picker_of(shown: simcord.InteractionResult) -> discord.Message:
    """The private message with the cells, as it is now."""
    assert shown.ephemeral
    assert shown.response is not None
    return shown.response.message


async def choose(stage: Stage, *cells: str) -> simcord.InteractionResult:
    """Open the picker of the card and press these numbers."""
    await stage.show(SINGLE)
    shown = await stage.press(stage.messages[0], "Vary (Region)")
    for cell in cells:
        await stage.press(picker_of(shown), cell)
    return shown


def lit(picker: discord.Message, stage: Stage) -> list[str]:
    return [each for each in "123456789" if stage.button(picker, each).style.name == "primary"]


def cards(stage: Stage) -> list[discord.Embed]:
    """The public cards, oldest first."""
    return [each.embeds[0] for each in sorted(stage.messages, key=lambda m: m.id) if each.embeds]


async def test_an_area_is_chosen_in_sight_and_its_mask_reaches_the_service(stage: Stage) -> None:
    shown = await choose(stage, "2", "5", "9")
    before = picker_of(shown).attachments[0]
    await stage.press(picker_of(shown), "9")
    picker = picker_of(shown)
    assert lit(picker, stage) == ["2", "5"]
    assert await picker.attachments[0].read() != await before.read()
    assert stage.world.log == []
    window = await stage.press(picker, "Write the prompt")
    await stage.ann.submit_modal(window, {"prompt": "a red balloon"})
    await stage.wait(60)
    parent, child = cards(stage)
    assert child.title == "Done"
    assert "Vary (Region) of [this picture]" in (child.description or "")
    assert "[Vary (Region)]" in (parent.description or "")
    mask = mask_of(stage)
    assert (mask.size, mask.getbbox()) == ((SIDE, SIDE), (85, 0, 170, 170))
    assert [each.prompt for each in stage.world.log] == ["", "a red balloon"]


async def test_a_mask_of_one_s_own_is_checked_and_then_sent(stage: Stage) -> None:
    shown = await choose(stage)
    window = await stage.press(picker_of(shown), "Use my own mask")
    told = await stage.ann.submit_modal(window, {"prompt": "a red kite", "mask": ("mask.png", white(100))})
    said = told.followups[-1]
    assert "must be 256 × 256 pixels like the picture; this one is 100 × 100" in said.content
    assert stage.world.log == []
    again = await stage.press(said.message, "Write the prompt")
    assert "a red kite" in str(again.modal)
    await stage.ann.submit_modal(again, {"prompt": "a red kite", "mask": ("mask.png", white(SIDE))})
    await stage.wait(60)
    assert [each.title for each in cards(stage)] == ["Done", "Done"]
    assert mask_of(stage).getbbox() == (0, 0, SIDE, SIDE)


async def test_a_second_region_is_made_by_choosing_anew_and_once_for_each_window(stage: Stage) -> None:
    shown = await choose(stage, "1")
    first = await stage.press(picker_of(shown), "Write the prompt")
    other = await stage.press(picker_of(shown), "Write the prompt")
    await stage.ann.submit_modal(first, {"prompt": "one"})
    await stage.wait(20)
    late = await stage.ann.submit_modal(other, {"prompt": "from a window as old as the first"})
    assert "was already made" in late.followups[-1].content
    await stage.press(picker_of(shown), "2")
    second = await stage.press(picker_of(shown), "Write the prompt")
    await stage.ann.submit_modal(second, {"prompt": "two"})
    await stage.wait(5)
    assert [each.prompt for each in stage.world.log if each.kind == "modal"] == ["one", "two"]


async def test_a_half_made_choice_outlives_a_restart(theatre: Theatre) -> None:
    stage = await theatre.open()
    shown = await choose(stage, "7")
    await theatre.restart(stage)
    await stage.press(picker_of(shown), "8")
    assert lit(picker_of(shown), stage) == ["7", "8"]
    window = await stage.press(picker_of(shown), "Write the prompt")
    await theatre.restart(stage)
    await stage.ann.submit_modal(window, {"prompt": "boats"})
    await stage.wait(40)
    assert [each.title for each in cards(stage)] == ["Done", "Done"]
    assert mask_of(stage).getbbox() == (0, 170, 170, SIDE)


async def test_a_child_that_turns_out_to_wait_for_an_area_asks_for_it_on_its_card(theatre: Theatre) -> None:
    stage = await theatre.open("plus")
    shown = await choose(stage, "1")
    waiting = "1730621718150009"
    stage.world.add(waiting, WINDOW, action="INPAINT", start=stage.env.now().timestamp())
    body = f'{{"code":1,"description":"Submit success","result":"{waiting}"}}'
    stage.server.fail("/mj/submit/action", 200, body, "application/json", times=1)
    window = await stage.press(picker_of(shown), "Write the prompt")
    await stage.ann.submit_modal(window, {"prompt": "boats"})
    await stage.wait(10)
    child = max(stage.messages, key=lambda message: message.id)
    assert child.embeds[0].title == "Waiting for your words"
    assert stage.labels(child) == [["Choose the area", "Leave it"]]
    picker = await stage.press(child, "Choose the area")
    await stage.press(picker_of(picker), "9")
    window = await stage.press(picker_of(picker), "Write the prompt")
    await stage.ann.submit_modal(window, {"prompt": "boats"})
    await stage.wait(40)
    assert cards(stage)[-1].title == "Done"
    assert mask_of(stage).getbbox() == (170, 170, SIDE, SIDE)


async def test_where_the_picture_is_not_at_hand_only_a_mask_of_one_s_own_is_offered(theatre: Theatre) -> None:
    stage = await theatre.open()
    waiting = "1730621718150009"
    stage.world.add(waiting, WINDOW, action="INPAINT", start=stage.env.now().timestamp())
    await stage.show(waiting)
    shown = await stage.press(stage.messages[0], "Choose the area")
    assert stage.labels(picker_of(shown)) == [["Use my own mask"]]
    window = await stage.press(picker_of(shown), "Use my own mask")
    await stage.ann.submit_modal(window, {"prompt": "boats", "mask": ("mask.png", white(30))})
    await stage.wait(40)
    assert cards(stage)[-1].title == "Done"
    assert mask_of(stage).size == (30, 30)


async def test_words_written_after_a_task_was_left_alone_lead_to_a_card_that_lives(theatre: Theatre) -> None:
    stage = await theatre.open()
    await stage.show(DemoIds.MODAL)
    window = await stage.press(stage.messages[0], "Write the prompt")
    await stage.press(stage.messages[0], "Leave it")
    await stage.wait(2)
    await stage.ann.submit_modal(window, {"prompt": "a lake after all"})
    await stage.wait(60)
    assert stage.card.title == "Done"


async def test_the_child_of_a_window_that_was_answered_from_a_private_picker_is_shown_on_its_card(
    theatre: Theatre,
) -> None:
    stage = await theatre.open()
    waiting, child = "1730621718150009", "1730621718150010"
    now = stage.env.now().timestamp()
    stage.world.add(waiting, WINDOW, action="INPAINT", start=now)
    stage.world.add(child, [(0, "IN_PROGRESS", "46%"), (9, "SUCCESS", "100%")], action="INPAINT", start=now)
    await stage.show(waiting)
    shown = await stage.press(stage.messages[0], "Choose the area")
    window = await stage.press(picker_of(shown), "Use my own mask")
    body = f'{{"code":1,"description":"Submit success","result":"{child}"}}'
    stage.server.fail("/mj/submit/modal", 200, body, "application/json", times=1)
    await stage.ann.submit_modal(window, {"prompt": "boats", "mask": ("mask.png", white(30))})
    await stage.wait(30)
    card = next(each for each in stage.messages if each.embeds and not each.flags.ephemeral)
    assert card.embeds[0].title == "Done"
    assert card.embeds[0].footer.text == f"Inpaint · {child}"


async def test_cells_that_were_chosen_stay_though_the_picture_is_out_of_reach_for_a_moment(
    theatre: Theatre,
) -> None:
    stage = await theatre.open()
    shown = await choose(stage, "1", "2")
    await theatre.restart(stage)  # what was kept of the picture is gone
    stage.server.fail("/attachments/*", status=503)
    await stage.press(picker_of(shown), "3")
    assert lit(picker_of(shown), stage) == ["1", "2", "3"]
    window = await stage.press(picker_of(shown), "Write the prompt")
    told = await stage.ann.submit_modal(window, {"prompt": "boats"})
    assert "cannot be fetched at the moment" in told.followups[-1].content
    assert stage.world.log == []
