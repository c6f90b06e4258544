"""The page of a benchmark: targets, tables, how to repeat it."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence

from tests.benchmarks.figures import Figures
from tests.benchmarks.nominal import nominal
from tests.benchmarks.plan import (
    ARRIVALS,
    COMPRESSED,
    LIFE,
    MEAN_LIFE,
    MEASURED,
    PATIENCE,
    QUEUE,
    RELAX,
    SEED,
    START_UP,
    STEP,
)
from tests.benchmarks.targets import Runs, targets

HEADS = (
    "play", "tasks", "channels", "reads", "reads a task and minute", "of these first reads", "most reads in 1 s",
    "poll interval", "edits a change", "wasted edits", "429s", "staleness p50 / p95",
    "time to final p50 / p95 / longest", "best possible p50 / p95 / longest", "first answer p99", "CPU seconds", "CPU",
    "webhooks", "memory",
)  # fmt: skip
_ROUNDS = ("play", "rounds", "requests", "1.2 x ceil(live / 100), summed", "worst round", "mean")
_STARTS = ("play", "ready for commands", "most reads in 1 s", "most edits in 1 s", "edits of unchanged cards")
_NOMINAL = (
    "policy",
    "reads a task and minute",
    "reads a second",
    "edits a second that it wants",
    "of Discord's 50",
)

PAGE = """# Benchmarks

Made by `make bench`; every number on this page is from that one run, but for those under *What was slow*.

## Targets

{targets}

## Runs

Times in seconds. "never": at least one change was not shown when waiting was over.

{table}

![Reads per task and minute, and staleness](benchmarks.png)

Rounds of reads. A round is as long as the poll interval of the play; its requests start evenly within it. Worst and
mean are in units of ceil(live / 100). With webhooks, reads come when webhooks do, so these plays have no such target.

{rounds}

The start on open watches, in its first {start_up:.0f} s:

{starts}

A to D at 10,000 live tasks, **nominal**: computed from their policies, not played. Edits are those that a
policy wants, whatever Discord gives.

{nominal}

## How it is measured

Everything is real but the two ends: `mjbot run` as a process, a simulated image service and a stub of Discord over
loopback. The stub enforces 5 sends and edits in 5 s per channel and 50 requests in 1 s in all. Interaction endpoints
are outside these; each token has 5 in 2 s. Messages over an hour old have a small budget of their own (error 30046).
The stub sends Discord's headers and counts every 429. Windows are fixed, counted from their first request.

Tasks have nine states, {step} s apart, so one lives {life:.1f} s after its queue. They begin at uniformly random
moments within {arrivals:.0f} s, and each is asked for by `/status` when it begins. The seed is {seed}; every run has
the same tasks. Settings are the defaults, but for `MJBOT_IMAGES=link` and limits on people that are out of the way.
Pictures have addresses that Discord could reach; in the plays called *attach* they are files, which the bot fetches.

*restart*: in mid-task the bot is started anew, on the messages that stand. No interaction token survives that, so
every edit goes by its channel. With a hundred tasks in one channel nobody can show all ends in less than about 95 s.

*queue*: the tasks wait first in a relax queue of {relax:.0f} minutes. Its time is compressed {compressed:.0f} times.
Nothing else on this page is compressed.

*steady*: 10,000 live tasks whose messages stand when the bot starts. Their watches were written by the bot's own
code. Each task waits 0 to {queue:.0f} minutes in its queue, so the mean life is {mean:.0f} s. Ages are drawn from the
stationary state. New tasks arrive at random (Poisson), {rate:.1f} a second, by `/status`. After {start_up:.0f} s
of start, {measured:.0f} s are measured.

*burst*: 10,000 tasks at 93 % that all end in the same instant, {start_up:.0f} s after the bot was started.

*webhook*: the service posts each change to the bot. Real services do so for tasks that the bot has submitted itself.

A to D are the policies of other bots on the same servers. A reads and edits each task every second, by interaction
token. B does so every 5 s, by channel. C reads every 3 s and edits once, at the end. D reads all in one batch every
15 s. They wait for their buckets as client libraries do. Their CPU and memory are those of small programs that do
nothing else, so they are no target.

- *Reads*: all requests for tasks. *First reads* are those of people who ask, for tasks that nobody had read before.
- *Poll interval*: the median time between two reads of one running task.
- *Edits a change*: edits by any route, divided by the changes that a person could see. First answers are no edits.
- *Wasted edits*: versions of a message that show nothing else than the one before.
- *Staleness*: from a change at the service to a message that shows it, or something later.
- *Time to final*: the same, of the last change.
- *Best possible*: `tests/benchmarks/oracle.py`, a program that shares no code with the bot. It schedules the final
  edits alone, every end known at its instant, without latency, in the windows of the stub.
- *First answer*: from the gateway's frame to the callback, at the stub.
- *CPU*: of the bot's process, while it is measured. *Memory*: resident, at the end.
- *Most in 1 s*: in any second, wherever it begins.

Machine: {machine}.

## What a sceptic should mind

- One machine of {cores} cores. The bot has one; the stub, the service and the clock of the run share the other, in
  one process. When they are slow, the bot looks slow.
- Loopback has no latency and loses nothing. Discord and image services are farther away.
- The rate limits are those that bot authors observe; Discord publishes no numbers, and its buckets may differ.
- A message counts as showing a change when Discord has accepted the edit, not when a client has drawn it.
- In the steady state more than nine tasks in ten wait in a queue, where they change nothing and are read less often.
- Waiting ends {patience:.0f} s after the last end. In the steady state, changes have 30 s more to be shown.

## What was slow

Found with py-spy at 1,000 tasks, before it was mended (59 % of a core, first answers at 0.66 s, finals at 10.7 s):

- Half of the CPU was the edit book, which looked through all messages that wait whenever it was asked for the next.
  Both books keep order now (`mjbot/core/scheduling/priority_queue.py`).
- A look into the database for each card, and three commits for each end. Now one look for all cards of a reading, and
  what is over is written with what is shown, once a second.
- Reads went out in bursts, so people waited behind polls. They go out evenly now, and who must wait is told so at once.
- 150 changes a second met 45 edits a second. Messages go by the token of their interaction while that lives.
- With all ends at once, 45 edits a second met the fixed windows of the stub whenever anything was late by a tenth of a
  second, and repeated requests made it worse. It is 40 now, and after a limit of all requests edits wait.

- After a restart with 1,000 tasks in mid-flight, ends went in the order in which their messages had last been shown, so
  some waited 20 s, as the run of this page still shows. They go in the order in which they came now: p95 9.8 s when
  this play was played alone. The rest is that 50 ends a second meet 40 edits a second.
- In that run tests ran beside the burst: its 429s are of that. Reads that met within a second after the start (11) are
  a tenth of a second further apart now.

What is left at 1,000 tasks: two fifths of the CPU are discord.py and aiohttp making edits, a tenth is the first answers,
a fifth reading, judging and drawing. A first answer costs two requests where people ask 50 times a second, since those
who must wait see "thinking" first.

## To repeat it

`make bench` plays everything and writes this page. It needs Linux; this run took {minutes:.0f} minutes.
`.venv/bin/python -m tests.benchmarks --only NAME` plays one and prints it: {names}.
`.venv/bin/python -m tests.benchmarks --page` writes the page again from the last whole run.
"""


def page(runs: Runs) -> str:
    """The whole page."""
    cores = os.cpu_count() or 1
    return PAGE.format(
        step=STEP,
        life=LIFE,
        arrivals=ARRIVALS,
        seed=SEED,
        relax=RELAX / 60,
        compressed=COMPRESSED,
        queue=QUEUE / 60,
        mean=MEAN_LIFE,
        rate=10_000 / MEAN_LIFE,
        measured=MEASURED,
        start_up=START_UP,
        patience=PATIENCE,
        machine=f"{cores} cores, {platform.machine()}, Python {platform.python_version()}",
        cores=cores,
        minutes=sum(run.took for run in runs.values()) / 60,
        names=", ".join(f"`{name}`" for name in runs),
        targets=target_lines(runs),
        table=table([*runs.values()]),
        rounds=_grid(_ROUNDS, [_rounds(run) for run in runs.values() if run.program == "mjbot"]),
        starts=_grid(_STARTS, [row for run in runs.values() for row in _start(run)]),
        nominal=_nominal(),
    )


def target_lines(runs: Runs) -> str:
    """One line a target."""
    return "\n".join(f"- {'met' if t.met else '**missed**'}: {t.wanted}: {t.measured}" for t in targets(runs))


def table(runs: Sequence[Figures]) -> str:
    """A Markdown table, one row a run."""
    return _grid(HEADS, [_row(run) for run in runs])


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (heads, ("---",) * len(heads), *rows))


def _row(run: Figures) -> tuple[str, ...]:
    ours = run.program == "mjbot"
    return (
        run.label,
        f"{run.tasks:,}",
        f"{run.channels:,}",
        f"{run.requests:,}",
        f"{run.requests_a_minute:.3f}",
        str(run.first_reads) if ours else "-",
        str(run.peak_reads),
        f"{run.interval:.1f}",
        f"{run.edits_a_change:.2f}",
        str(run.wasted),
        str(run.count_429),
        _times(run.staleness),
        _times(run.final),
        _times(run.oracle),
        f"{run.ack:.3f}" if ours else "-",
        f"{run.cpu_seconds:.1f}",
        f"{run.cpu:.0%}",
        str(run.webhooks) if run.webhooks else "-",
        f"{run.memory:.0f} MiB",
    )


def _rounds(run: Figures) -> tuple[str, ...]:
    rounds = run.rounds
    return (
        f"{run.label}: {run.tasks:,} in {run.channels:,}",
        str(rounds.count),
        str(rounds.requests),
        f"{rounds.allowed:.1f}",
        f"{rounds.worst:.2f}",
        f"{rounds.mean:.2f}",
    )


def _start(run: Figures) -> list[tuple[str, ...]]:
    if (start := run.start) is None:
        return []
    counts = (start.peak_reads, start.peak_edits, start.needless)
    return [(run.label, f"{start.ready:.2f} s", *map(str, counts))]


def _nominal() -> str:
    rows = [
        (
            f"{each.program} (nominal)",
            f"{each.reads_a_minute:g}",
            f"{each.reads:,.2f}",
            f"{each.edits:,.1f}",
            "exempt, for 15 minutes" if each.exempt else f"{each.edits / 50:.1f} times",
        )
        for each in nominal()
    ]
    return _grid(_NOMINAL, rows)


def _times(values: Sequence[float]) -> str:
    return " / ".join("never" if math.isinf(each) else f"{each:.1f}" for each in values)
