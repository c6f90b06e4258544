"""Builds the services that make pictures, around the journal of presses."""

from __future__ import annotations

from mjbot.clock import Clock
from mjbot.ports import ReferenceSource, Stores, TaskSource
from mjbot.service.making.held_uploads import HeldUploads
from mjbot.service.making.imagine import ImagineService
from mjbot.service.making.make_submission import MakeCards
from mjbot.service.making.makes import MakeService
from mjbot.service.making.windows import MakeWindows
from mjbot.service.pressing.wiring import Pressing, Watching


def build_making(
    source: TaskSource,
    references: ReferenceSource,
    stores: Stores,
    watching: Watching,
    pressing: Pressing,
    clock: Clock,
) -> ImagineService:
    """Build the service of /imagine."""
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
    return ImagineService(
        source=source,
        references=references,
        makes=stores.makes,
        snapshots=watching.snapshots,
        access=watching.access,
        windows=MakeWindows(stores.makes, watching.snapshots, HeldUploads(), pressing.drafts),
        service=service,
        in_flight=pressing.in_flight,
    )
