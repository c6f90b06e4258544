"""Build the services for button presses. They share one `SubmissionJournal`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from mjbot.clock import Clock
from mjbot.editor import EditScheduler
from mjbot.guard import LoopGuard
from mjbot.ports import MaskSource, PressStore, Stores, TaskSource
from mjbot.service.access import Access
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.found_submits import FoundSubmits
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.lost_submits import LostSubmits
from mjbot.service.pressing.modals import ModalService
from mjbot.service.pressing.offers import ServiceOffers
from mjbot.service.pressing.presses import PressService
from mjbot.service.pressing.prompts import ModalPrompts
from mjbot.service.pressing.regions import RegionService
from mjbot.service.pressing.resubmission import ModalResubmission, SubmitModal
from mjbot.service.pressing.result_cards import ResultCards
from mjbot.service.pressing.retargeting import CardRetargeting
from mjbot.service.pressing.retries import SubmitRetries
from mjbot.service.pressing.submission import SubmissionJournal
from mjbot.service.reader import TaskReader
from mjbot.service.watching.child_checks import ChildChecks
from mjbot.service.watching.deferred_writes import DeferredWrites
from mjbot.service.watching.opener import CardOpener
from mjbot.service.watching.pending_cards import PendingCards
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService
from mjbot.service.watching.write_behind import WriteBehind
from mjbot.tracker import TaskTracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """The objects that follow tasks and update their cards."""

    tracker: TaskTracker
    editor: EditScheduler
    renderer: CardRenderer
    watches: WatchService
    access: Access
    reader: TaskReader
    opener: CardOpener
    checks: ChildChecks
    writes: DeferredWrites
    pending_cards: PendingCards
    snapshots: WriteBehind
    offers: ServiceOffers


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """The services for button presses, and the objects that they share with other services."""

    presses: PressService
    modals: ModalService
    submit_modal: SubmitModal
    submit_action: SubmitModal
    regions: RegionService
    journal: SubmissionJournal
    retargeting: CardRetargeting
    in_flight: InFlight
    drafts: Drafts
    lost: LostSubmits
    retries: SubmitRetries


def build_pressing(
    source: TaskSource,
    stores: Stores,
    masks: MaskSource,
    watching: Watching,
    clock: Clock,
    guard: LoopGuard,
) -> Pressing:
    """Build the services for button presses."""
    store, drafts, in_flight, retries = stores.presses, Drafts(), InFlight(), SubmitRetries(clock)
    access, reader, watches = watching.access, watching.reader, watching.watches
    retargeting = CardRetargeting(watches, watching.pending_cards, watching.tracker, watching.writes)
    lost = _lost_submits(source, stores, watching, retargeting, clock, guard)
    journal = SubmissionJournal(
        store, stores.unknown_actions, watches, retries, lost.add, watching.writes, clock
    )
    regions = RegionService(store, access, reader, masks)
    presses = PressService(
        source=source,
        access=access,
        reader=reader,
        checks=watching.checks,
        prompts=ModalPrompts(store, regions, drafts),
        journal=journal,
        results=_results(journal, watching, clock),
        retries=retries,
        lost=lost,
        in_flight=in_flight,
    )
    modals = _modals(source, store, watching, regions, drafts, journal, retargeting, lost, in_flight, clock)
    resubmission = ModalResubmission(drafts)
    return Pressing(
        presses=presses,
        modals=modals,
        submit_modal=partial(resubmission.submit, send=modals.submit),
        submit_action=partial(resubmission.submit, send=presses.press),
        regions=regions,
        journal=journal,
        retargeting=retargeting,
        in_flight=in_flight,
        drafts=drafts,
        lost=lost,
        retries=retries,
    )


def _modals(
    source: TaskSource,
    store: PressStore,
    watching: Watching,
    regions: RegionService,
    drafts: Drafts,
    journal: SubmissionJournal,
    retargeting: CardRetargeting,
    lost: LostSubmits,
    in_flight: InFlight,
    clock: Clock,
) -> ModalService:
    return ModalService(
        source=source,
        presses=store,
        access=watching.access,
        reader=watching.reader,
        tracker=watching.tracker,
        watches=watching.watches,
        opener=watching.opener,
        retargeting=retargeting,
        regions=regions,
        drafts=drafts,
        journal=journal,
        lost=lost,
        in_flight=in_flight,
        clock=clock,
    )


def _lost_submits(
    source: TaskSource,
    stores: Stores,
    watching: Watching,
    retargeting: CardRetargeting,
    clock: Clock,
    guard: LoopGuard,
) -> LostSubmits:
    watches, pending = watching.watches, watching.pending_cards
    tracker, writes = watching.tracker, watching.writes
    found = FoundSubmits(stores.marks, watches, retargeting, pending, tracker, writes, clock)
    return LostSubmits(source, stores.marks, found, watches, clock, guard)


def _results(journal: SubmissionJournal, watching: Watching, clock: Clock) -> ResultCards:
    return ResultCards(
        journal=journal,
        opener=watching.opener,
        watches=watching.watches,
        renderer=watching.renderer,
        pending=watching.pending_cards,
        clock=clock,
    )
