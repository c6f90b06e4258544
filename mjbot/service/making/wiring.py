"""Builds the services that make pictures, around the journal of presses."""

from __future__ import annotations

from mjbot.clock import Clock
from mjbot.ports import ReferenceSource, Stores, TaskSource
from mjbot.service.access import Access
from mjbot.service.making.held_uploads import HeldUploads
from mjbot.service.making.imagine import ImagineService
from mjbot.service.making.make_submission import MakeCards
from mjbot.service.making.makes import MakeService
from mjbot.service.making.windows import MakeWindows
from mjbot.service.pressing.wiring import Pressing
from mjbot.service.watching.opener import CardOpener
from mjbot.service.watching.pending_cards import PendingCards
from mjbot.service.watching.watches import WatchService
from mjbot.service.watching.write_behind import WriteBehind
from mjbot.tracker import TaskTracker


def build_making(
    *,
    source: TaskSource,
    references: ReferenceSource,
    stores: Stores,
    access: Access,
    tracker: TaskTracker,
    watches: WatchService,
    opener: CardOpener,
    pending: PendingCards,
    snapshots: WriteBehind,
    pressing: Pressing,
    clock: Clock,
) -> ImagineService:
    """Build the service of /imagine."""
    service = MakeService(
        source=source,
        cards=MakeCards(stores.makes, stores.watches, opener, watches),
        journal=pressing.journal,
        watches=watches,
        pending=pending,
        tracker=tracker,
        clock=clock,
    )
    return ImagineService(
        source=source,
        references=references,
        makes=stores.makes,
        snapshots=snapshots,
        access=access,
        windows=MakeWindows(stores.makes, snapshots, HeldUploads(), pressing.drafts),
        service=service,
        in_flight=pressing.in_flight,
    )
