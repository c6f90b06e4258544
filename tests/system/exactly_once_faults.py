"""What fails while three people act in a channel: kills, and a locked database."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Coroutine
from contextlib import closing
from itertools import count
from typing import Any

from mjbot.core.model.task import TaskId
from mjbot.sandbox.buttons import button
from mjbot.sandbox.faults import Hold, When
from tests.discord_answers import Call
from tests.system.exactly_once import ANN, DONE, SUBMITS, ChannelScenario, button_id


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
    parent = TaskId(next(rig.ids))
    text = "\n\n".join(f"{n}\ufe0f\u20e3 a cat" for n in range(1, 5))
    buttons = [button("MJ::Job::PicReader::all", "Imagine all")]
    rig.world.add(parent, DONE, start=time.time() - 60, prompt=text, action="DESCRIBE", buttons=buttons)
    message = await scenario.card(parent)
    seen = count()

    def is_next(call: Call) -> bool:
        return bool(call.form.get("embeds")) and next(seen) == card

    held = stub.hold("POST", "/webhooks/**", when, match=is_next)
    await stub.press(message, button_id(message, "Imagine all"), rig.people[ANN])
    await held.arrived()
    await rig.restart()
    (first,) = (each.child_id for each in rig.world.log if each.task_id == parent)
    scenario.children |= {str(int(first or 0) + n) for n in range(4)}
    assert scenario.children <= set(rig.world.ids)


async def _until_held(doing: Coroutine[Any, Any, None], held: Hold, submits: int) -> asyncio.Future[None]:
    """Let somebody act until submits are held, or what they do has ended: it is not sent again."""
    reached = asyncio.ensure_future(held.arrived(submits))
    acting = asyncio.ensure_future(doing)
    await asyncio.wait({reached, acting}, return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    return acting
