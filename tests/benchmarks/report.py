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

Written by `make bench`. Every number on this page is from that one run, except those under *Performance history*.

## Targets

{targets}

## Runs

Times in seconds. "never": at least one change had not been shown when the run stopped waiting.

{table}

![Reads per task and minute, and staleness](benchmarks.png)

Rounds of reads. A round lasts one poll interval of the play; its requests are evenly spaced. Worst and mean are in
units of ceil(live / 100). With webhooks, reads follow the webhooks, so these plays have no such target.

{rounds}

The start on open watches, in its first {start_up:.0f} s:

{starts}

A to D at 10,000 live tasks, **nominal**: computed from their policies, not run. Edits are those that a policy would
make without Discord's limits.

{nominal}

## How it is measured

`mjbot run` is a real process; the image service is simulated and Discord is a stub, both over loopback. The stub
enforces 5 sends and edits in 5 s per channel and 50 requests in 1 s in all. Interaction endpoints
do not count towards these; each token has 5 in 2 s. Messages over an hour old have a small budget of their own (error 30046).
The stub sends Discord's headers and counts every 429. Windows are fixed, counted from their first request.

Tasks have nine states, {step} s apart, so one lives {life:.1f} s after its queue. They start at uniformly random
moments within {arrivals:.0f} s, and each is shown by `/status` when it starts. The seed is {seed}; every run has
the same tasks. Settings are the defaults, except `MJBOT_IMAGES=link` and user limits that are never reached.
Pictures are links that Discord could reach; in the plays called *attach* the bot downloads and attaches them.

*restart*: the bot restarts mid-task, with its messages in place. No interaction token survives that, so every edit uses
the channel route. With a hundred tasks in one channel, no bot can show all final cards in less than about 95 s.

*queue*: the tasks first wait in a relax queue of {relax:.0f} minutes. Its time is compressed {compressed:.0f} times.
Nothing else on this page is compressed.

*steady*: 10,000 live tasks whose messages exist when the bot starts. Their watches were stored by the bot's own
code. Each task waits 0 to {queue:.0f} minutes in its queue, so the mean life is {mean:.0f} s. Ages are drawn from the
stationary distribution. New tasks arrive at random (Poisson), {rate:.1f} a second, by `/status`. After {start_up:.0f} s
of start-up, {measured:.0f} s are measured.

*burst*: 10,000 tasks at 93 % that all end in the same instant, {start_up:.0f} s after the start of the bot.

*webhook*: the service sends each change to the bot. Real services do so for tasks that the bot itself has submitted.

A to D are the policies of other bots, on the same servers. A reads and edits each task every second, by interaction
token. B does so every 5 s, by channel. C reads every 3 s and edits once, at the end. D reads all in one batch every
15 s. They wait for rate-limit buckets as client libraries do. Their CPU and memory are those of small programs that do
nothing else, so they are not a target.

- *Reads*: all requests for tasks. *First reads* are those of `/status`, for tasks that had not been read before.
- *Poll interval*: the median time between two reads of one running task.
- *Edits a change*: edits by any route, divided by visible changes. First responses do not count as edits.
- *Wasted edits*: versions of a message that show the same as the one before.
- *Staleness*: from a change at the service to a message that shows it or a later one.
- *Time to final*: the same for the last change.
- *Best possible*: `tests/benchmarks/oracle.py`, a program that shares no code with the bot. It schedules
  only the final edits, knows every end at once, has no latency, and uses the windows of the stub.
- *First answer*: from the gateway's frame to the interaction callback, as seen by the stub.
- *CPU*: of the bot's process, during the measurement. *Memory*: resident, at the end.
- *Most in 1 s*: in any window of one second.

Machine: {machine}.

## Limitations

- One machine of {cores} cores. The bot has one; the stub, the service and the driver of the run share the
  other, in one process. When they are slow, the bot looks slow.
- Loopback has almost no latency and no packet loss, unlike the way to Discord and to image services.
- The rate limits are those that bot authors have observed. Discord publishes no numbers, and its buckets may differ.
- A message counts as showing a change when Discord has accepted the edit, not when a client shows it.
- In the steady state more than nine tasks in ten wait in a queue, where they do not change and are read less often.
- The run waits until {patience:.0f} s after the last end. In the steady state, changes have 30 more seconds to be shown.

## Performance history

Found with py-spy at 1,000 tasks and fixed since (then 59 % of a core, first answers at 0.66 s, finals at 10.7 s):

- Half of the CPU went into the edit queue, which scanned all pending messages for the next one. The edit queue and the
  poll schedule are ordered now (`mjbot/core/scheduling/priority_queue.py`).
- Each card cost a database query, and each end three commits. Now one query serves all cards of a read, and ended tasks
  are written together with delivered states, once a second.
- Reads were sent in bursts, so users waited behind polls. They are evenly spaced now, and "thinking…" is shown at once
  where a read has to wait.
- 150 changes a second competed for 45 edits a second. Edits use the interaction token now while it is valid.
- With all ends at once, 45 edits a second exceeded the fixed windows of the stub whenever a request was late by a tenth of
  a second, and retries made it worse. The limit is 40 now, and edits pause after a global 429.
- After a restart with 1,000 live tasks, final cards were sent in the order in which their messages had last been edited, so
  some waited 20 s, as the run on this page still shows. They are sent in the order of their ends now: p95 9.8 s when this
  play ran by itself. The rest is that 50 ends a second compete for 40 edits a second.
- Tests ran at the same time as the burst of that run, which caused its 429s. Reads in the first second after a start
  (11) are a tenth of a second further apart now.

What remains at 1,000 tasks: two fifths of the CPU are edits in discord.py and aiohttp, a tenth is first answers, and a fifth
is reading tasks, applying them and rendering cards. A first answer costs two requests at 50 commands a second, since a
command that must wait shows "thinking…" first.

## Reproducing

`make bench` runs everything and writes this page. It needs Linux; this run took {minutes:.0f} minutes.
`make bench ARGS="--only NAME"` runs one play and prints it: {names}.
`make bench ARGS=--page` writes the page again from the last whole run.
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
