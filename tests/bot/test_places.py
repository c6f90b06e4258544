"""What one place may know and do of a task comes from what it has seen, whichever way it tries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
import simcord

from mjbot.core.access.press_policy import PressPolicy, PressScope
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.ui.context import context_from
from tests.bot.conftest import GRID, SINGLE, BotFactory, BotHarness
from tests.bot.outsider import DIRECT, SERVER, Outsider, answer_to, secrets_of, text_of

MODAL, DESCRIBE, FAILED = DemoIds.MODAL.value, DemoIds.DESCRIBE.value, DemoIds.FAILED.value
WORDS = "words that only the first server has seen --zoom 1.5"
ELSEWHERE = "was already pressed in another server or direct message."
REQUESTER = "Another server saw this task first. There, only the person who asked for it can use its buttons."

Door = Callable[[Outsider], Awaitable[None]]


@pytest.fixture(params=[SERVER, DIRECT])
def outsider(request: pytest.FixtureRequest, harness: BotHarness) -> Outsider:
    return Outsider(harness, request.param)


async def first_server(harness: BotHarness) -> dict[str, discord.Message]:
    """Show tasks in the first server and press there; return the cards by task."""
    for task_id in (GRID, SINGLE, MODAL):
        await harness.show(task_id)
    await harness.press(card_of(harness, GRID), "U1")
    await harness.press(card_of(harness, GRID), "V1")
    window = await harness.press(card_of(harness, SINGLE), "Custom Zoom")
    await harness.ann.submit_modal(window, {"prompt": WORDS})
    await harness.wait(40)
    return {task_id: card_of(harness, task_id) for task_id in (GRID, SINGLE, MODAL)}


def card_of(harness: BotHarness, task_id: str) -> discord.Message:
    return next(each for each in harness.messages if each.embeds and task_id in str(each.embeds[0].footer))


async def allow(harness: BotHarness, scope: PressScope, role: int | None = None) -> None:
    await harness.bot.app.stores.guilds.set_policy(harness.guild.id, PressPolicy(scope, role))


def custom_ids(message: discord.Message) -> dict[str, str]:
    """Return the custom_ids of a card by verb."""
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    found = [str(getattr(item, "custom_id", "")) for row in rows for item in row.children]
    return {each.split(":")[1]: each for each in found}


# An interaction that names a task which its place has not seen

FORGED = ("press", "again", "pick", "look", "more", "write", "leave", "stop", "area", "area of a modal")
FORGED += ("form", "form of a modal")


async def forge(way: str, outsider: Outsider, cards: dict[str, discord.Message]) -> simcord.InteractionResult:
    """Use a custom_id of the first server's cards, or one made up like it, on an own card."""
    own = await outsider.show(FAILED)
    digest = custom_ids(cards[GRID])["press"].rpartition(":")[2]
    match way.partition(" of a modal"):
        case ("pick", _, _):
            return await outsider.forge(own, f"mj1:pick:{GRID}:", digest)
        case ("press" | "again" | "form" as verb, "", _):
            return await outsider.forge(own, f"mj1:{verb}:{GRID}:{digest}n1")
        case ("area", "", _):
            return await outsider.forge(own, f"mj1:area:{GRID}:{digest}x001")
        case ("more", _, _):
            return await outsider.forge(own, f"mj1:more:{GRID}:1")
        case ("area", _, _):
            return await outsider.forge(own, f"mj1:area:{MODAL}:modalx001")
    verb = way.partition(" ")[0]
    return await outsider.forge(own, f"mj1:{verb}:{MODAL}:modal")


@pytest.mark.parametrize("way", FORGED)
async def test_no_interaction_with_a_task_that_its_place_has_not_seen_does_anything(
    harness: BotHarness, outsider: Outsider, way: str
) -> None:
    cards = await first_server(harness)
    secrets, submits, before = secrets_of(harness), len(harness.world.log), harness.messages
    refused = await forge(way, outsider, cards)
    await harness.wait(3)
    task_id = MODAL if way in ("look", "write", "leave", "stop") or "modal" in way else GRID
    assert f"Task `{task_id}` has not been shown in this server or direct message." in answer_to(refused)
    assert refused.modal is None
    assert refused.ephemeral
    assert len(harness.world.log) == submits
    assert [text_of(each) for each in harness.messages] == [text_of(each) for each in before]
    assert [each for each in secrets if each in outsider.seen] == []


# What a place that has asked for the tasks by their ids sees and does


async def looks(outsider: Outsider) -> None:
    grid = (await outsider.show(GRID)).embeds[0]
    assert grid.title == "Done"
    assert "Made from this" not in (grid.description or "")


async def looks_twice(outsider: Outsider) -> None:
    await outsider.show(GRID)
    await outsider.show(GRID)


async def presses_what_exists(outsider: Outsider) -> None:
    told = await outsider.press(await outsider.show(GRID), "U1")
    assert answer_to(told) == f"*U1* {ELSEWHERE}"
    assert outsider.harness.labels(told.response.message) == [] if told.response else True


async def repeats_what_exists(outsider: Outsider) -> None:
    told = await outsider.press(await outsider.show(GRID), "V1")
    assert answer_to(told) == f"*V1* {ELSEWHERE}"
    assert told.response is not None
    await outsider.press(told.response.message, "Do it again")
    await outsider.harness.wait(40)


async def presses_what_is_new(outsider: Outsider) -> None:
    parent = await outsider.show(GRID)
    await outsider.press(parent, "U2")
    await outsider.harness.wait(40)
    child = outsider.messages[-1].embeds[0]
    assert f"U2 of [this picture]({parent.jump_url})" in (child.description or "")
    assert "Made from this: [U2](" in (outsider.messages[0].embeds[0].description or "")


async def opens_a_modal(outsider: Outsider) -> None:
    window = await outsider.press(await outsider.show(SINGLE), "Custom Zoom")
    assert "a mountain lake at first light" in str(window.modal)


async def answers_a_modal(outsider: Outsider) -> None:
    window = await outsider.press(await outsider.show(SINGLE), "Custom Zoom")
    await outsider.submit(window, "own words --zoom 2")
    await outsider.harness.wait(40)
    assert "own words" in (outsider.messages[-1].embeds[0].description or "")


async def answers_a_waiting_task(outsider: Outsider) -> None:
    window = await outsider.press(await outsider.show(MODAL), "Write the prompt")
    await outsider.submit(window, "own words")
    await outsider.harness.wait(40)


async def opens_the_menu(outsider: Outsider) -> None:
    menu = await outsider.press(await outsider.show(SINGLE), "More…")
    assert menu.response is not None
    shown = menu.response.message
    assert "More actions" in shown.content
    assert outsider.harness.menu(shown) or outsider.harness.labels(shown)


async def chooses_a_region(outsider: Outsider) -> None:
    shown = await outsider.press(await outsider.show(SINGLE), "Vary (Region)")
    assert shown.response is not None
    await outsider.press(shown.response.message, "5")
    window = await outsider.press(shown.response.message, "Write the prompt")
    await outsider.submit(window, "own words")
    await outsider.harness.wait(40)


async def dismisses_and_refreshes(outsider: Outsider) -> None:
    card = await outsider.show(MODAL)
    await outsider.press(card, "Dismiss")
    await outsider.harness.wait(3)
    refreshed = next(each for each in outsider.messages if each.id == card.id)
    assert refreshed.embeds[0].title == "Dismissed"
    await outsider.press(refreshed, "Refresh")
    await outsider.harness.wait(3)


async def types(outsider: Outsider) -> None:
    for text in ("", "lake", "words", GRID, GRID[:6]):
        assert await outsider.suggestions(text) == []
    await outsider.show(GRID)
    for text in ("", "lake", GRID, GRID[:6]):
        assert await outsider.suggestions(text) == [GRID]
    assert await outsider.suggestions("words") == []


async def presses_what_makes_several(outsider: Outsider) -> None:
    """Two of the cards cannot be shown at once, and are posted later."""
    outsider.harness.env.inject_error("POST", "/webhooks/*", status=500, times=2)
    await outsider.press(await outsider.show(DESCRIBE), "Imagine all")
    await outsider.harness.wait(60)
    assert await outsider.harness.bot.app.stores.presses.pending_cards() == []
    assert sum(bool(each.embeds) for each in outsider.messages) == 5


async def presses_while_the_queue_is_full(outsider: Outsider) -> None:
    outsider.harness.world.full = True
    await outsider.press(await outsider.show(GRID), "V2")
    outsider.harness.world.full = False
    await outsider.harness.wait(70)
    assert outsider.messages[-1].embeds[0].title == "Done"


DOORS: dict[Door, int] = {
    looks: 0,
    looks_twice: 0,
    presses_what_exists: 0,
    repeats_what_exists: 1,
    presses_what_is_new: 1,
    opens_a_modal: 0,
    answers_a_modal: 2,
    answers_a_waiting_task: 1,
    opens_the_menu: 0,
    chooses_a_region: 2,
    dismisses_and_refreshes: 0,
    types: 0,
    presses_what_makes_several: 1,
    presses_while_the_queue_is_full: 1,
}
"""Each way to a task, with the submits that it leads to where everything is allowed."""


@pytest.mark.parametrize("where", [SERVER, DIRECT])
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_neither_of_two_places_is_told_anything_of_the_other(
    bot_factory: BotFactory, door: Door, where: str
) -> None:
    harness = await bot_factory.open("true")
    outsider = Outsider(harness, where)
    await first_server(harness)
    secrets, submits = secrets_of(harness), len(harness.world.log)
    await door(outsider)
    assert [each for each in secrets if each in outsider.seen] == []
    log = harness.world.log
    assert len([each for each in log if each.kind != "full"]) == submits + DOORS[door]
    made = {each.child_id for each in log[submits:] if each.child_id}
    theirs = {str(outsider.channel.id), str(outsider.actor.id), "own words", *made}
    there = "\n".join(map(text_of, harness.messages))
    assert [each for each in theirs if each in there] == []
