"""A small forward proxy on a loopback port: CONNECT, and requests with a whole URL."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

HOST = "discord.invalid"
"""A name that only the proxy knows; it leads to ``target``."""


class ForwardProxy:
    """Use as an async context manager. It asks for the credentials `USER` and `PASSWORD`.

    ``target``: the host and port to which `HOST` leads. ``refusal``: a status for every request; 0: no
    answer.
    """

    USER, PASSWORD = "ann", "canary-of:a/proxy"

    def __init__(self, target: str = "127.0.0.1:9", *, refusal: int | None = None) -> None:
        self._target = target
        self._refusal = refusal
        self._served: set[asyncio.Task[None]] = set()
        self.requests: list[str] = []
        """The first line of each connection."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for each in self._served:
            each.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)

    @property
    def address(self) -> str:
        """The address without credentials."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def url(self) -> str:
        """The address with credentials, percent-encoded."""
        return self.address.replace("//", f"//{self.USER}:canary-of%3Aa%2Fproxy@")

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._served.add(task)
        task.add_done_callback(self._served.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                line = head.partition(b"\r\n")[0].decode()
                self.requests.append(line)
                await self._answer(line, head, reader, writer)
            finally:
                writer.close()

    async def _answer(
        self, line: str, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._refusal == 0:
            await asyncio.Event().wait()
        credentials = base64.b64encode(f"{self.USER}:{self.PASSWORD}".encode())
        status = self._refusal if credentials in head else 407
        if status:
            writer.write(f"HTTP/1.1 {status} no\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            return
        method, url, _ = line.split()
        address = url if method == "CONNECT" else urlsplit(url).netloc
        host, _, port = (self._target if address.startswith(HOST) else address).rpartition(":")
        upstream, onward = await asyncio.open_connection(host, int(port))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            onward.write(head)
        try:
            await asyncio.gather(_pipe(reader, onward), _pipe(upstream, writer))
        finally:
            onward.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
