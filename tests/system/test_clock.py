"""Somebody turns the machine's clock: live cards go on, and a start in the wrong year finds them all."""

from __future__ import annotations

import pytest

from tests.system.conftest import Scene, custom_id
from tests.system.process import SECONDS

TURNS = [3_600.0, -3_600.0, 400 * 86_400.0, -400 * 86_400.0]


@pytest.mark.parametrize("seconds", TURNS)
async def test_a_clock_that_is_turned_in_mid_task_loses_nothing(scene: Scene, seconds: float) -> None:
    await scene.ask()
    await scene.stub.until(lambda: scene.title() == "In progress", SECONDS)
    scene.bot.turn_clock(seconds)
    card = await scene.done()
    pressed = await scene.stub.press(card, custom_id(card, "U1"), scene.user)
    await pressed.answered(SECONDS)
    await scene.stub.until(lambda: len(scene.upstream.world.log) == 1, SECONDS)


@pytest.mark.parametrize("seconds", [3_600.0, -3_600.0])
async def test_a_process_that_starts_with_another_hour_shows_the_end_all_the_same(
    scene: Scene, seconds: float
) -> None:
    await scene.ask()
    await scene.stub.until(lambda: scene.title() == "In progress", SECONDS)
    await scene.bot.kill()
    scene.bot.turn_clock(seconds)
    await scene.bot.start()
    # A message that seems to be over an hour old is edited every 30 s only.
    await scene.done(3 * SECONDS)
