"""Pictures that users give to a command: checked, loaded, and re-encoded for the image service."""

from __future__ import annotations

import asyncio
import base64
import io
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from PIL import Image

from mjbot.clock import Clock
from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.errors import PressRefused
from mjbot.pictures import Pictures, ReferencePictures, picture_session
from tests.pictures.web import Web, drawn, ok, redirect

MIB = 1024 * 1024
HERE, THERE = Place(1), Place(2)


@dataclass
class Uploaded:
    """An upload; without ``data`` its download fails."""

    data: bytes | None
    name: str = "cat.png"
    content_type: str | None = "image/png"
    size: int = 1000

    async def read(self) -> bytes:
        if self.data is None:
            raise OSError
        return self.data


class Names(AbstractResolver):
    """Resolves every name to this machine, as a name does that changes its address after a check."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None: ...


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web(ok(drawn("PNG"))) as web:
        yield web


@pytest.fixture
async def session(web: Web) -> AsyncIterator[aiohttp.ClientSession]:
    """A session that takes one name of this machine for a public one."""
    async with picture_session(f"http://pictures.example:{web.port}", Names()) as session:
        yield session


@pytest.fixture
async def references(session: aiohttp.ClientSession) -> AsyncIterator[ReferencePictures]:
    pictures = Pictures(session, Clock(), "attach")
    yield ReferencePictures(pictures)
    await pictures.close()


def sent(data_url: str) -> Image.Image:
    kind, _, data = data_url.partition(",")
    assert kind == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_an_upload_is_sent_as_a_jpeg(references: ReferencePictures, kind: str) -> None:
    picture = sent(
        await references.of_upload(Uploaded(drawn(kind), content_type=f"image/{kind.lower()}"), HERE)
    )
    assert (picture.format, picture.size) == ("JPEG", (8, 8))


async def test_a_large_photo_is_sent_smaller_upright_and_without_its_place(
    references: ReferencePictures,
) -> None:
    photo, exif = Image.effect_noise((3000, 1000), 80).convert("RGB"), Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    exif.get_ifd(0x8825)[1] = "N"
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=95, exif=exif)
    data_url = await references.of_upload(Uploaded(file.getvalue(), size=len(file.getvalue())), HERE)
    assert len(data_url) * 3 // 4 <= 2_000_100
    assert sent(data_url).size == (683, 2048)
    assert not sent(data_url).getexif()


async def test_what_is_transparent_is_sent_white(references: ReferencePictures) -> None:
    pixel = sent(await references.of_upload(Uploaded(drawn("PNG", mode="RGBA")), HERE)).getpixel((4, 4))
    assert pixel == (255, 255, 255)


@pytest.mark.parametrize(
    ("upload", "text"),
    [
        (Uploaded(b"", name="notes.txt", content_type="text/plain"), Text.PICTURE_TYPE),
        (Uploaded(b"", name="a.pdf", content_type=None), Text.PICTURE_TYPE),
        (Uploaded(b"", size=10 * MIB + 1), Text.PICTURE_TOO_LARGE),
        (Uploaded(b"x" * (10 * MIB + 1)), Text.PICTURE_TOO_LARGE),  # larger than Discord said
        (Uploaded(None), Text.PICTURE_UNREADABLE),
        (Uploaded(b"<svg/>"), Text.PICTURE_UNREADABLE),
        (Uploaded(drawn("PNG")[:40]), Text.PICTURE_UNREADABLE),
    ],
)
async def test_a_file_that_cannot_be_sent_is_refused_by_name(
    references: ReferencePictures, upload: Uploaded, text: Text
) -> None:
    with pytest.raises(PressRefused) as refused:
        await references.of_upload(upload, HERE)
    assert refused.value.text is text
    assert str(refused.value.values["name"]).replace("\\", "") == upload.name


async def test_the_picture_at_an_address_is_sent_as_data(references: ReferencePictures, web: Web) -> None:
    assert sent(await references.of_address(f"http://pictures.example:{web.port}/a.png", HERE)).size == (8, 8)
    assert "GET /a.png" in web.heads[0]


async def test_slow_hosts_hold_up_nobody_s_uploads(references: ReferencePictures, web: Web) -> None:
    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    web.answer = hang
    address = f"http://pictures.example:{web.port}"
    slow = [asyncio.create_task(references.of_address(f"{address}/{n}.png", HERE)) for n in range(4)]
    while len(web.heads) < 2:
        await asyncio.sleep(0.01)
    await references.of_upload(Uploaded(drawn("PNG")), HERE)
    assert not any(each.done() for each in slow)
    for each in slow:
        each.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("http://127.0.0.1:{port}/a.png", Text.PICTURE_ADDRESS),
        ("http://localhost:{port}/a.png", Text.PICTURE_ADDRESS),
        ("http://[::1]:{port}/a.png", Text.PICTURE_ADDRESS),
        ("http://169.254.169.254/latest/meta-data", Text.PICTURE_ADDRESS),
        ("http://2130706433/a.png", Text.PICTURE_ADDRESS),
        ("http://printer.local/a.png", Text.PICTURE_ADDRESS),
        ("http://user:key@pictures.example/a.png", Text.PICTURE_ADDRESS),
        ("http://pictures.example:99999/a.png", Text.PICTURE_ADDRESS),
        (f"http://pictures.example/{'a' * 2_000}", Text.PICTURE_ADDRESS),
        ("file:///etc/passwd", Text.PICTURE_ADDRESS),
        ("data:image/png;base64,AAAA", Text.PICTURE_ADDRESS),
        ("/mj/image/1", Text.PICTURE_ADDRESS),
        ("a cat", Text.PICTURE_ADDRESS),
        ("http://rebound.example:{port}/a.png", Text.PICTURE_UNREADABLE),
        ("http://pictures.example:1/a.png", Text.PICTURE_UNREADABLE),
        ("http://pictures.example:{port}/to-literal", Text.PICTURE_UNREADABLE),
        ("http://pictures.example:{port}/to-name", Text.PICTURE_UNREADABLE),
        ("http://pictures.example:{port}/page", Text.PICTURE_UNREADABLE),
        ("http://pictures.example:{port}/bomb", Text.PICTURE_UNREADABLE),
    ],
)
async def test_an_address_that_leads_elsewhere_than_to_a_public_picture_is_refused(
    references: ReferencePictures, web: Web, address: str, text: Text
) -> None:
    web.answers |= {
        "/to-literal": redirect(f"http://127.0.0.1:{web.port}/a.png"),
        "/to-name": redirect(f"http://rebound.example:{web.port}/a.png"),
        "/page": ok(b"<html>", "text/html"),
        "/bomb": ok(drawn("PNG")[:16] + b"\x00\x00\xff\xff\x00\x00\xff\xff" + drawn("PNG")[24:]),
    }
    with pytest.raises(PressRefused) as refused:
        await references.of_address(address.format(port=web.port), HERE)
    assert refused.value.text is text
    assert not any("GET /a.png" in head for head in web.heads)


async def test_slow_addresses_hold_up_nobody_else(references: ReferencePictures, web: Web) -> None:
    asked, over = asyncio.Barrier(3), asyncio.Event()

    async def answer_late(writer: asyncio.StreamWriter) -> None:
        await asked.wait()
        await over.wait()
        writer.write(ok(drawn("PNG")))

    web.answers |= {"/0.png": answer_late, "/1.png": answer_late}
    waiting = [
        asyncio.create_task(references.of_address(f"http://pictures.example:{web.port}/{n}.png", HERE))
        for n in range(2)
    ]
    await asked.wait()
    upload = asyncio.create_task(references.of_upload(Uploaded(drawn("PNG")), HERE))
    address = asyncio.create_task(references.of_address(f"http://pictures.example:{web.port}/a.png", THERE))
    assert [sent(await each).size for each in (upload, address)] == [(8, 8)] * 2
    assert not any(each.done() for each in waiting)
    over.set()
    assert [sent(await each).size for each in waiting] == [(8, 8)] * 2


async def test_uploads_of_one_place_hold_up_none_of_another(references: ReferencePictures) -> None:
    class Slow(Uploaded):
        async def read(self) -> bytes:
            await asyncio.Event().wait()
            raise AssertionError

    slow = [asyncio.create_task(references.of_upload(Slow(b""), HERE)) for _ in range(3)]
    await asyncio.sleep(0)
    assert sent(await references.of_upload(Uploaded(drawn("PNG")), THERE)).size == (8, 8)
    for each in slow:
        each.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_slow_addresses_of_one_place_leave_memory_for_those_of_another(
    references: ReferencePictures, web: Web
) -> None:
    async def send_half(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 10000000\r\n\r\n")
        writer.write(bytes(9_000_000))
        await asyncio.Event().wait()

    for n in range(5):
        web.answers[f"/{n}.png"] = send_half
    address = f"http://pictures.example:{web.port}"
    slow = [asyncio.create_task(references.of_address(f"{address}/{n}.png", HERE)) for n in range(5)]
    while len(web.heads) < 2:
        await asyncio.sleep(0.01)
    assert sent(await references.of_address(f"{address}/a.png", THERE)).size == (8, 8)
    assert len(web.heads) == 3
    for each in slow:
        each.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
