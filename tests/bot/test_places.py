"""What one place may know and do of a task that another place has shown."""

from __future__ import annotations

import discord
import simcord

from mjbot.core.access.press_policy import PressPolicy, PressScope
from tests.bot.conftest import GRID, BotHarness


class Elsewhere:
    """A second server with a member of its own, and the card of the same task there."""

    def __init__(self, harness: BotHarness) -> None:
        self.harness = harness
        self.guild = harness.new_guild("Elsewhere")
        self.channel = self.guild.create_text_channel("pictures")
        self.zoe = self.guild.add_member(harness.env.create_user("zoe"))

    async def show(self) -> discord.Message:
        await self.zoe.slash(self.channel, "status", task_id=GRID)
        await self.harness.wait(2)
        message = self.channel.last_message
        assert message is not None
        return message

    async def press(self, message: discord.Message, label: str) -> simcord.InteractionResult:
        custom_id = self.harness.button(message, label).custom_id
        assert custom_id is not None
        return await self.zoe.click(message, custom_id=custom_id)


def told(result: simcord.InteractionResult) -> str:
    shown = result.response or result.followups[-1]
    return shown.content


async def allow(harness: BotHarness, scope: PressScope, role: int | None = None) -> None:
    await harness.bot.app.stores.guilds.set_policy(harness.guild.id, PressPolicy(scope, role))


async def test_a_card_links_only_relatives_that_its_own_place_has_seen(harness: BotHarness) -> None:
    await harness.show(GRID)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(40)
    elsewhere = Elsewhere(harness)
    message = await elsewhere.show()
    assert "discord.com/channels" not in (message.embeds[0].description or "")
    assert "Made from this" not in (message.embeds[0].description or "")


async def test_a_press_elsewhere_of_what_exists_names_and_links_nothing_of_the_first_place(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    await harness.press(harness.messages[0], "U1")
    await harness.wait(40)
    elsewhere = Elsewhere(harness)
    message = await elsewhere.show()
    answer = told(await elsewhere.press(message, "U1"))
    assert answer == "*U1* was already pressed; its result isn't in this server or direct message."
    assert len(harness.world.log) == 1


async def test_the_policy_of_the_first_server_cannot_be_bypassed_from_another(harness: BotHarness) -> None:
    await harness.show(GRID)
    await allow(harness, PressScope.REQUESTER)
    elsewhere = Elsewhere(harness)
    message = await elsewhere.show()
    assert "can use the buttons" in told(await elsewhere.press(message, "U1"))
    await allow(harness, PressScope.ROLE, 77)
    answer = told(await elsewhere.press(message, "U1"))
    assert answer.startswith("Only a role of another server can use this button.")
    assert harness.messages[0].jump_url in answer
    assert harness.world.log == []
    await allow(harness, PressScope.ANYONE)
    await elsewhere.press(message, "U1")
    assert len(harness.world.log) == 1


async def test_the_policy_of_the_first_server_cannot_be_bypassed_in_a_direct_message(
    harness: BotHarness,
) -> None:
    await harness.show(GRID)
    await allow(harness, PressScope.REQUESTER)
    stranger = harness.env.create_user("stranger")
    await stranger.slash("status", task_id=GRID)
    await harness.wait(2)
    message = stranger.dm_channel.last_message
    assert message is not None
    custom_id = harness.button(message, "U1").custom_id
    assert custom_id is not None
    pressed = await stranger.click(message, custom_id=custom_id)
    assert "can use the buttons" in told(pressed)
    assert harness.world.log == []
