"""Colour palettes for the landscapes, each for one time of day."""

from __future__ import annotations

from typing import NamedTuple

Colour = tuple[int, int, int]


class Palette(NamedTuple):
    """The colours of one image, from the sky down to the nearest ridge."""

    sky: tuple[Colour, ...]
    """The colours of the sky, from the zenith to the horizon."""
    light: Colour
    """The colour of the sun or the moon, and of everything that it lights."""
    far: Colour
    near: Colour
    mist: Colour
    """The colour of the haze between two ridges."""
    stars: bool = False


def _rgb(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


def _palette(sky: str, light: str, far: str, near: str, mist: str, *, stars: bool = False) -> Palette:
    stops = tuple(_rgb(stop) for stop in sky.split())
    return Palette(stops, _rgb(light), _rgb(far), _rgb(near), _rgb(mist), stars)


PALETTES: dict[str, Palette] = {
    "dawn": _palette("35406f 8d6a94 eb9a86 fbd3a0", "fff1cf", "b98398", "2b2747", "f2b7a0"),
    "ember": _palette("3a1636 8f2d4b e2613f fbb252", "ffe9a8", "b04c4a", "200f24", "f0904f"),
    "glacier": _palette("2c6a9b 6fb0d0 bfe2ea f3f7ef", "ffffff", "8db8cd", "143149", "dcecee"),
    "jade": _palette("0f4a55 3b8d86 9fcfa8 f0ecc0", "fff8d8", "74ab98", "0b2b30", "c5dfb5"),
    "night": _palette("070b22 131c46 2b3a72 5a6ba2", "f2f0df", "42538c", "070a1c", "7484b5", stars=True),
    "aurora": _palette("050d1f 0c2f44 16625f 6fc0a0", "eafff0", "236a6f", "04121d", "63ad9f", stars=True),
    "desert": _palette("47829b 98b9b0 f0d3a2 f9b27b", "fff6dd", "d49a73", "4a221f", "f3c596"),
    "lilac": _palette("43338a 8467b4 cf9fcb fbdcd8", "fff5ea", "9c83bd", "261c4d", "e3bfd9"),
    "harvest": _palette("7a4a2b c98444 f0bf66 fbe9b5", "fffbe6", "c08a4a", "38200f", "f5d58d"),
}
"""All palettes by name. A variation passes the name of its palette on to its own four images."""
