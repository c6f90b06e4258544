"""Fetches images from the image service, verifies them, and attaches them to messages if necessary.

An imageUrl is untrusted input. It is fetched without the API key, with limits on time, size and pixels, and
never from a private address, except that of the image service itself. Links to results expire within a day,
so results are attached if possible.
"""

from mjbot.pictures.masks import Masks
from mjbot.pictures.public_session import picture_session
from mjbot.pictures.references import USERS_LIMITS, ReferencePictures
from mjbot.pictures.source import DEFAULT_LIMITS, ImageLimits, ImageMode, Pictures

__all__ = [
    "DEFAULT_LIMITS",
    "USERS_LIMITS",
    "ImageLimits",
    "ImageMode",
    "Masks",
    "Pictures",
    "ReferencePictures",
    "picture_session",
]
