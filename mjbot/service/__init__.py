"""The use cases: open a card, press a button, resume after a start, tell of a change."""

from mjbot.service.cards import CardKeeper
from mjbot.service.drafts import Drafts
from mjbot.service.painter import Painter
from mjbot.service.patience import Patience
from mjbot.service.permits import PermitService
from mjbot.service.presses import PressService
from mjbot.service.quotas import Quotas
from mjbot.service.regions import RegionService
from mjbot.service.status import StatusService
from mjbot.service.underway import UnderWay
from mjbot.service.windows import WindowService

__all__ = [
    "CardKeeper",
    "Drafts",
    "Painter",
    "Patience",
    "PermitService",
    "PressService",
    "Quotas",
    "RegionService",
    "StatusService",
    "UnderWay",
    "WindowService",
]
