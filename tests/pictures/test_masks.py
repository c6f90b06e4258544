"""Masks: drawn from cells, or uploaded and checked."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image, ImageChops

from mjbot.clock import Clock
from mjbot.core.card.card import Picture
from mjbot.core.card.components import NO_CELLS
from mjbot.pictures import Masks, Pictures, picture_session
from mjbot.ports import MaskProblem, MaskRefused
from tests.pictures.test_raster import png_of
from tests.pictures.web import Web, final, ok, redirect

WIDE = (100, 61)  # neither side divides by three


def png(size: tuple[int, int], colour: object = "white", mode: str = "RGB", kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind)  # type: ignore[arg-type]
    return file.getvalue()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web(ok(png(WIDE, "navy"))) as web:
        web.answers["/gone.png"] = redirect("http://127.0.0.1:9/")
        yield web


@pytest.fixture
async def masks(web: Web) -> AsyncIterator[Masks]:
    async with picture_session(web.url) as session:
        pictures = Pictures(session, Clock(), "auto", web.url)
        yield Masks(pictures)
        await pictures.close()


@pytest.fixture
def picture(web: Web) -> Picture:
    return final(f"{web.url}/a.png")


def image_of(mask: str) -> Image.Image:
    start, _, data = mask.partition(",")
    assert start == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
    assert image.format == "PNG"
    return image.convert("L")


def white(mask: Image.Image) -> int:
    assert sum(mask.histogram()[1:255]) == 0, "only black and white"
    return mask.histogram()[255]


@pytest.mark.parametrize(
    ("area", "box"),
    [
        ("001", (0, 0, 33, 20)),
        ("100", (66, 40, 100, 61)),
        ("010", (33, 20, 66, 40)),
        ("007", (0, 0, 100, 20)),
    ],
)
async def test_a_mask_has_the_size_of_the_image_and_is_white_where_to_repaint(
    masks: Masks, picture: Picture, area: str, box: tuple[int, int, int, int]
) -> None:
    mask = image_of(await masks.of_cells(picture, area))
    assert mask.size == WIDE
    assert mask.getbbox() == box
    assert white(mask) == (box[2] - box[0]) * (box[3] - box[1])


async def test_all_nine_cells_together_cover_the_whole_image(masks: Masks, picture: Picture) -> None:
    assert white(image_of(await masks.of_cells(picture, "1ff"))) == WIDE[0] * WIDE[1]


async def test_a_preview_highlights_the_selected_cells_and_has_its_own_name(
    masks: Masks, picture: Picture
) -> None:
    empty, one = await masks.preview(picture, NO_CELLS), await masks.preview(picture, "001")
    assert empty is not None
    assert one is not None
    assert empty.name != one.name
    before, after = (Image.open(io.BytesIO(each.data)).convert("L") for each in (empty, one))
    assert before.size == WIDE
    changed = ImageChops.difference(before, after).point([255 if n > 60 else 0 for n in range(256)]).getbbox()
    assert changed is not None
    assert changed[2] <= 35
    assert changed[3] <= 22


async def test_an_unavailable_image_has_no_preview_and_no_mask(masks: Masks, web: Web) -> None:
    assert await masks.preview(final(f"{web.url}/gone.png"), NO_CELLS) is None
    with pytest.raises(MaskRefused) as caught:
        await masks.of_cells(final(f"{web.url}/gone.png"), "001")
    assert caught.value.problem is MaskProblem.NO_PICTURE


@pytest.mark.parametrize(
    "data",
    [
        png(WIDE),
        png(WIDE, kind="JPEG"),
        png(WIDE, kind="WEBP"),
        png(WIDE, 200, "L"),
        png(WIDE, 1, "1"),
        png(WIDE, (255, 255, 255, 255), "RGBA"),
    ],
    ids=["png", "jpeg", "webp", "grey", "bits", "alpha"],
)
async def test_an_uploaded_mask_becomes_pure_black_and_white(
    masks: Masks, picture: Picture, data: bytes
) -> None:
    mask = image_of(await masks.of_upload(picture, data))
    assert (mask.size, white(mask)) == (WIDE, WIDE[0] * WIDE[1])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"<svg/>", MaskProblem.NOT_AN_IMAGE),
        (png(WIDE, kind="GIF"), MaskProblem.NOT_AN_IMAGE),
        (png(WIDE)[:60], MaskProblem.NOT_AN_IMAGE),
        (png((100, 60)), MaskProblem.WRONG_SIZE),
        (png(WIDE, "black"), MaskProblem.BLANK),
        (png(WIDE, (255, 255, 255, 0), "RGBA"), MaskProblem.BLANK),
    ],
    ids=["not an image", "animated", "cut off", "another size", "black", "transparent"],
)
async def test_an_unusable_mask_is_refused_with_the_reason(
    masks: Masks, picture: Picture, data: bytes, problem: MaskProblem
) -> None:
    with pytest.raises(MaskRefused) as caught:
        await masks.of_upload(picture, data)
    assert caught.value.problem is problem


async def test_without_the_image_a_mask_of_any_size_is_accepted(masks: Masks) -> None:
    assert image_of(await masks.of_upload(None, png((5, 7)))).size == (5, 7)


async def test_a_picture_whose_host_hangs_is_not_waited_for_long(web: Web) -> None:
    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    web.answer = hang
    async with picture_session(web.url) as session:
        pictures = Pictures(session, Clock(), "auto", web.url)
        masks = Masks(pictures, wait_seconds=0.05)
        assert await masks.preview(final(f"{web.url}/a.png"), NO_CELLS) is None
        with pytest.raises(MaskRefused) as caught:
            await masks.of_cells(final(f"{web.url}/a.png"), "001")
        await pictures.close()
    assert caught.value.problem is MaskProblem.NO_PICTURE


@pytest.mark.parametrize("size", [(8000, 8000), (4097, 4096)])
async def test_a_picture_too_large_to_draw_on_has_no_preview_and_no_mask(
    masks: Masks, web: Web, size: tuple[int, int]
) -> None:
    web.answers["/large.png"] = ok(png_of(*size))
    large = final(f"{web.url}/large.png")
    assert await masks.preview(large, "1ff") is None
    with pytest.raises(MaskRefused) as caught:
        await masks.of_cells(large, "1ff")
    assert caught.value.problem is MaskProblem.NO_PICTURE


@pytest.mark.parametrize("size", [(2, 2), (1000, 2), (3000, 8), (1, 1)])
async def test_an_image_narrower_than_its_cells_can_be_drawn(
    masks: Masks, web: Web, size: tuple[int, int]
) -> None:
    web.answers["/narrow.png"] = ok(png(size))
    narrow = final(f"{web.url}/narrow.png")
    assert await masks.preview(narrow, "1ff") is not None
    assert white(image_of(await masks.of_cells(narrow, "1ff"))) == size[0] * size[1]


async def test_a_16_bit_mask_is_scaled_not_clipped(masks: Masks) -> None:
    dark, light = png((9, 9), 300, "I;16"), png((9, 9), 65_000, "I;16")
    with pytest.raises(MaskRefused):
        await masks.of_upload(None, dark)
    assert white(image_of(await masks.of_upload(None, light))) == 81
