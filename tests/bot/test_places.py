"""What one place may know and do of a task comes from what it has seen, whichever way it tries."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from itertools import product

import discord
import pytest
import simcord

from mjbot.core.access.press_policy import PressPolicy, PressScope
from mjbot.core.card.components import Verb, parse
from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, SINGLE, BotFactory, BotHarness, picture
from tests.bot.outsider import DIRECT, SERVER, Outsider, answer_to, secrets_of, text_of

MODAL, DESCRIBE = DemoIds.MODAL.value, DemoIds.DESCRIBE.value
MANY = "1730000000000030"
U2 = "60d13bd96e03"  # the digest of this action of the grid
WORDS = "words that only the first server has seen --zoom 1.5"
ELSEWHERE = "was already pressed in another server or direct message."
ROLE = "Another server saw this task first. There, only one role can use its buttons: "
REQUESTER = "Another server saw this task first. There, only the person who asked for it can use its buttons."

Door = Callable[[Outsider], Awaitable[None]]


@pytest.fixture(params=[SERVER, DIRECT])
def outsider(request: pytest.FixtureRequest, harness: BotHarness) -> Outsider:
    return Outsider(harness, request.param)


async def first_server(harness: BotHarness) -> dict[str, discord.Message]:
    """Show tasks in the first server and press there; return the cards by task."""
    buttons = [
        {"customId": f"MJ::JOB::variation::{n}::uuid", "label": f"B{n}", "emoji": "", "type": 2, "style": 2}
        for n in range(1, 31)
    ]
    harness.world.add(MANY, [(0, "SUCCESS", "100%")], buttons=buttons, start=0.0)
    for task_id in (GRID, SINGLE, MODAL):
        await harness.show(task_id)
    await harness.press(card_of(harness, GRID), "U1")
    await harness.press(card_of(harness, GRID), "V1")
    window = await harness.press(card_of(harness, SINGLE), "Custom Zoom")
    await harness.ann.submit_modal(window, {"prompt": WORDS})
    await harness.wait(2)
    cards = {task_id: card_of(harness, task_id) for task_id in (GRID, SINGLE, MODAL)}
    assert str(harness.button(cards[GRID], "U2").custom_id).endswith(U2)
    return cards


def card_of(harness: BotHarness, task_id: str) -> discord.Message:
    return next(each for each in harness.messages if each.embeds and task_id in str(each.embeds[0].footer))


async def allow(harness: BotHarness, scope: PressScope, role: int | None = None) -> None:
    await harness.bot.app.stores.guilds.set_policy(harness.guild.id, PressPolicy(scope, role))


# An interaction that names a task which its place has not seen

FORGED = {
    "press": f"mj1:press:{GRID}:{{digest}}",
    "again": f"mj1:again:{GRID}:{{digest}}n1",
    "menu": f"mj1:pick:{GRID}:",
    "More…": f"mj1:more:{GRID}:1",
    "region": f"mj1:area:{GRID}:{{digest}}x001",
    "modal": f"mj1:form:{GRID}:{{digest}}",
    "Refresh": f"mj1:look:{MODAL}:",
    "Write the prompt": f"mj1:write:{MODAL}:",
    "Dismiss": f"mj1:leave:{MODAL}:",
    "Stop trying": f"mj1:stop:{MODAL}:modal",
    "Stop updating": f"mj1:unfollow:{MODAL}:",
    "Cancel": f"mj1:cancel:{MODAL}:",
    "Seed": f"mj1:seed:{GRID}:",
    "region of a waiting task": f"mj1:area:{MODAL}:modalx001",
    "modal of a waiting task": f"mj1:form:{MODAL}:modal",
}


OF_MAKES = (Verb.EDIT, Verb.SEND_ANYWAY, Verb.START_SERIES, Verb.STOP_SERIES)
"""The verbs of buttons on the cards of makes, which are forged in a test of their own."""


def test_every_verb_is_forged_from_another_place() -> None:
    parsed = [parse(each.format(digest=U2)) for each in FORGED.values()]
    assert {each.verb for each in parsed if each is not None} == set(Verb) - set(OF_MAKES)


async def forge(
    way: str, outsider: Outsider, on: Mapping[str, discord.Message]
) -> tuple[str, simcord.InteractionResult]:
    """Send an interaction on a card of this place; return its task and its result."""
    custom_id = FORGED[way].format(digest=U2)
    task_id = custom_id.split(":")[2]
    return task_id, await outsider.forge(on[task_id], custom_id, *([U2] if way == "menu" else []))


@pytest.mark.parametrize("way", FORGED)
async def test_no_interaction_with_a_task_that_its_place_has_not_seen_does_anything(
    harness: BotHarness, outsider: Outsider, way: str
) -> None:
    cards = await first_server(harness)
    secrets, submits = secrets_of(harness), len(harness.world.log)
    own = await outsider.show(DESCRIBE)  # a card with buttons
    task_id, refused = await forge(way, outsider, {GRID: own, MODAL: own})
    await harness.wait(3)
    assert f"Task `{task_id}` has not been shown in this server or direct message." in answer_to(refused)
    assert refused.modal is None
    assert len(harness.world.log) == submits
    assert [text_of(card_of(harness, each)) for each in cards] == list(map(text_of, cards.values()))
    assert secrets_of(harness) == secrets
    assert [each for each in secrets if each in outsider.seen] == []


async def test_no_interaction_with_a_make_of_another_place_does_anything(bot_factory: BotFactory) -> None:
    harness = await bot_factory.open("original", make_anywhere="yes", make_in_dm="yes")

    async def buttons_after(command: str, **given: object) -> list[str]:
        """The custom_ids of the newest message after a command in the first server."""
        told = await harness.ann.slash(harness.channel, command, **given)
        await harness.wait(9)
        private = told.response.message if told.response is not None and told.ephemeral else harness.newest
        ids = re.findall(r"mj1:[a-z0-9:-]+", text_of(private))
        return [each for each in ids if ":unfollow:" not in each]

    draw = (await buttons_after("describe", picture=picture()))[1]
    anyway, edit = await buttons_after("imagine", prompt=f"{WORDS} --ar 16x9")
    start, _ = await buttons_after("imagine", prompt=f"{WORDS} {{red, blue}}")
    harness.server.drop("/mj/submit/imagine", times=1)
    again, _ = await buttons_after("imagine", prompt=WORDS)
    before, submits = list(map(text_of, harness.messages)), len(harness.world.log)
    buttons = (draw, anyway, edit, start, again, again.replace("again", "halt"))
    assert {each.split(":")[1] for each in buttons} >= set(OF_MAKES)
    for where in (SERVER, DIRECT):
        outsider = Outsider(harness, where)
        own = await outsider.show(GRID)  # a card with buttons
        for custom_id in buttons:
            told = await outsider.forge(own, custom_id)
            assert (custom_id, bool(answer_to(told)), told.modal) == (custom_id, True, None)
        assert WORDS not in outsider.seen
    await harness.wait(3)
    assert len(harness.world.log) == submits
    assert list(map(text_of, harness.messages)) == before


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


async def repeats_what_exists(outsider: Outsider) -> None:
    told = await outsider.press(await outsider.show(GRID), "V1")
    assert answer_to(told) == f"*V1* {ELSEWHERE}"
    assert told.response is not None
    await outsider.press(told.response.message, "Do it again")
    await outsider.harness.wait(2)


async def presses_what_is_new(outsider: Outsider) -> None:
    parent = await outsider.show(GRID)
    await outsider.press(parent, "U2")
    await outsider.harness.wait(2)
    child = outsider.messages[-1].embeds[0]
    assert f"U2 of [this picture]({parent.jump_url})" in (child.description or "")
    assert "Made from this: [U2](" in (outsider.messages[0].embeds[0].description or "")


async def opens_a_modal(outsider: Outsider) -> None:
    window = await outsider.press(await outsider.show(SINGLE), "Custom Zoom")
    assert "a mountain lake at first light" in str(window.modal)


async def answers_a_modal(outsider: Outsider) -> None:
    window = await outsider.press(await outsider.show(SINGLE), "Custom Zoom")
    await outsider.submit(window, "own words --zoom 2")
    await outsider.harness.wait(2)
    assert "own words" in (outsider.messages[-1].embeds[0].description or "")


async def picks_from_the_menu(outsider: Outsider) -> None:
    menu = await outsider.press(await outsider.show(MANY), "More…")
    assert menu.response is not None
    await outsider.pick(menu.response.message, "B30")
    await outsider.harness.wait(2)


async def chooses_a_region(outsider: Outsider) -> None:
    shown = await outsider.press(await outsider.show(SINGLE), "Vary (Region)")
    assert shown.response is not None
    await outsider.press(shown.response.message, "5")
    window = await outsider.press(shown.response.message, "Write the prompt")
    await outsider.submit(window, "own words")
    await outsider.harness.wait(2)


async def dismisses_and_refreshes(outsider: Outsider) -> None:
    card = await outsider.show(MODAL)
    await outsider.press(card, "Dismiss")
    await outsider.harness.wait(3)
    refreshed = next(each for each in outsider.messages if each.id == card.id)
    assert refreshed.embeds[0].title == "Dismissed"
    await outsider.press(refreshed, "Refresh")
    await outsider.harness.wait(3)


async def types(outsider: Outsider) -> None:
    for text in ("", "lake", "words", GRID[:6]):
        assert await outsider.suggestions(text) == []
    assert await outsider.suggestions(GRID) == [GRID]  # as it was typed
    await outsider.show(GRID)
    for text in ("", "lake", GRID, GRID[:6]):
        assert await outsider.suggestions(text) == [GRID]
    assert await outsider.suggestions("words") == []


async def presses_what_makes_several(outsider: Outsider) -> None:
    """Two of the cards cannot be shown at once, and are posted later."""
    outsider.harness.env.inject_error("POST", "/webhooks/*", status=500, times=2)
    await outsider.press(await outsider.show(DESCRIBE), "Imagine all")
    await outsider.harness.wait(10)
    assert await outsider.harness.bot.app.stores.presses.pending_cards() == []
    assert sum(bool(each.embeds) for each in outsider.messages) == 5


async def presses_while_the_queue_is_full(outsider: Outsider) -> None:
    outsider.harness.world.full = True
    await outsider.press(await outsider.show(GRID), "V2")
    outsider.harness.world.full = False
    await outsider.harness.wait(12)


DOORS: dict[Door, int] = {
    looks: 0,
    looks_twice: 0,
    presses_what_exists: 0,
    repeats_what_exists: 1,
    presses_what_is_new: 1,
    opens_a_modal: 0,
    answers_a_modal: 2,
    picks_from_the_menu: 1,
    chooses_a_region: 2,
    dismisses_and_refreshes: 0,
    types: 0,
    presses_what_makes_several: 1,
    presses_while_the_queue_is_full: 2,  # one was refused
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
    assert len(log) == submits + DOORS[door]
    made = {each.child_id for each in log[submits:] if each.child_id}
    theirs = {str(outsider.channel.id), str(outsider.actor.id), "own words", *made}
    there = "\n".join(map(text_of, harness.messages))
    assert [each for each in theirs if each in there] == []


async def test_a_waiting_task_that_two_places_have_seen_is_answered_once(outsider: Outsider) -> None:
    harness = outsider.harness
    await harness.show(MODAL)
    window = await outsider.press(await outsider.show(MODAL), "Write the prompt")
    theirs = await harness.press(harness.messages[0], "Write the prompt")
    await outsider.submit(window, "own words")
    late = await harness.ann.submit_modal(theirs, {"prompt": "later words"})
    assert "already been answered" in answer_to(late)
    assert [each.prompt for each in harness.world.log] == ["own words"]


async def test_a_retry_is_stopped_only_in_the_place_of_its_press(outsider: Outsider) -> None:
    harness = outsider.harness
    await harness.show(GRID)
    await harness.show(MODAL)
    window = await harness.press(card_of(harness, MODAL), "Write the prompt")
    harness.world.full = True
    await harness.press(card_of(harness, GRID), "V1")
    stop = str(harness.button(harness.messages[-1], "Stop trying").custom_id)
    await harness.ann.submit_modal(window, {"prompt": "words"})
    own = await outsider.show(GRID)
    assert answer_to(await outsider.forge(own, stop)) == "Nothing is being retried here."
    waiting = await outsider.show(MODAL)
    assert answer_to(await outsider.press(waiting, "Stop trying")) == "Nothing is being retried here."
    harness.world.full = False
    await harness.wait(12)
    assert len([each for each in harness.world.log if each.child_id]) == 2


# The policies of the first server and of the place of the press

FOR_ALL = ("More…", "Refresh", "Seed")
BY_REQUESTER = ("Stop updating", "Cancel")  # whatever the policy: tests/bot/test_own_buttons.py


@pytest.mark.parametrize("scope", [PressScope.REQUESTER, PressScope.ROLE])
async def test_every_press_elsewhere_is_judged_by_the_first_server_too(
    harness: BotHarness, outsider: Outsider, scope: PressScope
) -> None:
    cards = await first_server(harness)
    await allow(harness, scope, 77)
    own = {task_id: await outsider.show(task_id) for task_id in (GRID, MODAL)}
    secrets, submits = secrets_of(harness), len(harness.world.log)
    for way in [each for each in FORGED if each not in FOR_ALL + BY_REQUESTER]:
        task_id, told = await forge(way, outsider, own)
        link = f"{ROLE}{cards[task_id].jump_url}" if scope is PressScope.ROLE else REQUESTER
        assert (way, answer_to(told), told.modal) == (way, link, None)
    assert len(harness.world.log) == submits
    if scope is PressScope.REQUESTER:
        assert [each for each in secrets if each in outsider.seen] == []


async def test_who_asked_in_the_first_server_may_press_in_a_direct_message_too(harness: BotHarness) -> None:
    bob = harness.env.create_user("bob")
    await harness.show(GRID)
    await harness.guild.add_member(bob).slash(harness.channel, "status", task_id=GRID)
    await allow(harness, PressScope.REQUESTER)
    await bob.slash("status", task_id=GRID)
    await harness.wait(2)
    card = bob.dm_channel.history()[0]
    await bob.click(card, custom_id=harness.button(card, "U1").custom_id)
    assert len(harness.world.log) == 1
    await allow(harness, PressScope.ROLE, 77)
    told = await bob.click(card, custom_id=harness.button(card, "U2").custom_id)
    newest = max(harness.messages, key=lambda message: message.id)
    assert answer_to(told) == f"{ROLE}{newest.jump_url}"
    assert len(harness.world.log) == 1


async def test_a_server_that_the_bot_has_left_refuses_no_press(harness: BotHarness) -> None:
    await harness.show(GRID)
    await allow(harness, PressScope.ROLE, 77)
    outsider = Outsider(harness, SERVER)
    card = await outsider.show(GRID)
    assert answer_to(await outsider.press(card, "U1")).startswith(ROLE)
    first = harness.bot.get_guild(harness.guild.id)
    assert first is not None
    await first.leave()
    await outsider.press(card, "U1")
    assert len(harness.world.log) == 1


async def test_both_servers_must_allow_a_press(harness: BotHarness) -> None:
    await harness.show(GRID)
    outsider = Outsider(harness, SERVER)
    card = await outsider.show(GRID)
    guilds = harness.bot.app.stores.guilds
    policies = (PressPolicy(), PressPolicy(PressScope.REQUESTER), PressPolicy(PressScope.ROLE, 77))
    buttons = iter(("U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"))
    for here, there in product(policies, policies):
        await guilds.set_policy(card.guild.id, here)  # type: ignore[union-attr]
        await guilds.set_policy(harness.guild.id, there)
        told = answer_to(await outsider.press(card, next(buttons)))
        allowed = here.scope is not PressScope.ROLE and there.scope is PressScope.ANYONE
        assert bool(harness.world.log) is allowed, told
        harness.world.log.clear()


@pytest.mark.parametrize("where", [SERVER, DIRECT])
async def test_a_direct_message_that_was_first_counts_for_nothing(harness: BotHarness, where: str) -> None:
    bob = harness.env.create_user("bob")
    await bob.slash("status", task_id=GRID)
    await harness.wait(2)
    await harness.show(GRID)
    await allow(harness, PressScope.REQUESTER)
    outsider = Outsider(harness, where)
    assert answer_to(await outsider.press(await outsider.show(GRID), "U1")) == REQUESTER
    card = bob.dm_channel.history()[0]
    told = await bob.click(card, custom_id=harness.button(card, "U1").custom_id)
    assert answer_to(told) == REQUESTER
    await harness.press(harness.messages[0], "U1")
    assert len(harness.world.log) == 1


async def test_a_thread_is_the_same_place_as_its_server(harness: BotHarness) -> None:
    await harness.show(GRID)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(2)
    child = max(harness.messages, key=lambda message: message.id)
    channel = harness.bot.get_channel(harness.channel.id)
    assert isinstance(channel, discord.TextChannel)
    made = await channel.create_thread(name="sketches", type=discord.ChannelType.public_thread)
    (thread,) = harness.channel.threads
    assert thread.id == made.id
    assert [each["value"] for each in await harness.ann.autocomplete(thread, "status", "task_id", GRID)] == [
        GRID
    ]
    await harness.ann.slash(thread, "status", task_id=GRID)
    await harness.wait(2)
    card = thread.history()[-1]
    assert f"Made from this: [U1]({child.jump_url})" in (card.embeds[0].description or "")
    told = await harness.ann.click(card, custom_id=harness.button(card, "U1").custom_id)
    assert answer_to(told) == f"*U1* already exists: {child.jump_url}"


async def test_refreshing_a_card_does_not_make_it_one_s_own(harness: BotHarness) -> None:
    await harness.show(MODAL)
    await allow(harness, PressScope.REQUESTER)
    await harness.press(harness.messages[0], "Dismiss")
    await harness.wait(3)
    bob = harness.guild.add_member(harness.env.create_user("bob"))
    await bob.click(harness.messages[0], label="Refresh")
    await harness.wait(3)
    told = await bob.click(harness.messages[0], label="Write the prompt")
    assert answer_to(told) == f"Only <@{harness.ann.id}> can use this button."
    assert (await harness.press(harness.messages[0], "Write the prompt")).modal is not None


async def test_a_card_that_the_first_server_refreshes_stays_the_first(harness: BotHarness) -> None:
    await harness.show(MODAL)
    outsider = Outsider(harness, SERVER)
    card = await outsider.show(MODAL)
    await harness.press(harness.messages[0], "Dismiss")
    await harness.wait(3)
    await harness.press(harness.messages[0], "Refresh")
    await harness.wait(3)
    await allow(harness, PressScope.REQUESTER)
    assert answer_to(await outsider.forge(card, FORGED["Write the prompt"])) == REQUESTER
