"""The machine's clock is set while the bot runs or is down: live cards go on, and a start finds them all."""

from __future__ import annotations

import pytest

from tests.system.conftest import ProcessHarness, custom_id
from tests.system.discord_stub.log import SECONDS

TURNS = [3_600.0, -3_600.0, 400 * 86_400.0, -400 * 86_400.0]


@pytest.mark.parametrize("seconds", TURNS)
async def test_a_clock_that_is_set_in_mid_task_loses_nothing(harness: ProcessHarness, seconds: float) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.title() == "In progress", SECONDS)
    harness.bot.turn_clock(seconds)
    card = await harness.done()
    pressed = await harness.stub.press(card, custom_id(card, "U1"), harness.user)
    await pressed.answered(SECONDS)
    await harness.stub.until(lambda: len(harness.upstream.world.log) == 1, SECONDS)


@pytest.mark.parametrize("seconds", [3_600.0, -3_600.0])
async def test_a_start_with_a_wrong_clock_still_shows_the_end(
    harness: ProcessHarness, seconds: float
) -> None:
    await harness.ask()
    await harness.stub.until(lambda: harness.title() == "In progress", SECONDS)
    await harness.bot.kill()
    harness.bot.turn_clock(seconds)
    await harness.bot.start()
    # A message that seems to be over an hour old is edited every 30 s only.
    await harness.done(3 * SECONDS)
