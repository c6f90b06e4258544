"""Builds the services that press, around one journal, which those that make pictures share."""

from __future__ import annotations

from dataclasses import dataclass

from mjbot.clock import Clock
from mjbot.editor import EditScheduler
from mjbot.ports import MaskSource, Stores, TaskSource
from mjbot.service.access import Access
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.modals import ModalService
from mjbot.service.pressing.offers import ServiceOffers
from mjbot.service.pressing.presses import PressService
from mjbot.service.pressing.prompts import ModalPrompts
from mjbot.service.pressing.regions import RegionService
from mjbot.service.pressing.result_cards import ResultCards
from mjbot.service.pressing.retries import SubmitRetries
from mjbot.service.pressing.submission import SubmissionJournal
from mjbot.service.reader import TaskReader
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.opener import CardOpener
from mjbot.service.watching.pending_cards import PendingCards
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService
from mjbot.service.watching.write_behind import WriteBehind
from mjbot.tracker import TaskTracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """The part that follows tasks: its loops, and the objects that the other services need."""

    tracker: TaskTracker
    editor: EditScheduler
    renderer: CardRenderer
    watches: WatchService
    access: Access
    reader: TaskReader
    opener: CardOpener
    writes: DeferredWrites
    pending_cards: PendingCards
    snapshots: WriteBehind
    offers: ServiceOffers


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """The services that press, and what they share with others."""

    presses: PressService
    modals: ModalService
    regions: RegionService
    journal: SubmissionJournal
    in_flight: InFlight
    drafts: Drafts


def build_pressing(
    source: TaskSource, stores: Stores, masks: MaskSource, watching: Watching, clock: Clock
) -> Pressing:
    """Build the services that press."""
    store, drafts, in_flight, retries = stores.presses, Drafts(), InFlight(), SubmitRetries(clock)
    access, reader, watches = watching.access, watching.reader, watching.watches
    journal = SubmissionJournal(store, stores.unknown_actions, watches, retries, watching.writes, clock)
    regions = RegionService(store, access, reader, masks)
    presses = PressService(
        source=source,
        access=access,
        reader=reader,
        watches=watches,
        prompts=ModalPrompts(store, regions, drafts),
        journal=journal,
        results=_results(journal, watching, clock),
        retries=retries,
        in_flight=in_flight,
    )
    modals = ModalService(
        source=source,
        presses=store,
        access=access,
        reader=reader,
        tracker=watching.tracker,
        watches=watches,
        opener=watching.opener,
        regions=regions,
        drafts=drafts,
        journal=journal,
        in_flight=in_flight,
        clock=clock,
    )
    return Pressing(
        presses=presses,
        modals=modals,
        regions=regions,
        journal=journal,
        in_flight=in_flight,
        drafts=drafts,
    )


def _results(journal: SubmissionJournal, watching: Watching, clock: Clock) -> ResultCards:
    return ResultCards(
        journal=journal,
        opener=watching.opener,
        watches=watching.watches,
        renderer=watching.renderer,
        pending=watching.pending_cards,
        clock=clock,
    )
