"""The use cases: open a card, press a button, resume after a start, tell of a change."""

from mjbot.service.permits import PermitService
from mjbot.service.pressing.drafts import Drafts
from mjbot.service.pressing.in_flight import InFlight
from mjbot.service.pressing.modals import ModalService
from mjbot.service.pressing.presses import PressService
from mjbot.service.pressing.regions import RegionService
from mjbot.service.pressing.retry import Patience
from mjbot.service.quotas import Quotas
from mjbot.service.status import StatusService
from mjbot.service.watching.renderer import CardRenderer
from mjbot.service.watching.watches import WatchService

__all__ = [
    "CardRenderer",
    "Drafts",
    "InFlight",
    "ModalService",
    "Patience",
    "PermitService",
    "PressService",
    "Quotas",
    "RegionService",
    "StatusService",
    "WatchService",
]
