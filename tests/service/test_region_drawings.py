"""The picker is drawn for its newest press, and no guild's images make those of another wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from mjbot.clock import Clock
from mjbot.core.access.rate_limits import RateLimit, RateLimits
from mjbot.core.card.buttons import Rows
from mjbot.core.card.card import Picture
from mjbot.core.card.components import PressTarget
from mjbot.core.card.menu import Menu
from mjbot.core.i18n.texts import Text
from mjbot.core.making.spending import SpendingPolicy
from mjbot.core.model.snapshot import DEFAULT_THRESHOLDS, TaskSnapshot
from mjbot.core.model.task import Task, TaskId
from mjbot.core.model.watch import MessageRef
from mjbot.core.polling.intervals import PollSettings
from mjbot.core.polling.schedule import PollSchedule
from mjbot.guard import LoopGuard
from mjbot.ports import File, InteractionContext, PressRequest, Reply, TaskSource
from mjbot.service.access import Access
from mjbot.service.pressing.regions import RegionService
from mjbot.service.reader import TaskReader
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.write_behind import WriteBehind
from mjbot.store import open_stores
from mjbot.tracker import TaskTracker

TASK = TaskId("1730000000000001")
ANY = RateLimits((), (), 100, (RateLimit("interaction", "user", 10_000, 60.0),))


@dataclass
class Masks:
    """A `MaskSource` that draws when it is told to."""

    drawn: list[str] = field(default_factory=list)
    waiting: list[asyncio.Event] = field(default_factory=list)

    async def preview(self, _picture: Picture, region: str) -> File:
        self.drawn.append(region)
        self.waiting.append(asyncio.Event())
        await self.waiting[-1].wait()
        return File(f"area-{region}.webp", b"")

    async def of_cells(self, _picture: Picture, _region: str) -> str:
        raise NotImplementedError

    async def of_upload(self, _picture: Picture | None, _data: bytes) -> str:
        raise NotImplementedError


@dataclass
class PickerReply:
    """The part of a `Reply` that a picker uses."""

    shown: list[str]
    buttons: list[Rows] = field(default_factory=list)

    async def edit_buttons(self, rows: Rows) -> bool:
        self.buttons.append(rows)
        return True

    async def defer(self, *, private: bool = False) -> MessageRef:
        return MessageRef(1, 2)

    async def send_private_menu(
        self, _text: Text, _rows: Rows, *, menu: Menu | None = None, file: File | None = None
    ) -> None:
        self.shown.append(file.name if file else "")


@dataclass
class Rig:
    regions: RegionService
    masks: Masks
    shown: list[str] = field(default_factory=list)
    replies: list[PickerReply] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def press(self, region: str, message: int = 1, guild: int = 1) -> None:
        self.replies.append(PickerReply(self.shown))
        request = PressRequest(
            InteractionContext(guild, 1, 2, "en-US", "en-US"),
            MessageRef(1, message),
            TASK,
            PressTarget("a" * 12, region=region),
            cast("Reply", self.replies[-1]),
            on_its_card=True,
        )
        self.tasks.append(asyncio.create_task(self.regions.choose(request)))

    async def until_answered(self, drawings: int) -> None:
        """Wait until every press has new buttons, and so many drawings have begun."""
        while not all(reply.buttons for reply in self.replies) or len(self.masks.drawn) < drawings:
            await asyncio.sleep(0.001)  # access and tasks are read in the thread of the database

    async def finish(self) -> None:
        while not all(task.done() for task in self.tasks):
            for event in self.masks.waiting:
                event.set()
            await asyncio.sleep(0.001)
        await asyncio.gather(*self.tasks)


@asynccontextmanager
async def opened() -> AsyncIterator[Rig]:
    clock = Clock(lambda: 1_000.0)
    async with open_stores(":memory:") as stores:
        task = Task(TASK, status="SUCCESS", image_url="https://cdn.example.com/a.png")
        await stores.watches.save([TaskSnapshot(TASK, opened_at=1.0, task=task, seen_at=1.0)])
        access = Access(
            stores.guilds,
            stores.watches,
            stores.usage,
            spending=SpendingPolicy(frozenset()),
            bot_public=lambda: None,
            limits=ANY,
            in_guild=lambda _: True,
            live_cards=lambda _: 0,
            clock=clock,
        )
        source = cast("TaskSource", None)  # the end is stored: nothing is read
        schedule = PollSchedule(PollSettings(0.1, 0.2, 100), lambda: 0.5)
        tracker = TaskTracker(source, schedule, clock, DEFAULT_THRESHOLDS, partial(LoopGuard, clock=clock))
        guard = LoopGuard("writes", clock)
        buffer = WriteBehind(stores.watches, DeferredWrites(clock, guard), clock, guard)
        reader = TaskReader(source, buffer, tracker, clock)
        masks = Masks()
        yield Rig(RegionService(stores.presses, access, reader, masks), masks)


async def test_of_many_presses_on_one_picker_the_first_and_the_newest_are_drawn() -> None:
    async with opened() as rig:
        rig.press("001")
        await rig.until_answered(1)
        for number in range(2, 121):
            rig.press(f"{number:03x}")
        await rig.until_answered(1)  # each press is, at once
        await rig.finish()
    assert rig.masks.drawn == ["001", "078"]
    assert rig.shown == ["area-078.webp"]


async def test_many_pickers_of_one_guild_do_not_hold_up_those_of_another() -> None:
    async with opened() as rig:
        for message in range(60):
            rig.press("001", message)
        await rig.until_answered(2)
        rig.press("0ff", message=100, guild=2)
        await rig.until_answered(3)
        assert rig.masks.drawn == ["001", "001", "0ff"]
        await rig.finish()
    assert len(rig.shown) == 61
