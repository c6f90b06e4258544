"""Files whose end is missing, and videos: recognized by their bytes, and attached only whole."""

from __future__ import annotations

import io
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import mjbot.sandbox
from mjbot.clock import Clock
from mjbot.core.card.card import Medium, Picture
from mjbot.pictures import Masks, Pictures, picture_session, video
from mjbot.pictures.header import is_complete, read_header
from mjbot.ports import MaskProblem, MaskRefused
from tests.pictures.test_raster import noise
from tests.pictures.web import Web, final, load, ok

CLIP = Path(mjbot.sandbox.__file__).with_name("clip.mp4").read_bytes()


def encoded(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(noise("RGB", 64, "PNG"))).save(file, kind, **options)
    return file.getvalue()


def with_thumbnail() -> bytes:
    """A JPEG with another JPEG among its metadata, which has an end of its own."""
    inner = encoded("JPEG")
    return encoded("JPEG", exif=b"Exif\0\0" + inner)


def box(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(data), kind) + data


IMAGES = {
    "png": encoded("PNG"),
    "apng": encoded("PNG", save_all=True, append_images=[Image.new("RGB", (64, 64))]),
    "jpeg": encoded("JPEG"),
    "progressive": encoded("JPEG", progressive=True),
    "jpeg in jpeg": with_thumbnail(),
    "gif": encoded("GIF"),
    "animated gif": encoded("GIF", save_all=True, append_images=[Image.new("RGB", (64, 64))]),
    "webp": encoded("WEBP"),
    "animated webp": encoded("WEBP", save_all=True, append_images=[Image.new("RGB", (64, 64))]),
}
WHOLE = {**IMAGES, "mp4": CLIP}


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as web:
        yield web


@pytest.fixture
async def pictures(web: Web) -> AsyncIterator[Pictures]:
    async with picture_session(web.url) as session:
        pictures = Pictures(session, Clock(), "auto", f"{web.url}/mj")
        yield pictures
        await pictures.close()


def unmeasured(body: bytes) -> bytes:
    """A response that ends with its connection, as the responses of many relays do."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nConnection: close\r\n\r\n" + body


@pytest.mark.parametrize("kind", IMAGES)
def test_a_whole_image_is_complete(kind: str) -> None:
    for data in (IMAGES[kind], IMAGES[kind] + bytes(9)):
        header = read_header(data)
        assert header is not None
        assert is_complete(data, header)


@given(st.sampled_from(sorted(IMAGES)), st.floats(0, 1))
def test_no_part_of_an_image_is_complete(kind: str, share: float) -> None:
    part = IMAGES[kind][: int(share * (len(IMAGES[kind]) - 2))]
    header = read_header(part)
    assert header is None or not is_complete(part, header)


@given(st.floats(0, 1))
def test_no_part_of_a_video_is_complete(share: float) -> None:
    assert video.is_complete(CLIP)
    assert not video.is_complete(CLIP[: int(share * (len(CLIP) - 1))])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (CLIP, "mp4"),
        (box(b"ftyp", b"isom\0\0\2\0isom"), "mp4"),
        (box(b"ftyp", b"iso5\0\0\2\0avc1"), "mp4"),
        (box(b"ftyp", b"qt  \0\0\2\0qt  "), "mov"),
        (box(b"ftyp", b"avif\0\0\0\0mif1"), None),
        (box(b"ftyp", b"heic\0\0\0\0mif1"), None),
        (box(b"ftyp", b"M4A \0\0\0\0isom"), None),
        (box(b"moov"), None),
        (IMAGES["png"], None),
        (b"", None),
    ],
)
def test_a_video_is_recognized_by_its_first_bytes(data: bytes, kind: str | None) -> None:
    assert video.kind_of(data) == kind


def test_the_boxes_of_a_video_may_be_long_or_without_a_length_at_the_end() -> None:
    start = box(b"ftyp", b"isom\0\0\2\0isom") + box(b"moov")
    assert video.is_complete(start + struct.pack(">I4sQ", 1, b"mdat", 24) + bytes(8))
    assert video.is_complete(start + struct.pack(">I4s", 0, b"mdat") + bytes(50))
    assert not video.is_complete(start)
    assert not video.is_complete(start + struct.pack(">I4sQ", 1, b"mdat", 99) + bytes(8))
    assert not video.is_complete(start + box(b"free") * 20_000 + box(b"mdat"))


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
async def test_a_file_whose_end_is_missing_is_not_attached_and_the_next_try_fetches_it_whole(
    web: Web, pictures: Pictures, kind: str, share: float
) -> None:
    whole = WHOLE[kind]
    web.answer = unmeasured(whole[: int(share * len(whole))])
    picture = final(f"{web.url}/a.png")
    assert await load(pictures, picture) is None
    web.answer = unmeasured(whole)
    file = await load(pictures, picture)
    assert file is not None
    assert file.data == whole


@pytest.mark.parametrize("path", ["/mj/image/17", "/0.mp4", "/result.png"])
@pytest.mark.parametrize("content_type", ["video/mp4", "image/jpeg", "application/octet-stream"])
async def test_a_video_is_attached_as_a_video_whatever_its_address_and_type_say(
    web: Web, pictures: Pictures, path: str, content_type: str
) -> None:
    web.answer = ok(CLIP, content_type)
    file = await load(pictures, final(web.url + path))
    assert file is not None
    assert file.name.endswith(".mp4")
    assert file.data == CLIP
    assert await load(pictures, Picture(f"{web.url}/preview", final=False)) is None


async def test_a_video_has_no_area_to_repaint(web: Web, pictures: Pictures) -> None:
    web.answer = ok(CLIP)
    picture, masks = final(f"{web.url}/a.png"), Masks(pictures)
    assert await masks.preview(picture, "000") is None
    with pytest.raises(MaskRefused) as refused:
        await masks.of_cells(picture, "001")
    assert refused.value.problem is MaskProblem.NO_PICTURE


async def test_a_text_is_a_file_without_a_download(web: Web, pictures: Pictures) -> None:
    text = Picture("", final=True, medium=Medium.TEXT, text="1️⃣ a cat")
    assert pictures.attaches(text)
    file = await load(pictures, text)
    assert file is not None
    assert (file.name, file.data.decode()) == (f"{text.key}.txt", "1️⃣ a cat")
    assert web.heads == []
