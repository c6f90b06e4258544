"""Masks: where to repaint a picture, drawn from chosen cells or checked when somebody brings one."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageChops, ImageDraw, ImageFont

from mjbot.core.card.card import Picture
from mjbot.core.card.region import SIDE, cells_of
from mjbot.errors import MaskProblem, MaskRefused
from mjbot.pictures import raster
from mjbot.pictures.source import DEFAULT_LIMITS, Pictures
from mjbot.ports import File

_SIDE = 768
_QUALITY = 80
_WHITE = 128  # a mask is black and white; what lies between goes to the nearer one
_LIT = 150
_INK, _PAPER = (24, 25, 28), (255, 255, 255)
Size = tuple[int, int]


class Masks:
    """A `MaskSource` over the pictures that are at hand."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    async def preview(self, picture: Picture, region: str) -> File | None:
        """A small copy of the picture with its cells numbered and those of the area lit."""
        file = await self._pictures.load(picture)
        if file is None:
            return None
        drawn = await self._pictures.worker.work(_numbered, file.data, cells_of(region))
        # Another name for another area: clients keep showing the old file under an old name.
        return File(f"area-{region}.webp", drawn, picture.alt) if drawn else None

    async def of_cells(self, picture: Picture, region: str) -> str:
        """The mask of an area, as large as the picture. Raises `MaskRefused`."""
        file = await self._pictures.load(picture)
        if file is None:
            raise MaskRefused(MaskProblem.NO_PICTURE)
        return _data_url(await self._pictures.worker.work(_mask, file.size, cells_of(region)))

    async def of_upload(self, picture: Picture | None, data: bytes) -> str:
        """A mask that somebody brought, checked against the picture. Raises `MaskRefused`."""
        header = await self._pictures.worker.work(raster.sniff_header, data, DEFAULT_LIMITS.pixels)
        if header is None or header.kind == "gif":
            raise MaskRefused(MaskProblem.NOT_AN_IMAGE)
        file = await self._pictures.load(picture) if picture else None
        if file is not None and header.size != file.size:
            raise MaskRefused(MaskProblem.WRONG_SIZE, file.size, header.size)
        mask = await self._pictures.worker.work(_black_and_white, data, header.kind)
        if mask is None:
            raise MaskRefused(MaskProblem.NOT_AN_IMAGE)
        if not mask:
            raise MaskRefused(MaskProblem.BLANK)
        return _data_url(mask)


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _boxes(size: Size) -> list[tuple[int, int, int, int]]:
    """The cells of a picture by rows, as left, top, right, bottom; together they cover every pixel."""
    columns, rows = ([side * n // SIDE for n in range(SIDE + 1)] for side in size)
    return [
        (columns[x], rows[y], columns[x + 1] - 1, rows[y + 1] - 1) for y in range(SIDE) for x in range(SIDE)
    ]


def _fill(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], ink: int) -> None:
    left, top, right, bottom = box
    if right >= left and bottom >= top:  # a picture may be narrower than three pixels
        draw.rectangle(box, fill=ink)


def _mask(size: Size, cells: frozenset[int]) -> bytes:
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    for cell in cells:
        _fill(draw, _boxes(size)[cell], 255)
    return _png(mask)


def _black_and_white(data: bytes, kind: str) -> bytes | None:
    """The mask as a PNG of pure black and white; empty when nothing is white, None when it is broken."""
    try:
        with raster.opened(data, kind) as brought:
            if brought.mode.startswith("I"):  # 16 bits: conversion would clip them, not scale
                light, alpha = _scaled(brought), Image.new("L", brought.size, 255)
            else:
                light, alpha = brought.convert("LA").split()
        # What is transparent is no white: the mask lies on black.
        mask = ImageChops.multiply(light, alpha).point([255 if n >= _WHITE else 0 for n in range(256)])
    except Exception:  # Pillow raises nearly anything for a broken file
        return None
    return _png(mask) if mask.getbbox() else b""


def _scaled(deep: Image.Image) -> Image.Image:
    return deep.convert("I").point(lambda level: level * (1 / 257)).convert("L")


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _numbered(data: bytes, cells: frozenset[int]) -> bytes | None:
    kind = raster.kind_of(data)
    try:
        with raster.opened(data, kind or "") as original:
            original.draft("RGB", (_SIDE, _SIDE))  # a JPEG is then decoded small
            picture = original.convert("RGB")
            picture.thumbnail((_SIDE, _SIDE))
    except Exception:  # Pillow raises nearly anything for a broken file
        return None
    veil = Image.new("L", picture.size, 0)
    for cell in cells:
        _fill(ImageDraw.Draw(veil), _boxes(picture.size)[cell], _LIT)
    picture.paste(Image.new("RGB", picture.size, _PAPER), mask=veil)
    _draw_grid(picture)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()


def _draw_grid(picture: Image.Image) -> None:
    """Thin lines between the cells, and in each its number, on any picture readable."""
    draw = ImageDraw.Draw(picture)
    boxes = _boxes(picture.size)
    for left, top, *_ in boxes:
        for ink, width in ((_INK, 4), (_PAPER, 2)):
            if left:
                draw.line((left, 0, left, picture.height), fill=ink, width=width)
            if top:
                draw.line((0, top, picture.width, top), fill=ink, width=width)
    radius = max(min(picture.size) // (SIDE * 7), 9)
    font = ImageFont.load_default(radius * 1.3)
    for number, (left, top, right, bottom) in enumerate(boxes, 1):
        middle = ((left + right) / 2, (top + bottom) / 2)
        draw.circle(middle, radius, fill=_INK, outline=_PAPER, width=2)
        draw.text(middle, str(number), fill=_PAPER, font=font, anchor="mm")
