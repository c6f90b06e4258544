"""Draws landscapes for the simulated image service; the same seed always gives the same image.

The images are drawn, not bundled, so that a grid, its four single images and every blurred preview show the
same scene, and tests can compare the image of a message pixel by pixel. Coordinates are fractions of the
canvas: a quadrant and its upscale differ only in size.
"""

from __future__ import annotations

import io
import math
import random
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from mjbot.sandbox.palettes import PALETTES, Colour, Palette

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Size = tuple[int, int]
Line = list[tuple[float, float]]

_SAMPLES = 260
"""The number of points of one ridge line; more would not be visible at 1024 pixels."""


def single(
    seed: int, index: int, side: int = 1024, aspect: str = "1:1", mood: str | None = None
) -> Image.Image:
    """Draw image ``index`` (0-3) of a seed. ``side`` is the longer edge in pixels."""
    return _draw(seed, index, canvas(side, aspect), mood)


def grid(seed: int, side: int = 1024, aspect: str = "1:1", mood: str | None = None) -> Image.Image:
    """Draw the four images of a seed as one 2x2 sheet, in reading order."""
    width, height = canvas(side, aspect)
    cell = width // 2, height // 2
    sheet = Image.new("RGB", (cell[0] * 2, cell[1] * 2))
    for index in range(4):
        sheet.paste(_draw(seed, index, cell, mood), (index % 2 * cell[0], index // 2 * cell[1]))
    return sheet


def mood_of(seed: int, index: int, mood: str | None = None) -> str:
    """Return the name of an image's palette, so that a variation can keep its colours."""
    names = sorted(PALETTES)
    random.Random(f"moods {seed}").shuffle(names)
    return mood or names[index % 4]


def preview(image: Image.Image, step: int, of: int) -> Image.Image:
    """Blur an image like the preview at a step from 1 to ``of``. Later steps are sharper."""
    share = (step - 1) / max(of - 1, 1)
    detail = 14 * 22**share  # pixels left on the longer edge: 14 at first, 308 at last
    scale = min(1.0, detail / max(image.size))
    small = image.resize(
        (max(2, round(image.width * scale)), max(2, round(image.height * scale))),
        Image.Resampling.BOX,
    )
    return small.resize(image.size, Image.Resampling.BICUBIC)


def encode(image: Image.Image) -> bytes:
    """Encode an image as PNG, which is lossless, so that results can be compared pixel by pixel."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def canvas(side: int, aspect: str) -> Size:
    """Return an even width and height for an aspect ratio such as "16:9". ``side`` is the longer edge."""
    wide, high = (int(part) for part in aspect.split(":"))
    longer = max(wide, high)
    return max(2, round(side * wide / longer / 2) * 2), max(2, round(side * high / longer / 2) * 2)


def _draw(seed: int, index: int, size: Size, mood: str | None) -> Image.Image:
    rng = random.Random(f"{seed}/{index}")
    palette = PALETTES[mood_of(seed, index, mood)]
    image = _gradient([(i / 3, c) for i, c in enumerate(palette.sky)], size)
    horizon = rng.uniform(0.5, 0.6)
    if palette.stars:
        _stars(image, rng, horizon)
    _sun(image, rng, palette, horizon)
    _clouds(image, rng, palette, horizon)
    lake = rng.random() < 0.5
    shore = rng.uniform(0.72, 0.78) if lake else 1.0
    crest = _ridges(image, rng, palette, horizon, shore)
    if lake:
        _mirror(image, rng, palette, shore)
    else:
        _pines(image, rng, palette, crest)
    _birds(image, rng, palette)
    return image


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _gradient(stops: Sequence[tuple[float, Colour]], size: Size) -> Image.Image:
    column = bytearray()
    for row in range(size[1]):
        at = row / max(size[1] - 1, 1)
        above = max((s for s in stops if s[0] <= at), default=stops[0], key=lambda s: s[0])
        below = min((s for s in stops if s[0] > at), default=stops[-1], key=lambda s: s[0])
        span = below[0] - above[0]
        column += bytes(_mix(above[1], below[1], (at - above[0]) / span if span else 0))
    return Image.frombytes("RGB", (1, size[1]), bytes(column)).resize(size)


def _shape(size: Size, paint: Callable[[ImageDraw.ImageDraw, float, float], None]) -> Image.Image:
    """Draw a mask at twice the size and halve it, for smooth edges."""
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    paint(ImageDraw.Draw(mask), size[0] * 2, size[1] * 2)
    return mask.reduce(2)


def _stars(image: Image.Image, rng: random.Random, horizon: float) -> None:
    width, height = image.size
    points = [(rng.random(), rng.random() ** 1.4 * horizon, rng.random() ** 3) for _ in range(140)]

    def paint(draw: ImageDraw.ImageDraw, wide: float, high: float) -> None:
        for x, y, size in points:
            radius = (0.0006 + 0.0022 * size) * min(wide, high)
            where = (x * wide - radius, y * high - radius, x * wide + radius, y * high + radius)
            draw.ellipse(where, fill=round(120 + 135 * size))

    image.paste((255, 252, 240), (0, 0), _shape((width, height), paint))


def _sun(image: Image.Image, rng: random.Random, palette: Palette, horizon: float) -> None:
    width, height = image.size
    short = min(width, height)
    x = rng.choice((rng.uniform(0.22, 0.42), rng.uniform(0.58, 0.78))) * width
    y = rng.uniform(0.24, horizon - 0.14) * height
    radius = rng.uniform(0.06, 0.115) * short
    for reach, strength in ((7.5, 0.42), (2.6, 0.4)):
        side = round(radius * reach)
        glow = ImageChops.invert(Image.radial_gradient("L")).resize((side, side))
        glow = glow.point([round(max(0, v - 75) * 255 / 180 * strength) for v in range(256)])
        image.paste(palette.light, (round(x - side / 2), round(y - side / 2)), glow)
    side = round(radius * 2)
    disc = _shape((side, side), lambda d, w, h: d.ellipse((0, 0, w - 1, h - 1), fill=255))
    image.paste(palette.light, (round(x - radius), round(y - radius)), disc)


def _clouds(image: Image.Image, rng: random.Random, palette: Palette, horizon: float) -> None:
    """Draw clouds as long thin bars, like a screen print."""
    bars = [
        (rng.uniform(-0.1, 0.9), rng.uniform(0.12, horizon - 0.08), rng.uniform(0.12, 0.45))
        for _ in range(rng.randint(3, 7))
    ]

    def paint(draw: ImageDraw.ImageDraw, wide: float, high: float) -> None:
        for x, y, length in bars:
            for part, shift in ((1.0, 0.0), (0.55, 0.3)):
                left, top = (x + shift * length) * wide, (y + 0.011 * (shift > 0)) * high
                end = left + length * part * wide
                thick = 0.009 * high
                draw.rounded_rectangle((left, top, end, top + thick), thick / 2, fill=80)

    image.paste(_mix(palette.sky[-1], palette.light, 0.5), (0, 0), _shape(image.size, paint))


def _noise(rng: random.Random, nodes: float, octaves: int, sharp: bool) -> list[float]:
    """Sum octaves of noise into `_SAMPLES` heights from 0 to 1. ``sharp`` makes peaks, not hills."""
    total, weight = [0.0] * _SAMPLES, 0.0
    for octave in range(octaves):
        count, share = nodes * 2**octave, 0.47**octave
        values = [rng.random() for _ in range(math.ceil(count) + 2)]
        weight += share
        for i in range(_SAMPLES):
            at, part = divmod(i / (_SAMPLES - 1) * count, 1.0)
            smooth = part if sharp else (1 - math.cos(part * math.pi)) / 2
            total[i] += share * (values[int(at)] * (1 - smooth) + values[int(at) + 1] * smooth)
    low, high = min(total), max(total)
    return [(value - low) / (high - low) for value in total]


def _ridges(image: Image.Image, rng: random.Random, palette: Palette, horizon: float, floor: float) -> Line:
    """Draw three to five ridges from far to near, and return the outline of the nearest one."""
    count = rng.randint(3, 5)
    line: Line = []
    for number in range(count):
        near = number / (count - 1)
        base = horizon + (floor - 0.04 - horizon) * near
        rise = rng.uniform(0.15, 0.26) * (1 - 0.5 * near)
        heights = _noise(rng, rng.uniform(2.2, 4.2), 6 if near < 0.9 else 5, sharp=near < 0.7)
        line = [(i / (_SAMPLES - 1), base - rise * h**1.25) for i, h in enumerate(heights)]
        tone = _mix(palette.far, palette.near, near**1.15)
        _range(image, line, tone, _mix(tone, palette.mist, 0.75 * (1 - 0.75 * near)))
    return line


def _range(image: Image.Image, line: Line, crest: Colour, foot: Colour) -> None:
    width, height = image.size
    top = max(0, math.floor(min(y for _, y in line) * height) - 2)
    box = (width, height - top)

    def paint(draw: ImageDraw.ImageDraw, wide: float, high: float) -> None:
        points = [(x * wide, y * height * 2 - top * 2) for x, y in line]
        draw.polygon([*points, (wide, high), (0, high)], fill=255)

    reach = min(1.0, 0.36 * height / box[1])
    image.paste(_gradient([(0, crest), (reach, foot), (1.01, foot)], box), (0, top), _shape(box, paint))


def _mirror(image: Image.Image, rng: random.Random, palette: Palette, shore: float) -> None:
    """Turn everything below the shore into a lake that reflects the land above it."""
    width, height = image.size
    edge = round(shore * height)
    deep = height - edge
    above = image.crop((0, edge - deep * 2, width, edge)).resize((width, deep))
    water = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = water.filter(ImageFilter.GaussianBlur(min(width, height) * 0.004))
    tint = _gradient([(0, _mix(palette.mist, palette.light, 0.2)), (1.01, palette.near)], (width, deep))
    image.paste(Image.blend(water, tint, 0.38), (0, edge))
    ripples = [(rng.random(), rng.random() ** 1.5, rng.random()) for _ in range(46)]

    def paint(draw: ImageDraw.ImageDraw, wide: float, high: float) -> None:
        for x, y, size in ripples:
            half, thick = (0.015 + 0.07 * size) * wide * (0.4 + y), (0.004 + 0.007 * y) * high
            where = (x * wide - half, y * high, x * wide + half, y * high + thick)
            draw.rounded_rectangle(where, thick / 2, fill=round(30 + 45 * size))

    image.paste(palette.light, (0, edge), _shape((width, deep), paint))


def _pines(image: Image.Image, rng: random.Random, palette: Palette, crest: Line) -> None:
    """Draw fir trees on the nearest ridge."""
    width, height = image.size
    trees = []
    for _ in range(rng.randint(46, 80)):
        x, y = crest[rng.randrange(_SAMPLES)]
        trees.append((x + rng.uniform(-0.002, 0.002), y + 0.02, rng.uniform(0.04, 0.115)))

    def paint(draw: ImageDraw.ImageDraw, wide: float, high: float) -> None:
        short = min(wide, high)
        for x, y, tall in trees:
            for tier in range(4):
                half = tall * short * (0.07 + 0.05 * tier)
                top = y * high - tall * short * (1 - 0.2 * tier)
                foot = top + tall * short * 0.38
                draw.polygon([(x * wide, top), (x * wide - half, foot), (x * wide + half, foot)], 255)

    image.paste(_mix(palette.near, (0, 0, 0), 0.12), (0, 0), _shape((width, height), paint))


def _birds(image: Image.Image, rng: random.Random, palette: Palette) -> None:
    x, y = rng.uniform(0.2, 0.7), rng.uniform(0.12, 0.34)
    flock = [(x + rng.uniform(-0.1, 0.1), y + rng.uniform(-0.05, 0.05)) for _ in range(5)]
    sizes = [rng.uniform(0.008, 0.016) for _ in flock]

    def paint(draw: ImageDraw.ImageDraw, wide: float, high: float) -> None:
        for (bird_x, bird_y), part in zip(flock, sizes, strict=True):
            across, size = bird_x * wide, part * min(wide, high)
            for side in (-1, 1):
                wing = [
                    (across, bird_y * high),
                    (across + side * size * 0.5, bird_y * high - size * 0.5),
                ]
                wing.append((across + side * size * 1.2, bird_y * high - size * 0.15))
                draw.line(wing, fill=190, width=max(1, round(size * 0.14)), joint="curve")

    image.paste(_mix(palette.near, palette.sky[0], 0.3), (0, 0), _shape(image.size, paint))
