"""SSRF protection: no image URL reaches a private network by any route, and no request carries the key."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from mjbot.clock import Clock
from mjbot.pictures import Pictures, picture_session
from mjbot.pictures.public_session import PublicResolver
from tests.pictures.web import Web, drawn, final, load, ok, redirect


class Names(AbstractResolver):
    """A resolver with fixed answers: each lookup takes the next one, and the last one is repeated."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = {name.replace("_", "."): each for name, each in answers.items()}
        self.lookups: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.lookups.append(host)
        answers = self._answers[host.lower()]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(hostname=host, host=each, port=port, family=socket.AF_INET, proto=0, flags=0)
            for each in addresses
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
async def upstream() -> AsyncIterator[Web]:
    async with Web(ok(drawn())) as web:
        yield web


@pytest.fixture
async def victim() -> AsyncIterator[Web]:
    """A private server that must never get a request."""
    async with Web(ok(drawn())) as web:
        yield web


HOSTS = [
    "127.0.0.1",  # the upstream's own host, but another port
    "localhost",
    "0.0.0.0",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::1]",
    "[64:ff9b::7f00:1]",
    "inner.example",
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("redirected", [False, True])
async def test_a_private_address_is_not_fetched(
    upstream: Web, victim: Web, host: str, redirected: bool
) -> None:
    url = f"http://{host}:{victim.port}/secret.png"
    upstream.answers["/hop"] = redirect("/next")
    upstream.answers["/next"] = redirect(url)
    names = Names(inner_example=[["127.0.0.1"]]) if host == "inner.example" else None
    async with picture_session(upstream.url, names) as session:
        pictures = Pictures(session, Clock(), "auto")
        assert await load(pictures, final(f"{upstream.url}/hop" if redirected else url)) is None
        assert await load(pictures, final(f"{upstream.url}/ours.png")) is not None
    assert victim.heads == []
    assert upstream.targets == (["/hop", "/next"] if redirected else []) + ["/ours.png"]


async def test_a_private_upstream_is_trusted_only_by_its_name_and_port(upstream: Web, victim: Web) -> None:
    names = Names(proxy=[["127.0.0.1"]])
    async with picture_session(f"http://proxy:{upstream.port}/mj-fast", names) as session:
        pictures = Pictures(session, Clock(), "auto")
        assert await load(pictures, final(f"http://PROXY:{upstream.port}/a.png")) is not None
        assert await load(pictures, final(f"http://proxy:{victim.port}/a.png")) is None
        assert await load(pictures, final(f"http://127.0.0.1:{upstream.port}/b.png")) is None
    assert victim.heads == []


async def test_a_name_that_changes_its_address_is_checked_at_each_lookup() -> None:
    names = Names(rebind_example=[["93.184.215.14"], ["10.0.0.1", "93.184.215.14"], ["10.0.0.1"]])
    resolver = PublicResolver(("proxy", 80), names)
    for _ in range(2):
        assert [each["host"] for each in await resolver.resolve("rebind.example", 80)] == ["93.184.215.14"]
    with pytest.raises(OSError, match="no public address"):
        await resolver.resolve("rebind.example", 80)
    await resolver.close()


async def test_the_checked_address_is_the_one_connected_to(upstream: Web) -> None:
    names = Names(proxy=[["127.0.0.1"], ["10.255.255.1"]])
    async with picture_session(f"http://proxy:{upstream.port}", names) as session:
        assert await load(Pictures(session, Clock(), "auto"), final(f"http://proxy:{upstream.port}/a.png"))
    assert names.lookups == ["proxy"]


async def test_cookies_are_not_kept_and_no_secret_is_sent(upstream: Web) -> None:
    upstream.answer = ok(drawn()).replace(b"\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n", 1)
    async with picture_session(upstream.url) as session:
        pictures = Pictures(session, Clock(), "auto")
        for name in ("a", "b"):
            assert await load(pictures, final(f"{upstream.url}/{name}.png")) is not None
    names = {line.split(":")[0].lower() for head in upstream.heads for line in head.split("\r\n")[1:] if line}
    assert names == {"host", "accept", "accept-encoding", "user-agent"}
