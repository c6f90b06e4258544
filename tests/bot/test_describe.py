"""/describe, /blend and /shorten, from a person's side, and *Draw 1* to *Draw 5* under their results."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from tests.bot.conftest import BotFactory, BotHarness, picture

DESCRIBE = "/mj/submit/describe"


async def ask(harness: BotHarness, command: str, **options: Any) -> simcord.InteractionResult:
    return await harness.ann.slash(harness.channel, command, **options)


def told(result: simcord.InteractionResult) -> str:
    """The private answer to an interaction."""
    answers = [each for each in (result.response, *result.followups) if each is not None]
    return str(answers[-1].content)


def sent(harness: BotHarness) -> list[tuple[str, str, int]]:
    return [(each.kind, each.prompt, each.pictures) for each in harness.world.log]


def public(harness: BotHarness) -> list[discord.Message]:
    return [each for each in harness.messages if not each.flags.ephemeral]


def titles(harness: BotHarness) -> list[str | None]:
    return [each.embeds[0].title for each in public(harness)]


async def test_a_described_picture_is_drawn_once_per_number_also_after_a_restart(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open("original", make_anywhere="yes")
    await ask(harness, "describe", picture=picture())
    assert titles(harness) == ["Queued"]
    await harness.wait(20)
    (card,) = public(harness)
    assert (card.embeds[0].title, harness.labels(card)) == (
        "Done",
        [["Draw 1", "Draw 2", "Draw 3", "Draw 4"]],
    )
    await bot_factory.restart(harness, make_anywhere="yes")
    await harness.press(card, "Draw 2")
    again = await harness.press(card, "Draw 2")
    assert told(again).startswith("*Draw 2* already exists: https://discord.com/")
    await harness.wait(60)
    assert titles(harness) == ["Done", "Done"]
    (kind, described, pictures), (drawn_kind, drawn, _) = sent(harness)
    assert (kind, described, pictures, drawn_kind) == ("describe", "", 1, "imagine")
    assert drawn in str(card.embeds[0].description)
    assert drawn in str(public(harness)[-1].embeds[0].description)
    styles = {each: harness.button(public(harness)[0], each).style for each in ("Draw 1", "Draw 2")}
    assert styles["Draw 1"] is not styles["Draw 2"]


async def test_no_more_pictures_wait_for_a_full_queue_than_memory_has_room_for(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    harness.world.full = True
    five = {f"picture{n}": picture() for n in range(1, 6)}
    for _ in range(2):
        await ask(harness, "blend", **five)
    assert titles(harness) == ["Queue full, retrying"] * 2
    assert "Too many pictures are on their way" in told(await ask(harness, "describe", picture=picture()))
    window = await ask(harness, "imagine", prompt="a kite", reference=picture())
    assert "Too many pictures are on their way" in told(window)
    await harness.wait(240)  # the queue stays full, and the blends are given up
    await ask(harness, "describe", picture=picture())
    assert titles(harness) == ["Not started", "Not started", "Queue full, retrying"]


async def test_pictures_of_one_server_that_wait_leave_room_for_those_of_another(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    there = harness.in_language("en-US")
    harness.world.full = True
    five = {f"picture{n}": picture() for n in range(1, 6)}
    for number in range(3):
        harness.ann = harness.guild.add_member(harness.env.create_user(f"member-{number}"))
        for _ in range(2):
            await ask(harness, "blend", **five)
    await ask(there, "blend", **five)
    assert titles(there) == ["Queue full, retrying"]


async def test_a_refused_prompt_is_edited_and_shortened_again(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    harness.world.banned = {"rude"}
    await ask(harness, "shorten", prompt="a rude kite")
    window = await harness.press(public(harness)[0], "Edit")
    assert "a rude kite" in str(window.modal)
    await harness.ann.submit_modal(window, {"prompt": "a kite"})
    await harness.wait(20)
    assert titles(harness) == ["Not started", "Done"]
    assert sent(harness)[-1][:2] == ("shorten", "a kite")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"address": "no address"}, "isn't the public address"),
        ({"picture": ("x.pdf", b"%PDF")}, "x.pdf isn't"),
        ({"picture": ("x.png", b"no picture")}, "can't be loaded"),
    ],
)
async def test_what_is_no_public_picture_is_never_sent(
    bot_factory: BotFactory, options: dict[str, Any], says: str
) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    assert says in told(await ask(harness, "describe", **options))
    assert sent(harness) == []
    assert public(harness) == []


async def test_a_lost_describe_is_sent_again_with_its_picture_until_a_restart(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open(make_anywhere="yes")
    harness.server.lose(DESCRIBE, times=2)
    await ask(harness, "describe", picture=picture())
    (card,) = public(harness)
    assert harness.labels(card) == [["Do it again"]]
    await harness.press(card, "Do it again")
    assert [pictures for _, _, pictures in sent(harness)] == [1, 1]
    await bot_factory.restart(harness, make_anywhere="yes")
    assert "use /describe" in told(await harness.press(public(harness)[0], "Do it again"))
    assert len(sent(harness)) == len({each.mark for each in harness.world.log}) == 2
