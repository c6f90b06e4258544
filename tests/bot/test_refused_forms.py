"""What was typed into a form is there again after a refusal, whatever refused it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from mjbot.core.access.rate_limits import TEN_MINUTES, RateLimit
from mjbot.sandbox.demo_tasks import DemoIds
from tests.bot.conftest import SINGLE, BotFactory, BotHarness

TYPED = "a lake that took long to write --zoom 1.5"
PRESSES = 2
EMBED_LINKS = discord.Permissions(embed_links=True).value
Opened = Callable[[BotHarness], Awaitable[simcord.InteractionResult]]
Refuse = Callable[[BotHarness], Awaitable[None]]


async def of_an_action(harness: BotHarness) -> simcord.InteractionResult:
    await harness.show(SINGLE)
    return await harness.press(harness.messages[0], "Custom Zoom")


async def of_a_waiting_task(harness: BotHarness) -> simcord.InteractionResult:
    await harness.show(DemoIds.MODAL)
    return await harness.press(harness.messages[0], "Write the prompt")


async def of_shorten(harness: BotHarness) -> simcord.InteractionResult:
    harness.world.banned = {"rude"}
    await harness.ann.slash(harness.channel, "shorten", prompt="a rude kite")
    return await harness.press(harness.newest, "Edit")


async def of_imagine(harness: BotHarness) -> simcord.InteractionResult:
    return await harness.ann.slash(harness.channel, "imagine")


async def without_permission(harness: BotHarness) -> None:
    """Take *Embed Links* from the bot in this channel."""
    backend = harness.env.backend
    overwrite = Overwrite(backend.bot_user.id, OverwriteType.MEMBER, 0, EMBED_LINKS)
    backend.get_channel(harness.channel.id).overwrites.append(overwrite)


async def over_the_limit(harness: BotHarness) -> None:
    """Count as many presses of this person as ten minutes allow."""
    limit = RateLimit("press", "user", PRESSES, TEN_MINUTES)
    now = harness.env.now().timestamp()
    for _ in range(PRESSES):
        await harness.bot.app.stores.usage.take([(f"user:{harness.ann.id}", limit)], now)


@pytest.mark.parametrize("refuse", [without_permission, over_the_limit], ids=lambda each: each.__name__)
@pytest.mark.parametrize(
    "opened", [of_an_action, of_a_waiting_task, of_shorten, of_imagine], ids=lambda each: each.__name__
)
async def test_what_was_typed_into_a_refused_form_is_offered_again(
    bot_factory: BotFactory, opened: Opened, refuse: Refuse
) -> None:
    harness = await bot_factory.open(make_anywhere="yes", user_presses_per_10_min=PRESSES)
    modal = await opened(harness)
    submits = len(harness.world.log)
    await refuse(harness)
    told = await harness.ann.submit_modal(modal, {"prompt": TYPED})
    assert len(harness.world.log) == submits
    refusal = [each for each in (told.response, *told.followups) if each is not None and each.ephemeral][-1]
    ((button,),) = harness.labels(refusal.message)
    assert button == ("Edit" if opened in (of_shorten, of_imagine) else "Continue editing")
    harness.env.backend.get_channel(harness.channel.id).overwrites.clear()
    again = await harness.press(refusal.message, button)
    assert TYPED in str(again.modal)
