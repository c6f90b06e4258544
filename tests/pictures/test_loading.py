"""Downloads that share memory, time and hosts, against real servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import aiohttp
import pytest

from mjbot.clock import Clock
from mjbot.core.card.card import Picture
from mjbot.pictures import DEFAULT_LIMITS, ImageLimits, Pictures
from tests.pictures.web import Respond, Web, drawn, final, load, ok, redirect

KIB = 1024
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
FAST = replace(DEFAULT_LIMITS, connect_seconds=0.2, silent_seconds=0.2, final_seconds=2.0)


def padded(size: int) -> bytes:
    """An image of this many bytes."""
    return drawn().ljust(size, b"\0")


async def hang(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that only a counter shows."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


@dataclass
class Held:
    """A response that sends its first bytes, and the rest when it is told to."""

    first: bytes
    rest: bytes

    def __post_init__(self) -> None:
        self.go = asyncio.Event()
        self.sent = 0

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + self.first)
        await writer.drain()
        self.sent += 1
        await self.go.wait()
        writer.write(self.rest)
        await writer.drain()


class Desk:
    """`Pictures` on a clock that the test moves, and the users of its files."""

    def __init__(self, session: aiohttp.ClientSession, limits: ImageLimits) -> None:
        self.time = 1_000.0
        self.pictures = Pictures(session, Clock(lambda: self.time), "auto", limits=limits)
        self.using: list[str] = []
        self.done = asyncio.Event()
        self.most_used = 0

    async def use(self, picture: Picture) -> bool:
        """Use the file until the test says that all uploads are done."""
        async with self.pictures.loaded(picture) as file:
            self.most_used = max(self.most_used, self.pictures.used_bytes)
            if file is None:
                return False
            self.using.append(file.name)
            await self.done.wait()
            return True


Open = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Desks whose session reaches private addresses, as the servers of these tests are."""
    async with AsyncExitStack() as stack:

        async def desk(limits: ImageLimits = FAST) -> Desk:
            desk = Desk(await stack.enter_async_context(aiohttp.ClientSession()), limits)
            stack.push_async_callback(desk.pictures.close)
            return desk

        yield desk


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web(ok(drawn())) as web:
        yield web


@pytest.fixture
async def hanging() -> AsyncIterator[Web]:
    async with Web(hang) as web:
        yield web


async def test_a_waiter_that_gives_up_does_not_cancel_the_download(web: Web, opened: Open) -> None:
    desk, answer = await opened(), Held(drawn()[:20], drawn()[20:])
    web.answer = answer
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), desk.pictures.loaded(final(f"{web.url}/a.png")):
            pass
    answer.go.set()
    async with desk.pictures.loaded(final(f"{web.url}/a.png")) as file:
        assert file is not None
    assert len(web.heads) == 1


async def test_a_file_that_is_not_there_in_time_is_found_by_a_later_call(web: Web, opened: Open) -> None:
    desk, answer = await opened(), Held(drawn()[:20], drawn()[20:])
    web.answer, picture = answer, final(f"{web.url}/a.png")
    async with desk.pictures.loaded(picture, within=0.05) as file:
        assert file is None
    answer.go.set()
    async with desk.pictures.loaded(picture, within=5) as file:
        assert file is not None
    async with desk.pictures.loaded(picture, within=0) as file:
        assert file is not None
    assert len(web.heads) == 1


async def test_hosts_that_hang_do_not_delay_the_picture_of_another_host(opened: Open) -> None:
    desk = await opened(DEFAULT_LIMITS)
    async with Web(hang) as one, Web(hang) as two, Web(ok(drawn())) as well:
        hung = [desk.pictures.loaded(final(f"{each.url}/{n}.png")) for each in (one, two) for n in range(30)]
        tasks = [asyncio.ensure_future(each.__aenter__()) for each in hung]
        await until(lambda: len(one.heads) == len(two.heads) == DEFAULT_LIMITS.concurrent_per_host)
        async with asyncio.timeout(1):  # the others wait for five seconds
            for n in range(10):
                assert await load(desk.pictures, final(f"{well.url}/{n}.png")) is not None
        assert not any(each.done() for each in tasks)
        assert desk.pictures.used_bytes == 10 * len(drawn()), "a download without a byte reserves none"
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_pictures_of_a_host_that_hung_are_given_up_at_once(hanging: Web, opened: Open) -> None:
    desk = await opened()
    urls = [f"{hanging.url}/{n}.png" for n in range(20)]
    assert await asyncio.gather(*(load(desk.pictures, final(url)) for url in urls)) == [None] * 20
    assert len(hanging.heads) == FAST.concurrent_per_host
    assert await load(desk.pictures, final(f"{hanging.url}/late.png")) is None
    assert len(hanging.heads) == FAST.concurrent_per_host
    hanging.answer = ok(drawn())
    desk.time += 30
    assert await load(desk.pictures, final(f"{hanging.url}/late.png")) is not None


async def test_a_host_that_is_slow_to_answer_gets_more_time_after_a_rest(web: Web, opened: Open) -> None:
    desk = await opened(replace(FAST, silent_seconds=0.05))

    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)  # the fault itself
        writer.write(ok(drawn()))

    web.answer = slow
    assert await load(desk.pictures, final(f"{web.url}/0.png")) is None
    desk.time += 30
    assert await load(desk.pictures, final(f"{web.url}/1.png")) is not None
    assert await load(desk.pictures, final(f"{web.url}/2.png")) is not None


def named(answer: object) -> str:
    """The same on every worker, which the address of a function is not."""
    return str(getattr(answer, "__name__", repr(answer)[:25]))


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\0\xff" * 50_000)


async def cut(writer: asyncio.StreamWriter) -> None:
    writer.write(ok(drawn())[:-10])


@pytest.mark.parametrize(
    ("answer", "rests"),
    [
        (reset, True),
        (cut, True),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\n\r\n", True),
        (b"", True),
        (b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 403 Expired\r\nContent-Length: 0\r\n\r\n", False),
        (ok(b"<html>"), False),
        (redirect("http://[x/"), False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", False),
    ],
    ids=named,
)
async def test_only_faults_of_the_host_put_it_to_rest(
    web: Web, opened: Open, answer: bytes | Respond, rests: bool
) -> None:
    desk, web.answer = await opened(), answer
    for n in range(5):
        assert await load(desk.pictures, final(f"{web.url}/{n}.png")) is None
    # aiohttp itself repeats a request whose connection was closed before any answer.
    assert len(set(web.targets)) == (3 if rests else 5)


@pytest.mark.parametrize("answer", [garbage, hang, reset, cut, b"HTTP/9 x\r\n\r\n"], ids=named)
async def test_whatever_a_host_does_there_is_no_file_and_no_exception(
    web: Web, opened: Open, answer: bytes | Respond
) -> None:
    desk, web.answer = await opened(), answer
    async with desk.pictures.loaded(final(f"{web.url}/a.png")) as file:
        assert file is None
    assert desk.pictures.used_bytes == 0


@pytest.mark.parametrize(
    ("count", "size", "memory"), [(40, 8 * KIB, 64 * KIB), (9, 30 * KIB, 64 * KIB), (5, 60 * KIB, 64 * KIB)]
)
async def test_bytes_are_counted_until_their_upload_has_ended(
    web: Web, opened: Open, count: int, size: int, memory: int
) -> None:
    """Discord takes the uploads, but does not answer: they must not gather in memory."""
    desk = await opened(replace(FAST, memory_bytes=memory))
    web.answer = ok(padded(size))
    tasks = [asyncio.create_task(desk.use(final(f"{web.url}/{n}.png"))) for n in range(count)]
    await until(lambda: len(desk.using) == memory // size)
    assert desk.pictures.used_bytes <= memory
    desk.done.set()
    assert await asyncio.gather(*tasks) == [True] * count
    assert desk.most_used <= memory


async def test_waiting_for_memory_does_not_count_as_the_downloads_time(
    web: Web, hanging: Web, opened: Open
) -> None:
    desk = await opened(replace(FAST, memory_bytes=64 * KIB, final_seconds=0.3, silent_seconds=0.3))
    web.answer = ok(padded(60 * KIB))
    using = asyncio.create_task(desk.use(final(f"{web.url}/a.png")))
    await until(lambda: bool(desk.using))
    waiting = asyncio.create_task(desk.use(final(f"{web.url}/b.png")))
    await until(lambda: len(web.heads) == 2)
    assert await load(desk.pictures, final(f"{hanging.url}/c.png")) is None  # the same deadline has passed
    assert not waiting.done()
    desk.done.set()
    assert all(await asyncio.gather(using, waiting))


async def test_downloads_that_fit_only_one_after_the_other_all_succeed(web: Web, opened: Open) -> None:
    size, half = 60 * KIB, 30 * KIB
    answer = Held(padded(size)[:half], bytes(half))
    web.answer = answer
    desk = await opened(replace(FAST, memory_bytes=64 * KIB, final_bytes=64 * KIB))
    desk.done.set()
    tasks = [asyncio.create_task(desk.use(final(f"{web.url}/{n}.png"))) for n in range(2)]
    await until(lambda: answer.sent == 2 and desk.pictures.used_bytes == 2 * half)
    answer.go.set()  # neither of them has room for its second half
    assert await asyncio.gather(*tasks) == [True, True]
    assert len(web.heads) == 3
    assert desk.most_used <= 64 * KIB


async def test_memory_that_stays_full_ends_the_wait_without_a_file(web: Web, opened: Open) -> None:
    desk = await opened(replace(FAST, memory_bytes=64 * KIB, memory_seconds=0.05))
    web.answer = ok(padded(60 * KIB))
    using = asyncio.create_task(desk.use(final(f"{web.url}/a.png")))
    await until(lambda: bool(desk.using))
    assert await load(desk.pictures, final(f"{web.url}/b.png")) is None
    desk.done.set()
    await using
    assert await load(desk.pictures, final(f"{web.url}/b.png")) is not None


async def test_a_file_in_use_stays_and_the_one_used_least_recently_goes(web: Web, opened: Open) -> None:
    desk = await opened(replace(FAST, memory_bytes=64 * KIB))
    web.answer = ok(padded(20 * KIB))
    using = asyncio.create_task(desk.use(final(f"{web.url}/used.png")))
    await until(lambda: bool(desk.using))
    for name in ("a", "b", "a", "c", "used", "a"):
        assert await load(desk.pictures, final(f"{web.url}/{name}.png")) is not None
    assert web.targets == ["/used.png", "/a.png", "/b.png", "/c.png"]
    assert await load(desk.pictures, final(f"{web.url}/b.png")) is not None
    assert web.targets[4:] == ["/b.png"]
    desk.done.set()
    await using


async def test_files_that_nothing_uses_for_a_while_are_dropped(web: Web, opened: Open) -> None:
    size = len(drawn())
    desk = await opened(replace(FAST, cache_bytes=2 * size, cache_seconds=0.05))
    for n in range(9):
        assert await load(desk.pictures, final(f"{web.url}/{n}.png")) is not None
    await until(lambda: desk.pictures.used_bytes <= 2 * size)
    assert await load(desk.pictures, final(f"{web.url}/8.png")) is not None
    assert len(web.heads) == 9


async def test_closing_ends_every_wait_without_a_file(hanging: Web, opened: Open) -> None:
    desk = await opened()
    tasks = [asyncio.create_task(desk.use(final(f"{hanging.url}/{n}.png"))) for n in range(9)]
    await until(lambda: bool(hanging.heads))
    await desk.pictures.close()
    assert await asyncio.gather(*tasks) == [False] * 9
    assert desk.pictures.used_bytes == 0
