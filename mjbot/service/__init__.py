"""Use cases: open a card, press a button, submit a modal, resume after a restart."""

from mjbot.service.access import Access
from mjbot.service.deferred_writes import DeferredWrites
from mjbot.service.guild_settings import GuildSettingsService
from mjbot.service.pressing.controls import TaskControls
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.menus import MenuService
from mjbot.service.pressing.modals import ModalService
from mjbot.service.pressing.offers import ServiceOffers
from mjbot.service.pressing.presses import PressService
from mjbot.service.pressing.prompts import ModalPrompts
from mjbot.service.pressing.regions import RegionService
from mjbot.service.pressing.result_cards import ResultCards
from mjbot.service.pressing.retries import SubmitRetries
from mjbot.service.pressing.submission import SubmissionJournal
from mjbot.service.reader import TaskReader
from mjbot.service.status import StatusService
from mjbot.service.watching.child_checks import ChildChecks
from mjbot.service.watching.opener import CardOpener
from mjbot.service.watching.pending_cards import PendingCards
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService
from mjbot.service.watching.write_behind import WriteBehind

__all__ = [
    "Access",
    "CardOpener",
    "CardRenderer",
    "ChildChecks",
    "DeferredWrites",
    "Drafts",
    "GuildSettingsService",
    "InFlight",
    "MenuService",
    "ModalPrompts",
    "ModalService",
    "PendingCards",
    "PressService",
    "RegionService",
    "ResultCards",
    "ServiceOffers",
    "StatusService",
    "SubmissionJournal",
    "SubmitRetries",
    "TaskControls",
    "TaskReader",
    "WatchService",
    "WriteBehind",
]
