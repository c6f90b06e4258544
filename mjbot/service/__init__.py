"""The use cases, such as opening a card, pressing a button and submitting a modal."""

from mjbot.service.access import Access
from mjbot.service.guilds.help import HelpService, Operator
from mjbot.service.guilds.settings import GuildSettingsService
from mjbot.service.making.direct import DirectMakes
from mjbot.service.making.imagine import ImagineService
from mjbot.service.making.orders import Order
from mjbot.service.making.series import SeriesService
from mjbot.service.making.series_loop import SeriesLoop
from mjbot.service.making.wiring import Making, build_making
from mjbot.service.pressing.controls import TaskControls
from mjbot.service.pressing.lost_submits import LostSubmits
from mjbot.service.pressing.menus import MenuService
from mjbot.service.pressing.modals import ModalService
from mjbot.service.pressing.offers import ServiceOffers
from mjbot.service.pressing.presses import PressService
from mjbot.service.pressing.regions import RegionService
from mjbot.service.pressing.wiring import Pressing, Watching, build_pressing
from mjbot.service.reader import TaskReader
from mjbot.service.status import StatusService
from mjbot.service.watching.child_checks import ChildChecks
from mjbot.service.watching.deferred_writes import DeferredWrites
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
    "DirectMakes",
    "GuildSettingsService",
    "HelpService",
    "ImagineService",
    "LostSubmits",
    "Making",
    "MenuService",
    "ModalService",
    "Operator",
    "Order",
    "PendingCards",
    "PressService",
    "Pressing",
    "RegionService",
    "SeriesLoop",
    "SeriesService",
    "ServiceOffers",
    "StatusService",
    "TaskControls",
    "TaskReader",
    "WatchService",
    "Watching",
    "WriteBehind",
    "build_making",
    "build_pressing",
]
