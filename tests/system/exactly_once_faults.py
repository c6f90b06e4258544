"""What fails while three people act in a channel: kills, a locked database, and Discord."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import replace
from itertools import count
from typing import Any

from mjbot.core.model.task import TaskId
from mjbot.sandbox.buttons import button
from mjbot.sandbox.faults import Hold, When
from tests.discord_answers import Call, page
from tests.system.exactly_once import ANN, DONE, SUBMITS, ChannelScenario, button_id, task_of

FOLLOW_UPS = "/webhooks/**"


async def kill_during(
    scenario: ChannelScenario, doing: Coroutine[Any, Any, None], held: Hold, submits: int = 1
) -> None:
    """Kill the bot while submits are held, and start it again."""
    acting = await _until_held(doing, held, submits)
    if acting.done():
        await acting
    acting.cancel()
    await scenario.rig.restart()


async def lock_database_during(
    scenario: ChannelScenario, doing: Coroutine[Any, Any, None], submits: int, *, kill: bool
) -> None:
    """Lock the database while submits are in flight: their outcome is written later, or never."""
    held = scenario.rig.upstream.hold(SUBMITS, times=submits)
    acting = await _until_held(doing, held, submits)
    if acting.done():  # a press that was made before is not sent
        scenario.rig.upstream.clear_faults()
        return
    with closing(sqlite3.connect(scenario.rig.bot.database, isolation_level=None)) as other:
        other.execute("begin immediate")
        held.release()
        await acting
        if kill:
            await scenario.rig.bot.kill()
    if kill:
        await scenario.rig.bot.start()
    else:
        await scenario.rig.until(lambda: not scenario.rig.presses("sending") or scenario.rig.world.full)


async def kill_between_cards(scenario: ChannelScenario, when: When, card: int) -> None:
    """Kill while Discord gets the card of one of several tasks; the next start shows all of them."""
    rig, stub = scenario.rig, scenario.rig.stub
    seen = count()
    held = stub.hold("POST", FOLLOW_UPS, when, match=lambda call: _is_card(call) and next(seen) == card)
    parent = await _imagine_all(scenario)
    await held.arrived()
    await rig.restart()
    _note_children(scenario, parent)


async def the_cards_of_one_press_get_a_5xx(scenario: ChannelScenario) -> None:
    """Answer the cards of two of several tasks with a 5xx, one of which Discord shows all the same."""
    stub = scenario.rig.stub
    failed = [
        stub.refuse("POST", FOLLOW_UPS, replace(page(502), applied=applied), match=_is_card, times=1)
        for applied in (True, False)
    ]
    parent = await _imagine_all(scenario)
    await stub.until(lambda: all(each.given for each in failed))
    children = _note_children(scenario, parent)
    await stub.until(lambda: children <= set(map(task_of, scenario.messages())))


async def _imagine_all(scenario: ChannelScenario) -> TaskId:
    """Press the button that makes four tasks; return the task that has it."""
    rig = scenario.rig
    parent = TaskId(next(rig.ids))
    text = "\n\n".join(f"{n}\ufe0f\u20e3 a cat" for n in range(1, 5))
    buttons = [button("MJ::Job::PicReader::all", "Imagine all")]
    rig.world.add(parent, DONE, start=time.time() - 60, prompt=text, action="DESCRIBE", buttons=buttons)
    message = await scenario.card(parent)
    await rig.stub.press(message, button_id(message, "Imagine all"), rig.people[ANN])
    return parent


def _note_children(scenario: ChannelScenario, parent: TaskId) -> set[str]:
    """Add the four tasks that were made of another one to those that must have a card."""
    (first,) = (each.child_id for each in scenario.rig.world.log if each.task_id == parent)
    children = {str(int(first or 0) + n) for n in range(4)}
    assert children <= set(scenario.rig.world.ids)
    scenario.children |= children
    return children


def _is_card(call: Call) -> bool:
    return bool(call.form.get("embeds"))


async def _until_held(doing: Coroutine[Any, Any, None], held: Hold, submits: int) -> asyncio.Future[None]:
    """Let somebody act until submits are held, or what they do has ended: it is not sent again."""
    reached = asyncio.ensure_future(held.arrived(submits))
    acting = asyncio.ensure_future(doing)
    await asyncio.wait({reached, acting}, return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    return acting
