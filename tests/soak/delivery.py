"""Delivery soak: `python -m tests.soak.delivery --minutes 10`.

300 live tasks in 30 channels, each followed by another when it ends, while Discord answers a tenth of all
edits with something from the whole list of refusals, or not at all. When the refusals stop, every message
must show its task's end with its buttons. Memory and file descriptors of the process must stay flat.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from mjbot.sandbox.server import SandboxServer
from mjbot.sandbox.world import World
from tests.discord_answers import (
    ANNOUNCEMENT_LIMIT,
    BAD_JSON_502,
    EXPLICIT_CONTENT,
    HARMFUL_LINK,
    JSON_WITHOUT_CODE,
    MISSING_ACCESS,
    PAGES,
    TOO_LARGE,
    UNREADABLE,
    Answer,
    Call,
    api_error,
    malformed,
)
from tests.system.discord_stub import Channel, DiscordStub, Message
from tests.system.process import BotProcess, running

LIVE, CHANNELS = 300, 30
SHARE = 0.1  # of the edits
SETTLING = 900.0  # seconds after the last refusal; a back-off ends after 600
# Pages with 401, 403 and 429 rest all edits, on purpose; one of them now and then is enough.
BLOCKS = [each for each in PAGES if each.status in (403, 429)]
REFUSALS = [
    *UNREADABLE,
    *(each for each in PAGES if each not in BLOCKS),
    *(ANNOUNCEMENT_LIMIT, BAD_JSON_502, EXPLICIT_CONTENT, HARMFUL_LINK, JSON_WITHOUT_CODE),
    *(
        MISSING_ACCESS,
        TOO_LARGE,
        malformed("embeds.0.image.url"),
        malformed("components.0.components.0.emoji"),
    ),
    *(api_error("new code", 400, 99_999, "New"), api_error("unknown 403", 403, 99_998, "New")),
]


@dataclass
class Soak:
    stub: DiscordStub
    world: World
    channels: list[Channel]
    rng: random.Random
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1_700_000_000_000_000))
    asked: dict[str, Channel] = field(default_factory=dict)
    refused: int = 0
    refusing: bool = True

    async def ask(self) -> None:
        """Start one more task, and show it."""
        task = str(next(self.ids))
        length = self.rng.uniform(30, 90)
        steps = [(0.0, "SUBMITTED", "0%")]
        steps += [(length * n / 10, "IN_PROGRESS", f"{n}0%") for n in range(1, 10)]
        self.world.add(task, [*steps, (length, "SUCCESS", "100%")], prompt=f"a cat {task} --v 7")
        channel = self.rng.choice(self.channels)
        self.asked[task] = channel
        await self.stub.slash(channel, self.stub.add_user(f"ann{task}"), "status", task_id=task)

    def refuse(self) -> None:
        """Script the refusals: each matches by chance, and the first that matches answers."""
        for answer in [*self.rng.sample(REFUSALS, len(REFUSALS)), self.rng.choice(BLOCKS)]:
            share = SHARE / len(REFUSALS) * (0.002 if answer in BLOCKS else 1.0)
            self._refuse(answer, share)
        self.stub.hold("PATCH", "/channels/**", match=lambda _: self.rng.random() < 0.0005)

    def _refuse(self, answer: Answer, share: float) -> None:
        def hit(_: Call) -> bool:
            found = self.refusing and self.rng.random() < share
            self.refused += found
            return found

        self.stub.refuse("PATCH", "/**", answer, match=hit)

    def live(self, now: float) -> int:
        return sum(not self._ended(task, now) for task in self.asked)

    def _ended(self, task: str, now: float) -> bool:
        seen = self.world.peek(task, now)
        return seen is not None and seen["status"] == "SUCCESS"

    def unfinished(self) -> list[str]:
        """The tasks whose message does not show the end with its buttons."""
        shown: dict[str, Message] = {}
        for channel in self.channels:
            for message in self.stub.messages(channel):
                for embed in message.embeds:
                    shown[str(embed["footer"]["text"]).rpartition(" ")[2]] = message
        return [
            task
            for task in self.asked
            if task not in shown or shown[task].embeds[0]["title"] != "Done" or not shown[task].buttons()
        ]


def usage(bot: BotProcess) -> tuple[float, int]:
    """Resident memory in MiB, and open file descriptors."""
    status = Path(f"/proc/{bot.pid}/status").read_text("ascii")
    memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return memory / 1024, len(list(Path(f"/proc/{bot.pid}/fd").iterdir()))


async def soak(minutes: float, seed: int) -> bool:
    rng = random.Random(seed)
    world = World(side=64)
    with tempfile.TemporaryDirectory() as folder:
        async with DiscordStub() as stub, SandboxServer(world, time.time) as upstream:
            guild = stub.add_guild("Atelier")
            channels = [stub.add_channel(guild, f"pictures-{n}") for n in range(CHANNELS)]
            run = Soak(stub, world, channels, rng)
            settings = {"GUILD_CARDS": "100000", "LOG_LEVEL": "WARNING"}
            async with running(stub, upstream, Path(folder), settings=settings) as bot:
                run.refuse()
                samples = await _play(run, bot, minutes * 60)
                run.refusing = False
                left = await _settle(run)
                samples.append(usage(bot))
                code = await bot.terminate()
                log = bot.log.read_text("utf-8")
    return _report(run, samples, left, code, log)


async def _play(run: Soak, bot: BotProcess, seconds: float) -> list[tuple[float, int]]:
    samples, end = [], time.time() + seconds
    while time.time() < end:
        for _ in range(min(LIVE - run.live(time.time()), 10)):
            await run.ask()
        await asyncio.sleep(1.0)
        samples.append(usage(bot))
    return samples


async def _settle(run: Soak) -> list[str]:
    end = time.time() + SETTLING
    while (left := run.unfinished()) and time.time() < end:
        await asyncio.sleep(2.0)
    return left


def _report(run: Soak, samples: list[tuple[float, int]], left: list[str], code: int, log: str) -> bool:
    third = len(samples) // 3
    early = [sum(each) / third for each in zip(*samples[third : 2 * third], strict=True)]
    late = [sum(each) / third for each in zip(*samples[-third - 1 : -1], strict=True)]
    sys.stdout.write(
        f"{len(run.asked)} tasks, {run.refused} refusals, {len(left)} without their end; exit code {code}\n"
        f"memory {early[0]:.0f} MiB, then {late[0]:.0f}; files {early[1]:.0f}, then {late[1]:.0f}\n"
        f"{log.count('Traceback')} tracebacks in the log\n"
    )
    return not left and code == 0 and late[0] < early[0] * 1.15 + 10 and late[1] < early[1] + 30


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.exit(0 if asyncio.run(soak(arguments.minutes, arguments.seed)) else 1)


if __name__ == "__main__":
    main()
