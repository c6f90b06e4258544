"""The image service is down for more than a minute: what people see meanwhile, and how the bot recovers.

All outages happen at the same time, each with a process of its own, since every one takes a minute.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.system.discord_stub import DiscordStub, Message
from tests.system.process import running

TASK = "1730621718151844"
STEPS = [
    (0, "SUBMITTED", "0%"),
    (1, "IN_PROGRESS", "31%"),
    (3, "IN_PROGRESS", "62%"),
    (60, "SUCCESS", "100%"),
]
ALL = "/mj/*"
STARTS = 3  # processes that start at the same time; each takes a second of a core
WITHIN = 180.0  # seconds; many processes share the machine here
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"

DOWN = "Still trying. This says nothing about the task itself."
KEY = "The image service refuses this bot's key."
PAGE = "returned a web page"
SLOW = "The image service is rate-limiting this bot."
WRONG = "The image service answers, but not at the configured address."
QUOTA = "has run out of credit"

Break = Callable[[SandboxServer], object]
OUTAGES: dict[str, tuple[Break, str]] = {
    "connections are cut": (lambda up: up.drop(ALL), DOWN),
    "answers never come": (lambda up: up.hold(ALL), DOWN),
    "answers come a byte at a time": (lambda up: up.trickle(ALL), DOWN),
    "500": (lambda up: up.fail(ALL, 500, "oops"), DOWN),
    "502 with a web page": (lambda up: up.fail(ALL, 502, HTML, "text/html"), DOWN),
    "503 without a body": (lambda up: up.fail(ALL, 503), DOWN),
    "504": (lambda up: up.fail(ALL, 504, "upstream request timeout"), DOWN),
    "200 with a web page": (lambda up: up.fail(ALL, 200, HTML, "text/html"), PAGE),
    "garbage": (lambda up: up.fail(ALL, 200, "\x00\x01\x02 not json", "application/json"), DOWN),
    "JSON that is cut off": (lambda up: up.fail(ALL, 200, '[{"id": "17306', "application/json"), DOWN),
    "a body of 10 MB": (lambda up: up.fail(ALL, 200, "[" + "0," * 5_000_000, "application/json"), DOWN),
    "a loop of redirects": (lambda up: up.fail(ALL, 302, headers={"Location": "/mj/task/1/fetch"}), WRONG),
    "the key is revoked": (lambda up: up.fail(ALL, 401, '{"error": {"message": "无效的令牌"}}'), KEY),
    "no credit is left": (
        lambda up: up.fail(
            ALL, 403, '{"error": {"message": "quota exhausted", "code": "insufficient_user_quota"}}'
        ),
        QUOTA,
    ),
    "429": (lambda up: up.fail(ALL, 429, "slow down"), SLOW),
}


@dataclass
class Outcome:
    """One outage as seen from outside."""

    titles: list[str]
    told: str
    asked_privately: str
    requests_a_second: float
    edits: int
    log: str
    messages: int
    count_429: int


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome | BaseException]:
    async def all_at_once() -> dict[str, Outcome | BaseException]:
        folders = [tmp_path_factory.mktemp("outage") for _ in OUTAGES]
        starting = asyncio.Semaphore(STARTS)
        plays = [
            play(folder, begin, starting)
            for folder, (begin, _) in zip(folders, OUTAGES.values(), strict=True)
        ]
        return dict(zip(OUTAGES, await asyncio.gather(*plays, return_exceptions=True), strict=True))

    return asyncio.run(all_at_once())


async def play(folder: Path, begin: Break, starting: asyncio.Semaphore) -> Outcome:
    """Follow a task, start the outage, wait until the card says so, and end the outage."""
    world = World(side=32)
    async with AsyncExitStack() as stack:
        stub = await stack.enter_async_context(DiscordStub())
        upstream = await stack.enter_async_context(SandboxServer(world, time.time))
        channel, ann = stub.add_channel(stub.add_guild("Atelier"), "pictures"), stub.add_user("ann")
        async with starting:
            bot = await stack.enter_async_context(running(stub, upstream, folder))
        world.add(TASK, STEPS, start=time.time())
        asked = await stub.slash(channel, ann, "status", task_id=TASK)
        await stub.until(lambda: "62%" in delivered(asked.message), WITHIN)
        begin(upstream)
        start = time.time()
        await stub.until(lambda: "Last seen: " in delivered(asked.message), WITHIN)
        told, span = delivered(asked.message), time.time() - start
        asks = sum(each.at >= start for each in upstream.requests)
        late = await stub.slash(channel, ann, "status", task_id="1730621718159999")
        await stub.until(lambda: late.ephemeral and late.ephemeral.content, WITHIN)
        upstream.clear_faults()
        await stub.until(lambda: "Done" in delivered(asked.message), WITHIN)
        message = asked.message
        assert message is not None
        assert late.ephemeral is not None
        return Outcome(
            [each.embeds[0]["title"] for each in message.history if each.embeds],
            told,
            late.ephemeral.content,
            asks / span,
            len(message.history),
            bot.log.read_text(encoding="utf-8"),
            sum(not each.deleted for each in stub.messages(channel)),
            stub.count_429,
        )


def delivered(message: Message | None) -> str:
    """The whole embed of a card as text."""
    return str(message.embeds[0]) if message is not None and message.embeds else ""


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_is_named_on_the_card_costs_few_reads_and_ends_by_itself(
    outcomes: dict[str, Outcome | BaseException], outage: str
) -> None:
    outcome = outcomes[outage]
    if isinstance(outcome, BaseException):
        raise outcome
    _, sentence = OUTAGES[outage]
    assert sentence in outcome.told
    distinct = list(dict.fromkeys(outcome.titles))
    assert distinct[-3:] == ["In progress", "Last seen: in progress", "Done"]
    assert outcome.requests_a_second <= 1
    assert outcome.messages == 1
    assert outcome.count_429 == 0
    assert outcome.log.count("the image service cannot be read") == 1
    assert outcome.log.count("the image service can be read again") == 1
    assert "Traceback" not in outcome.log
