"""Pictures from the image service: which to attach, fetched once, checked before they are shown.

An imageUrl is untrusted input. It is fetched without the key, within limits of time, size and pixels,
and never from a private address, save the image service's own. Links of results die within a day, so a
result is attached where it can be.
"""

from mjbot.pictures.masks import Masks
from mjbot.pictures.public_session import picture_session
from mjbot.pictures.source import DEFAULT_LIMITS, ImageLimits, Images, Pictures

__all__ = ["DEFAULT_LIMITS", "ImageLimits", "Images", "Masks", "Pictures", "picture_session"]
