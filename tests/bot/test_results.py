"""Every result is within reach: attached, or a link and one sentence; texts are whole, videos play."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest

import mjbot.sandbox
from mjbot.sandbox.buttons import button
from mjbot.sandbox.script import Result, Step
from tests.bot.conftest import BotFactory, BotHarness

TASK = "1763936412345678"
ENDED: tuple[Step, ...] = ((0, "SUBMITTED", "0%"), (5, "SUCCESS", "100%"))
CLIP = Path(mjbot.sandbox.__file__).with_name("clip.mp4").read_bytes()
NOWHERE = "https://pictures.invalid"
DIALECTS = ["", "plus", "true", "new-api"]


def add(harness: BotHarness, result: Result | None, **fields: object) -> None:
    """Add a task that has ended."""
    harness.world.add(TASK, ENDED, result=result, start=0.0, **fields)  # type: ignore[arg-type]


def text(harness: BotHarness) -> str:
    return harness.card.description or ""


def paragraphs(count: int) -> str:
    return "\n\n".join(f"{n}\ufe0f\u20e3 {'a **misty** ridge ' * 20}".strip() for n in range(1, count + 1))


def find(harness: BotHarness, message: discord.Message) -> discord.Message:
    """Return a message as it is now."""
    return next(each for each in harness.messages if each.id == message.id)


async def attached(harness: BotHarness) -> list[tuple[str, bytes]]:
    files = harness.messages[0].attachments
    return [(each.filename.rpartition(".")[2], await each.read()) for each in files]


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_video_is_attached_and_plays_because_no_embed_refers_to_it(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness = await bot_factory.open(dialect)
    add(harness, "clip")
    await harness.show(TASK)
    assert await attached(harness) == [("mp4", CLIP)]
    assert not harness.card.image.url
    assert "The video" not in text(harness)
    assert harness.labels(harness.messages[0])[0] == ["Extend (High motion)", "Extend (Low motion)"]


@pytest.mark.parametrize("dialect", ["plus", "true"])
async def test_all_four_videos_are_attached_and_stay_when_a_button_is_pressed(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness = await bot_factory.open(dialect)
    add(harness, "video")
    await harness.show(TASK)
    assert await attached(harness) == [("mp4", CLIP)] * 4
    assert len({each.filename for each in harness.messages[0].attachments}) == 4
    card = harness.messages[-1]
    await harness.press(card, "U2")
    await harness.wait(2)
    shown = find(harness, card)
    assert len(shown.attachments) == 4
    assert not shown.embeds[0].image.url


async def test_videos_that_are_too_large_together_are_attached_as_far_as_they_fit(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord.Guild, "filesize_limit", 2 * len(CLIP) + 1)  # as a server's boosts decide
    add(harness, "video")
    await harness.show(TASK)
    assert await attached(harness) == [("mp4", CLIP)] * 2


async def test_a_video_that_no_one_can_fetch_is_told_with_its_still_picture(harness: BotHarness) -> None:
    harness.server.fail("/attachments/*.mp4", status=404)
    add(harness, "video")
    await harness.show(TASK)
    assert await attached(harness) == []
    assert "The video is on a server that can't be opened from here." in text(harness)
    assert harness.labels(harness.messages[0])[0] == ["U1", "U2", "U3", "U4", "🔄"]


@pytest.mark.parametrize("result", ["video", "clip"])
@pytest.mark.parametrize("images", ["auto", "attach", "link"])
async def test_a_video_at_a_public_address_that_cannot_be_fetched_is_linked(
    bot_factory: BotFactory, result: Result, images: str
) -> None:
    harness = await bot_factory.open("plus")
    await bot_factory.restart(harness, images=images)
    harness.world.base_url = NOWHERE
    add(harness, result)
    await harness.ask(TASK)
    await harness.wait(420)
    assert f"[Video 1]({NOWHERE}/attachments/{TASK}/video_0.mp4)" in text(harness)
    assert ("The video couldn't be attached here." in text(harness)) == (images != "link")
    assert await harness.bot.app.stores.watches.open_watches() == []


@pytest.mark.parametrize(
    ("images", "told"),
    [
        ("auto", "The picture couldn't be attached, so it may disappear later. [Open it](<https://pictures"),
        (
            "attach",
            "The picture couldn't be attached, so it may disappear later. [Open it](<https://pictures",
        ),
        ("link", "The picture couldn't be shown here. [Open it](<https://pictures"),
    ],
)
async def test_a_picture_at_a_public_address_that_cannot_be_fetched_is_told_with_a_link(
    bot_factory: BotFactory, images: str, told: str
) -> None:
    harness = await bot_factory.open()
    await bot_factory.restart(harness, images=images)
    harness.world.base_url = NOWHERE
    add(harness, "grid")
    await harness.ask(TASK)
    await harness.wait(420)
    assert told in text(harness)
    assert harness.labels(harness.messages[0])[0] == ["U1", "U2", "U3", "U4", "🔄"]
    assert await harness.bot.app.stores.watches.open_watches() == []
    card = harness.messages[0]
    await harness.press(card, "U1")
    await harness.wait(2)
    assert "[Open it](<https://pictures" in (find(harness, card).embeds[0].description or "")


@pytest.mark.parametrize("result", ["grid", "single", "clip"])
async def test_half_a_result_is_fetched_again(harness: BotHarness, result: Result) -> None:
    harness.server.halve("/attachments/*", times=1)
    add(harness, result)
    await harness.ask(TASK)
    await harness.wait(5)
    assert await attached(harness) == []
    await harness.wait(15)
    ((_, data),) = await attached(harness)
    assert data == (CLIP if result == "clip" else harness.world.final_picture(TASK))


@pytest.mark.parametrize("form", [" {}", "{}", ""])
async def test_a_result_whose_address_has_another_form_is_attached(harness: BotHarness, form: str) -> None:
    address = harness.server.url
    harness.world.base_url = form.format(address.replace("http", "HTTP"))
    add(harness, "grid")
    await harness.show(TASK)
    assert await attached(harness) == [("png", harness.world.final_picture(TASK))]


async def test_a_task_without_a_result_says_so_and_shows_one_that_comes_later(harness: BotHarness) -> None:
    add(harness, None)
    await harness.show(TASK)
    assert harness.card.title == "Done"
    assert "The image service has given no link to a picture yet." in text(harness)
    await harness.wait(60)
    add(harness, "grid")
    await harness.wait(20)
    assert await attached(harness) == [("png", harness.world.final_picture(TASK))]
    assert "no picture" not in text(harness)
    assert await harness.bot.app.stores.watches.open_watches() == []


async def test_a_task_that_never_gets_a_result_is_given_up_after_five_minutes(
    harness: BotHarness, bot_factory: BotFactory
) -> None:
    add(harness, None)
    await harness.show(TASK)
    await bot_factory.restart(harness)
    assert len(await harness.bot.app.stores.watches.open_watches()) == 1
    await harness.wait(360)
    assert "The image service gave no link to a picture." in text(harness)
    assert await harness.bot.app.stores.watches.open_watches() == []
    reads = len(harness.reads)
    await harness.wait(120)
    assert len(harness.reads) == reads <= 70


@pytest.mark.parametrize("dialect", ["", "original", "true"])
async def test_a_long_description_is_attached_whole_and_begins_on_its_card(
    bot_factory: BotFactory, dialect: str
) -> None:
    harness = await bot_factory.open(dialect)
    described = paragraphs(16)
    buttons = [button(f"MJ::Job::PicReader::{n}", emoji=f"{n}\ufe0f\u20e3") for n in range(1, 5)]
    add(harness, "single", action="DESCRIBE", prompt=described, buttons=buttons)
    await harness.show(TASK)
    assert await attached(harness) == [("txt", described.encode())]
    assert "The whole text is in the attached file." in text(harness)
    assert "1\ufe0f\u20e3 a **misty** ridge" in text(harness)


async def test_a_long_description_without_a_picture_is_attached_too(harness: BotHarness) -> None:
    add(harness, None, action="SHORTEN", prompt=paragraphs(16))
    await harness.show(TASK)
    assert [kind for kind, _ in await attached(harness)] == ["txt"]
    assert not harness.card.image.url
