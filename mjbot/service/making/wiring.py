"""Build the services of the commands that make pictures."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.clock import Clock
from mjbot.ports import ReferenceSource, Stores, TaskSource
from mjbot.service.making.direct import DirectMakes
from mjbot.service.making.held_uploads import HeldUploads
from mjbot.service.making.imagine import ImagineService
from mjbot.service.making.loaded_pictures import LoadedPictures
from mjbot.service.making.make_submission import MakeCards
from mjbot.service.making.makes import MakeService
from mjbot.service.making.modals import MakeModals
from mjbot.service.pressing.wiring import Pressing, Watching


@dataclass(frozen=True, slots=True)
class Making:
    """The services of the commands that make pictures."""

    imagine: ImagineService
    direct: DirectMakes


def build_making(
    source: TaskSource,
    references: ReferenceSource,
    stores: Stores,
    watching: Watching,
    pressing: Pressing,
    clock: Clock,
) -> Making:
    """Build the services of /imagine, /describe, /blend and /shorten."""
    uploads, loaded = HeldUploads(), LoadedPictures()
    service = MakeService(
        source=source,
        presses=stores.presses,
        cards=MakeCards(stores.makes, stores.watches, watching.opener, watching.watches),
        journal=pressing.journal,
        watches=watching.watches,
        pending=watching.pending_cards,
        tracker=watching.tracker,
        clock=clock,
    )
    direct = DirectMakes(
        source=source,
        references=references,
        snapshots=watching.snapshots,
        access=watching.access,
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
        modals=MakeModals(stores.makes, watching.snapshots, uploads, pressing.drafts),
        loaded=loaded,
        service=service,
        direct=direct,
        in_flight=pressing.in_flight,
    )
    return Making(imagine, direct)
