"""Build the services of the commands that make pictures."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.clock import Clock
from mjbot.guard import LoopGuard
from mjbot.ports import ReferenceSource, Stores, TaskSource
from mjbot.service.making.direct import DirectMakes
from mjbot.service.making.held_uploads import HeldUploads
from mjbot.service.making.imagine import ImagineService
from mjbot.service.making.loaded_pictures import LoadedPictures
from mjbot.service.making.make_submission import MakeCards
from mjbot.service.making.makes import MakeService
from mjbot.service.making.modals import MakeModals
from mjbot.service.making.series import SeriesService
from mjbot.service.making.series_loop import SeriesLoop
from mjbot.service.pressing.wiring import Pressing, Watching


@dataclass(frozen=True, slots=True)
class Making:
    """The services of the commands that make pictures."""

    imagine: ImagineService
    direct: DirectMakes
    series: SeriesService
    series_loop: SeriesLoop


def build_making(
    source: TaskSource,
    references: ReferenceSource,
    stores: Stores,
    watching: Watching,
    pressing: Pressing,
    clock: Clock,
    guard: LoopGuard,
    *,
    series_max: int,
) -> Making:
    """Build the services of /imagine, /describe, /blend and /shorten, and the loop of series."""
    uploads, loaded = HeldUploads(), LoadedPictures()
    modals = MakeModals(stores.makes, watching.snapshots, uploads, pressing.drafts)
    cards = MakeCards(stores.makes, stores.watches, watching.opener, watching.watches)
    loop = _series_loop(source, stores, watching, pressing, clock, guard)
    series = _series(stores, cards, watching, pressing, loop, clock, series_max)
    service = _makes(source, stores, cards, watching, pressing, clock)
    direct = DirectMakes(
        source=source,
        references=references,
        snapshots=watching.snapshots,
        access=watching.access,
        modals=modals,
        uploads=uploads,
        loaded=loaded,
        service=service,
        in_flight=pressing.in_flight,
    )
    imagine = ImagineService(
        source=source,
        references=references,
        makes=stores.makes,
        snapshots=watching.snapshots,
        access=watching.access,
        modals=modals,
        uploads=uploads,
        loaded=loaded,
        service=service,
        series=series,
        direct=direct,
        in_flight=pressing.in_flight,
    )
    return Making(imagine, direct, series, loop)


def _makes(
    source: TaskSource,
    stores: Stores,
    cards: MakeCards,
    watching: Watching,
    pressing: Pressing,
    clock: Clock,
) -> MakeService:
    return MakeService(
        source=source,
        presses=stores.presses,
        cards=cards,
        journal=pressing.journal,
        watches=watching.watches,
        retargeting=pressing.retargeting,
        clock=clock,
    )


def _series(
    stores: Stores,
    cards: MakeCards,
    watching: Watching,
    pressing: Pressing,
    loop: SeriesLoop,
    clock: Clock,
    limit: int,
) -> SeriesService:
    return SeriesService(
        makes=stores.makes,
        access=watching.access,
        cards=cards,
        watches=watching.watches,
        retries=pressing.retries,
        writes=watching.writes,
        on_start=loop.notify,
        clock=clock,
        limit=limit,
    )


def _series_loop(
    source: TaskSource, stores: Stores, watching: Watching, pressing: Pressing, clock: Clock, guard: LoopGuard
) -> SeriesLoop:
    return SeriesLoop(
        source=source,
        makes=stores.makes,
        journal=pressing.journal,
        watches=watching.watches,
        pending=watching.pending_cards,
        writes=watching.writes,
        in_flight=pressing.in_flight,
        clock=clock,
        guard=guard,
    )
