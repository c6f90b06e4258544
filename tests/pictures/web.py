"""A raw web server: it records every byte of a request, and can send any bytes as a response."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Self

from PIL import Image

from mjbot.core.card.card import Picture
from mjbot.pictures import Pictures
from mjbot.ports import File

Respond = Callable[[asyncio.StreamWriter], Awaitable[None]]


def ok(body: bytes, kind: str = "image/png") -> bytes:
    """A complete response."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def redirect(to: str) -> bytes:
    """A redirect."""
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def drawn(kind: str = "PNG", side: int = 8, mode: str = "RGB") -> bytes:
    """A real image."""
    file = io.BytesIO()
    Image.new(mode, (side, side)).save(file, kind)
    return file.getvalue()


def final(url: str) -> Picture:
    return Picture(url, final=True, alt="a cat")


async def load(pictures: Pictures, picture: Picture) -> File | None:
    """The file of a picture, which tests may look at when its bytes are no longer counted."""
    async with pictures.loaded(picture) as file:
        return file


class Web:
    """Sends ``answer`` (or the entry of ``answers`` for the path) to every request, one per connection."""

    def __init__(self, answer: bytes | Respond = b"") -> None:
        self.answer = answer
        self.answers: dict[str, bytes | Respond] = {}
        self.heads: list[str] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        """The request targets, exactly as received."""
        return [head.split(" ")[1] for head in self.heads]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._open:  # since Python 3.12 `wait_closed` waits for the connections, too
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            answer = self.answers.get(head.split(" ")[1], self.answer)
            if isinstance(answer, bytes):
                writer.write(answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                await writer.drain()
            else:
                await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
