"""What keeps one person, or one server, from using up a key that all share."""

from __future__ import annotations

import pytest

from tests.bot.conftest import GRID, RUNNING, SINGLE, BotFactory, BotHarness

MINE = 1_730_621_718_150_001
MANY = "in a short time. Please try again <t:"


@pytest.fixture
async def tight(bot_factory: BotFactory) -> BotHarness:
    """A server with small limits."""
    harness = await bot_factory.open()
    await bot_factory.restart(
        harness,
        user_commands_per_minute=3,
        user_presses_per_10_min=2,
        guild_presses_per_hour=3,
        guild_cards=2,
    )
    return harness


async def test_who_asks_too_often_is_told_when_to_ask_again_and_may_then(tight: BotHarness) -> None:
    for _ in range(3):
        assert not (await tight.ask(GRID)).ephemeral
    told = await tight.ask(GRID)
    assert told.ephemeral
    assert told.response is not None
    assert MANY in told.response.content
    ben = tight.guild.add_member(tight.env.create_user("ben"))
    assert not (await ben.slash(tight.channel, "status", task_id=GRID)).ephemeral
    await tight.wait(62)
    assert not (await tight.ask(GRID)).ephemeral


async def test_a_restart_forgets_no_limit(tight: BotHarness, bot_factory: BotFactory) -> None:
    for _ in range(3):
        await tight.ask(GRID)
    await bot_factory.restart(tight, user_commands_per_minute=3)
    assert (await tight.ask(GRID)).ephemeral


async def test_who_presses_too_often_is_told_and_nothing_is_sent(tight: BotHarness) -> None:
    await tight.show(GRID)
    card = tight.messages[0]
    for label in ("U1", "V1"):
        await tight.press(card, label)
    told = await tight.press(card, "U2")
    assert told.response is not None
    assert MANY in told.response.content
    assert len(tight.world.log) == 2
    ben = tight.guild.add_member(tight.env.create_user("ben"))
    for label, sent in (("U3", 3), ("U4", 3)):  # the third is the server's last in this hour
        custom_id = tight.button(card, label).custom_id
        assert custom_id is not None
        await ben.click(card, custom_id=custom_id)
        assert len(tight.world.log) == sent


async def test_opening_a_form_costs_nothing_and_a_prompt_over_the_limit_is_kept(tight: BotHarness) -> None:
    await tight.show(SINGLE)
    card = tight.messages[0]
    for _ in range(3):
        form = await tight.press(card, "Custom Zoom")
        assert form.modal is not None
    for label in ("Vary (Subtle)", "Vary (Strong)"):
        await tight.press(card, label)
    told = await tight.ann.submit_modal(form, {"prompt": "a long prompt --zoom 1.5"})
    assert told.response is not None
    assert MANY in told.response.content
    assert len(tight.world.log) == 2
    await tight.wait(660)
    form = await tight.press(card, "Custom Zoom")
    assert "a long prompt --zoom 1.5" in str(form.modal)


async def test_a_server_has_so_many_live_cards_and_finished_ones_do_not_count(tight: BotHarness) -> None:
    for number in range(2):
        tight.world.add(str(MINE + number), [(0, "IN_PROGRESS", "46%"), (90, "SUCCESS", "100%")])
        await tight.ask(str(MINE + number))
    await tight.wait(70)
    told = await tight.ask(RUNNING)
    assert told.ephemeral
    assert told.response is not None
    assert "This server already has 2 live cards" in told.response.content
    await tight.wait(40)
    assert not (await tight.ask(SINGLE)).ephemeral
