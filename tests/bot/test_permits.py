"""Who may press, as a server has chosen."""

from __future__ import annotations

import discord
import pytest
import simcord

from mjbot.core.policy import Person, Policy, Who, may_press
from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import GRID, SINGLE, Stage, Theatre


@pytest.mark.parametrize(
    ("policy", "person", "allowed"),
    [
        (Policy(), Person(9), True),
        (Policy(Who.REQUESTER), Person(1), True),
        (Policy(Who.REQUESTER), Person(9), False),
        (Policy(Who.REQUESTER), Person(9, manages=True), True),
        (Policy(Who.ROLE, 5), Person(9, frozenset({5, 6})), True),
        (Policy(Who.ROLE, 5), Person(1, frozenset({6})), False),
    ],
)
def test_a_policy_lets_through_whom_it_names(policy: Policy, person: Person, allowed: bool) -> None:
    assert may_press(policy, person, requester_id=1) is allowed


def test_where_nobody_knows_who_asked_only_managers_may_press() -> None:
    assert not may_press(Policy(Who.REQUESTER), Person(1), None)


async def scene(stage: Stage) -> tuple[simcord.MemberActor, simcord.MemberActor]:
    """Somebody who manages the server, and somebody else."""
    role = stage.guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    boss = stage.guild.add_member(stage.env.create_user("boss"), roles=[role])
    return boss, stage.guild.add_member(stage.env.create_user("bob"))


async def test_by_choice_only_whoever_asked_may_press_and_others_are_told_who(theatre: Theatre) -> None:
    stage = await theatre.open()
    boss, bob = await scene(stage)
    told = await boss.slash(stage.channel, "settings presses", who="requester")
    assert told.ephemeral
    await stage.show(GRID)
    await theatre.restart(stage)
    custom_id = stage.button(stage.messages[0], "U1").custom_id
    assert custom_id
    refused = await bob.click(stage.messages[0], custom_id=custom_id)
    assert refused.response is not None
    assert refused.response.content == f"Only <@{stage.ann.id}> can press this."
    assert stage.world.log == []
    await stage.press(stage.messages[0], "U1")
    assert len(stage.world.log) == 1


async def test_a_window_is_checked_like_a_press(stage: Stage) -> None:
    boss, bob = await scene(stage)
    role = stage.guild.create_role("painters")
    await boss.slash(stage.channel, "settings presses", who="role", role=role)
    await stage.show(SINGLE)
    custom_id = stage.button(stage.messages[0], "Custom Zoom").custom_id
    assert custom_id
    refused = await bob.click(stage.messages[0], custom_id=custom_id)
    assert refused.response is not None
    assert refused.response.content == f"Only <@&{role.id}> can press this."


async def test_a_role_must_be_named(stage: Stage) -> None:
    boss, _ = await scene(stage)
    told = await boss.slash(stage.channel, "settings presses", who="role")
    assert told.response is not None
    assert told.response.content == "Please name the role, too."


async def test_every_door_to_the_service_is_checked_at_the_moment_it_is_used(stage: Stage) -> None:
    """Windows and choices that were open before the server decided otherwise are refused, too."""
    boss, _ = await scene(stage)
    await stage.show(SINGLE)
    await stage.show(DemoIds.MODAL)
    single, waiting = sorted(stage.messages, key=lambda message: message.id)
    zoom = await stage.press(single, "Custom Zoom")
    words = await stage.press(waiting, "Write the prompt")
    picker = await stage.press(single, "Vary (Region)")
    assert picker.response is not None
    role = stage.guild.create_role("painters")
    await boss.slash(stage.channel, "settings presses", who="role", role=role)
    refused = [
        await stage.ann.submit_modal(zoom, {"prompt": "a lake --zoom 2"}),
        await stage.ann.submit_modal(words, {"prompt": "a lake"}),
        await stage.press(single, "Vary (Subtle)"),
        await stage.press(waiting, "Write the prompt"),
        await stage.press(waiting, "Leave it"),
        await stage.press(picker.response.message, "5"),
    ]
    for each in refused:
        assert each.response is not None
        assert each.response.content == f"Only <@&{role.id}> can press this."
    assert stage.world.log == []


async def test_in_a_direct_message_there_is_nobody_else_to_ask(stage: Stage) -> None:
    user = stage.env.create_user("dora")
    await user.slash("status", task_id=GRID)
    await stage.wait(2)
    card = user.dm_channel.history()[0]
    custom_id = stage.button(card, "U1").custom_id
    assert custom_id is not None
    await user.click(card, custom_id=custom_id)
    await stage.wait(20)
    assert [each.embeds[0].title for each in user.dm_channel.history()] == ["Done", "Done"]
    assert len(stage.world.log) == 1
