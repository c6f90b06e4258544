"""The page of a benchmark: targets, table, how to repeat it."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence

from tests.benchmarks.figures import Figures
from tests.benchmarks.plan import ARRIVALS, SEED, STEP
from tests.benchmarks.targets import Runs, targets

HEADS = (
    "program", "tasks", "channels", "polls", "polls a task and minute", "first reads", "edits a change", "wasted edits",
    "429s", "staleness p50 / p95", "time to final p50 / p95 / longest", "best possible p95", "first answer p99",
    "CPU", "memory",
)  # fmt: skip

PAGE = """# Benchmarks

Made by `make bench` (about half an hour); every number on this page is from that one run.

Everything is real but the two ends: `mjbot run` as a process, the simulated image service and a stub of Discord over
loopback. The stub enforces 5 sends and edits in 5 s per channel, 50 requests in 1 s in all (interaction endpoints apart),
5 in 2 s per interaction token, with Discord's headers, and counts every 429. Tasks have nine states, {step} s apart, and
begin at uniformly random moments within {arrivals:.0f} s (seed {seed}); each is asked for by `/status`. Settings are the
defaults, but for `MJBOT_IMAGES=link` and limits on people that are out of the way.

A to D are the policies of other bots on the same servers: A reads and edits each task every second, by interaction
token; B every 5 s, by channel; C reads every 3 s and edits once, at the end; D reads all in one batch every 15 s. They
wait for their buckets as client libraries do. Their CPU and memory are not compared: they are programs of 40 lines.

*Staleness*: from a change at the service to a message that shows it, or something later. *Best possible*: a program
that shares no code with the bot schedules the final edits alone, every change known at its instant, within the same two
limits. *Polls*: reads of the background loop; the *first reads* are those of people's `/status`, one each for any bot
that takes an id. *First answer*: from the gateway's frame to the callback.

Machine: {machine}.

## Targets

{targets}

## Runs

Times in seconds. "never": at least one change was not shown within two minutes of the last end.

{table}

![Polls per task and minute, and staleness](benchmarks.png)

## What is not measured here yet

10,000 tasks, a ten-minute queue, the webhook's effect, and an interaction-token route, which mjbot does not have: at
1,000 tasks that change every 6.6 s, 150 changes a second meet Discord's 50 edits a second, so progress is thinned and
finals wait their turn, while A, by interaction token, is outside that limit (and stops after 15 minutes). The bot, the
stub and the service share one machine of {cores} cores, so at 1,000 tasks the stub is part of what is measured.
"""


def page(runs: Runs) -> str:
    """The whole page."""
    cores = os.cpu_count() or 1
    return PAGE.format(
        step=STEP,
        arrivals=ARRIVALS,
        seed=SEED,
        machine=f"{cores} cores, {platform.machine()}, Python {platform.python_version()}",
        cores=cores,
        targets=target_lines(runs),
        table=table([*runs.values()]),
    )


def target_lines(runs: Runs) -> str:
    """One line a target."""
    return "\n".join(f"- {'met' if t.met else '**missed**'}: {t.wanted}: {t.measured}" for t in targets(runs))


def table(runs: Sequence[Figures]) -> str:
    """A Markdown table, one row a run."""
    rows = [HEADS, ("---",) * len(HEADS), *map(_row, runs)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(run: Figures) -> tuple[str, ...]:
    ours = run.program == "mjbot"
    return (
        run.program,
        str(run.tasks),
        str(run.channels),
        str(run.polls),
        f"{run.polls_a_minute:.2f}",
        str(run.first_reads) if ours else "-",
        f"{run.edits_per_change:.2f}",
        str(run.wasted),
        str(run.count_429),
        _times(run.staleness),
        _times(run.final),
        f"{run.oracle:.1f}",
        f"{run.ack:.3f}" if ours else "-",
        f"{run.cpu:.0%}" if ours else "-",
        f"{run.memory:.0f} MiB" if ours else "-",
    )


def _times(values: Sequence[float]) -> str:
    return " / ".join("never" if math.isinf(each) else f"{each:.1f}" for each in values)
