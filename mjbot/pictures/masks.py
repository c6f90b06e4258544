"""Draws a mask of the area to repaint from selected cells, and checks masks that users upload."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageChops, ImageDraw, ImageFont

from mjbot.core.card.card import Picture
from mjbot.core.card.region import SIDE, cells_of
from mjbot.pictures import raster
from mjbot.pictures.header import read_header
from mjbot.pictures.source import Pictures
from mjbot.ports import NO_SIZE, File, MaskProblem, MaskRefused

_WAIT_SECONDS = 30.0  # for the download of the picture
_MAX_PIXELS = 4096 * 4096
_STRIP = 256  # rows that are converted at a time
_PREVIEW_SIDE = 768
_QUALITY = 80
_WHITE_FROM = 128  # a mask is black and white; grey becomes the nearer one
_HIGHLIGHT = 150
_DARK, _LIGHT = (24, 25, 28), (255, 255, 255)
_SMOOTH = ("L", "LA", "RGB", "RGBA", "CMYK")
Size = tuple[int, int]
Box = tuple[int, int, int, int]


class Masks:
    """Creates masks for the images that `Pictures` can load. Implements `MaskSource`."""

    def __init__(self, pictures: Pictures, wait_seconds: float = _WAIT_SECONDS) -> None:
        self._pictures = pictures
        self._wait_seconds = wait_seconds

    async def preview(self, picture: Picture, region: str) -> File | None:
        """Draw a small copy of the image with numbered cells, and highlight the selected cells."""
        async with self._pictures.loaded(picture, self._wait_seconds) as file:
            if file is None or file.size == NO_SIZE:
                return None
            size = file.size
            preview = await self._pictures.worker.run(_draw_preview, file.data, cells_of(region))
        # Each region has its own file name: under the same name, clients would continue to show the old file.
        return File(f"area-{region}.webp", preview, picture.alt, size) if preview else None

    async def of_cells(self, picture: Picture, region: str) -> str:
        """Draw the mask of a region at the size of the image, as a data URL. Raises `MaskRefused`."""
        size = await self._size_of(picture)
        if size is None or size[0] * size[1] > _MAX_PIXELS:
            raise MaskRefused(MaskProblem.NO_PICTURE)
        return _data_url(await self._pictures.worker.run(_draw_mask, size, cells_of(region)))

    async def of_upload(self, picture: Picture | None, data: bytes) -> str:
        """Check an uploaded mask against the image, and return it as a data URL. Raises `MaskRefused`."""
        header = read_header(data)
        if header is None or header.animated or header.kind == "gif":
            raise MaskRefused(MaskProblem.NOT_AN_IMAGE)
        size = await self._size_of(picture) if picture else None
        if size is not None and header.size != size:
            raise MaskRefused(MaskProblem.WRONG_SIZE, size, header.size)
        # A mask is never decoded at a reduced size.
        mask = await self._pictures.worker.run(_binarize, data) if header.reduction == 1 else None
        if mask is None:
            raise MaskRefused(MaskProblem.NOT_AN_IMAGE)
        if not mask:
            raise MaskRefused(MaskProblem.BLANK)
        return _data_url(mask)

    async def _size_of(self, picture: Picture) -> Size | None:
        async with self._pictures.loaded(picture, self._wait_seconds) as file:
            return file.size if file and file.size != NO_SIZE else None


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _cell_boxes(size: Size) -> list[Box]:
    """Return the cells of an image, row by row, as (left, top, right, bottom). They cover every pixel."""
    columns, rows = ([side * n // SIDE for n in range(SIDE + 1)] for side in size)
    return [
        (columns[x], rows[y], columns[x + 1] - 1, rows[y + 1] - 1) for y in range(SIDE) for x in range(SIDE)
    ]


def _fill(draw: ImageDraw.ImageDraw, box: Box, level: int) -> None:
    left, top, right, bottom = box
    if right >= left and bottom >= top:  # an image may be narrower than three pixels
        draw.rectangle(box, fill=level)


def _draw_mask(size: Size, cells: frozenset[int]) -> bytes:
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    for cell in cells:
        _fill(draw, _cell_boxes(size)[cell], 255)
    return _encode_png(mask)


def _binarize(data: bytes) -> bytes | None:
    """Convert a mask to a black-and-white PNG. Returns b"" if nothing is white, None if it is invalid."""
    try:
        with raster.open_image(data) as upload:
            width, height = upload.size
            mask = Image.new("L", upload.size, 0)
            for top in range(0, height, _STRIP):
                strip = upload.crop((0, top, width, min(top + _STRIP, height)))
                mask.paste(_black_and_white(strip), (0, top))
    except Exception:  # Pillow raises nearly anything for a broken file
        return None
    return _encode_png(mask) if mask.getbbox() else b""


def _black_and_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits: conversion would clip them, not scale
        luminance, alpha = _to_8_bits(image), Image.new("L", image.size, 255)
    else:
        luminance, alpha = image.convert("LA").split()
    # Transparent counts as black: the mask lies on a black background.
    levels = [255 if n >= _WHITE_FROM else 0 for n in range(256)]
    return ImageChops.multiply(luminance, alpha).point(levels)


def _to_8_bits(image: Image.Image) -> Image.Image:
    return image.convert("I").point(lambda level: level * (1 / 257)).convert("L")


def _encode_png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _draw_preview(data: bytes, cells: frozenset[int]) -> bytes | None:
    try:
        with raster.open_image(data) as original:
            original.draft("RGB", (_PREVIEW_SIDE, _PREVIEW_SIDE))  # decodes a JPEG at reduced size
            # Only images in these modes can be resized smoothly.
            image = original if original.mode in _SMOOTH else original.convert("RGB")
            image.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
            preview = image.convert("RGB")
    except Exception:  # Pillow raises nearly anything for a broken file
        return None
    highlight = Image.new("L", preview.size, 0)
    for cell in cells:
        _fill(ImageDraw.Draw(highlight), _cell_boxes(preview.size)[cell], _HIGHLIGHT)
    preview.paste(Image.new("RGB", preview.size, _LIGHT), mask=highlight)
    _draw_grid(preview)
    out = io.BytesIO()
    preview.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()


def _draw_grid(image: Image.Image) -> None:
    """Draw thin lines between the cells, and a number in each cell that is readable on any background."""
    draw = ImageDraw.Draw(image)
    boxes = _cell_boxes(image.size)
    for left, top, *_ in boxes:
        for colour, width in ((_DARK, 4), (_LIGHT, 2)):
            if left:
                draw.line((left, 0, left, image.height), fill=colour, width=width)
            if top:
                draw.line((0, top, image.width, top), fill=colour, width=width)
    radius = max(min(image.size) // (SIDE * 7), 9)
    font = ImageFont.load_default(radius * 1.3)
    for number, (left, top, right, bottom) in enumerate(boxes, 1):
        middle = ((left + right) / 2, (top + bottom) / 2)
        draw.circle(middle, radius, fill=_DARK, outline=_LIGHT, width=2)
        draw.text(middle, str(number), fill=_LIGHT, font=font, anchor="mm")
