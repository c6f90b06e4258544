"""Who may press, as a server has chosen."""

from __future__ import annotations

import discord
import pytest
import simcord

from mjbot.core.access.press_policy import Actor, PressPolicy, PressScope, may_press
from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, SINGLE, BotFactory, BotHarness


@pytest.mark.parametrize(
    ("policy", "person", "allowed"),
    [
        (PressPolicy(), Actor(9), True),
        (PressPolicy(PressScope.REQUESTER), Actor(1), True),
        (PressPolicy(PressScope.REQUESTER), Actor(9), False),
        (PressPolicy(PressScope.REQUESTER), Actor(9, manages=True), True),
        (PressPolicy(PressScope.ROLE, 5), Actor(9, frozenset({5, 6})), True),
        (PressPolicy(PressScope.ROLE, 5), Actor(1, frozenset({6})), False),
    ],
)
def test_a_policy_lets_through_whom_it_names(policy: PressPolicy, person: Actor, allowed: bool) -> None:
    assert may_press(policy, person, requester_id=1) is allowed


def test_where_nobody_knows_who_asked_only_managers_may_press() -> None:
    assert not may_press(PressPolicy(PressScope.REQUESTER), Actor(1), None)


async def scene(harness: BotHarness) -> tuple[simcord.MemberActor, simcord.MemberActor]:
    """Somebody who manages the server, and somebody else."""
    role = harness.guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    boss = harness.guild.add_member(harness.env.create_user("boss"), roles=[role])
    return boss, harness.guild.add_member(harness.env.create_user("bob"))


async def test_by_choice_only_whoever_asked_may_press_and_others_are_told_who(
    bot_factory: BotFactory,
) -> None:
    harness = await bot_factory.open()
    boss, bob = await scene(harness)
    told = await boss.slash(harness.channel, "settings presses", who="requester")
    assert told.ephemeral
    await harness.show(GRID)
    await bot_factory.restart(harness)
    custom_id = harness.button(harness.messages[0], "U1").custom_id
    assert custom_id
    refused = await bob.click(harness.messages[0], custom_id=custom_id)
    assert refused.response is not None
    assert refused.response.content == f"Only <@{harness.ann.id}> can use this button."
    assert harness.world.log == []
    await harness.press(harness.messages[0], "U1")
    assert len(harness.world.log) == 1


async def test_a_window_is_checked_like_a_press(harness: BotHarness) -> None:
    boss, bob = await scene(harness)
    role = harness.guild.create_role("painters")
    await boss.slash(harness.channel, "settings presses", who="role", role=role)
    await harness.show(SINGLE)
    custom_id = harness.button(harness.messages[0], "Custom Zoom").custom_id
    assert custom_id
    refused = await bob.click(harness.messages[0], custom_id=custom_id)
    assert refused.response is not None
    assert refused.response.content == f"Only <@&{role.id}> can use this button."


async def test_a_role_must_be_named(harness: BotHarness) -> None:
    boss, _ = await scene(harness)
    told = await boss.slash(harness.channel, "settings presses", who="role")
    assert told.response is not None
    assert told.response.content == "Please choose a role as well."


async def test_every_door_to_the_service_is_checked_at_the_moment_it_is_used(harness: BotHarness) -> None:
    """Windows and choices that were open before the server decided otherwise are refused, too."""
    boss, _ = await scene(harness)
    await harness.show(SINGLE)
    await harness.show(DemoIds.MODAL)
    single, waiting = sorted(harness.messages, key=lambda message: message.id)
    zoom = await harness.press(single, "Custom Zoom")
    words = await harness.press(waiting, "Write the prompt")
    picker = await harness.press(single, "Vary (Region)")
    assert picker.response is not None
    role = harness.guild.create_role("painters")
    await boss.slash(harness.channel, "settings presses", who="role", role=role)
    refused = [
        await harness.ann.submit_modal(zoom, {"prompt": "a lake --zoom 2"}),
        await harness.ann.submit_modal(words, {"prompt": "a lake"}),
        await harness.press(single, "Vary (Subtle)"),
        await harness.press(waiting, "Write the prompt"),
        await harness.press(waiting, "Dismiss"),
        await harness.press(picker.response.message, "5"),
    ]
    for each in refused:
        assert each.response is not None
        assert each.response.content == f"Only <@&{role.id}> can use this button."
    assert harness.world.log == []


async def test_in_a_direct_message_there_is_nobody_else_to_ask(harness: BotHarness) -> None:
    user = harness.env.create_user("dora")
    await user.slash("status", task_id=GRID)
    await harness.wait(2)
    card = user.dm_channel.history()[0]
    custom_id = harness.button(card, "U1").custom_id
    assert custom_id is not None
    await user.click(card, custom_id=custom_id)
    await harness.wait(20)
    assert [each.embeds[0].title for each in user.dm_channel.history()] == ["Done", "Done"]
    assert len(harness.world.log) == 1


async def test_a_card_says_who_requested_it_and_a_direct_message_does_not(harness: BotHarness) -> None:
    _, bob = await scene(harness)
    await harness.show(GRID)
    custom_id = harness.button(harness.messages[0], "U1").custom_id
    assert custom_id
    await bob.click(harness.messages[0], custom_id=custom_id)
    await harness.wait(20)
    parent, child = [each for each in harness.messages if not each.flags.ephemeral]
    assert f" · asked by <@{harness.ann.id}>\n" in (parent.embeds[0].description or "")
    assert f" · asked by <@{bob.id}>\n" in (child.embeds[0].description or "")
    assert (child.embeds[0].footer.text or "").startswith("U1 · ")
    assert not any(each.mentions for each in (parent, child))
    dora = harness.env.create_user("dora")
    await dora.slash("status", task_id=GRID)
    await harness.wait(2)
    assert "<@" not in (dora.dm_channel.history()[0].embeds[0].description or "")
