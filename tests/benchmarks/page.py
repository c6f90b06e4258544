"""The page of a benchmark: in short, targets, all scenarios, how it is measured and how to repeat it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.benchmarks import report
from tests.benchmarks.plan import (
    ARRIVALS,
    COMPRESSED,
    GATEWAY_ARRIVALS,
    KNOWN,
    LIFE,
    MEAN_LIFE,
    MEASURED,
    PATIENCE,
    QUEUE,
    REFRESH_PERIOD,
    RELAX,
    SEED,
    START_UP,
    STEP,
    TAIL,
)
from tests.benchmarks.reasons import missed_lines
from tests.benchmarks.results import Result
from tests.benchmarks.scenarios import SCENARIOS, planned
from tests.benchmarks.targets import TIMES

PAGE = """# Benchmarks

Written by `make bench`, from runs of {origin}. Every number on this page is from these runs, except those under
*Missed, and why*, *Performance history* and *Reproducing*. Where a scenario ran several times, a figure is the median, with the minimum
and the maximum next to it.

## In short

{summary}

A to D are the policies of other bots, run on the same servers; the freshest is the one with the lowest staleness. A
edits by interaction tokens, which are exempt from Discord's limit of 50 requests a second, but end after 15 minutes.
At 10,000 tasks the peers were calculated, not run.

![Reads a second and staleness, at each number of tasks](benchmarks.png)

## Targets

{score}.

{targets}

## Missed, and why

{missed}

## All scenarios

Times in seconds. "never": at least one change had not been shown when the run stopped waiting.

{freshness}

What it costs:

{cost}

The start on open watches, in its first {start_up:.0f} s:

{starts}

A to D at 10,000 live tasks, **nominal**: computed from their policies, not run. Edits are those that a policy would
make without Discord's limits.

{policies}

## How it is measured

`mjbot run` is a real process; the image service is simulated and Discord is a stub, both over loopback. The stub
enforces 5 sends and edits in 5 s per channel and 50 requests in 1 s in all. Interaction endpoints
do not count towards these; each token has 5 in 2 s. Messages over an hour old have a small budget of their own (error 30046).
The stub sends Discord's headers and counts every 429. Windows are fixed, counted from their first request.

Tasks have nine states, {step} s apart, so one lives {life:.1f} s after its queue. They start at uniformly random
moments within {arrivals:.0f} s, and each is shown by `/status` when it starts. The seed is {seed}; every run has
the same tasks. Settings are the defaults, except `MJBOT_IMAGES=link` and user limits that are never reached.
Pictures are links that Discord could reach; in `attach-…` the bot downloads and attaches them.

`mjbot-…` are the plain scenarios, of 10, 100 and 1,000 tasks; `channel-…` has all its tasks in one channel. Scenarios with a
target run {times} times, the others once.

`restart-…`: the bot restarts mid-task, with its messages in place. No interaction token survives that, so every edit uses
the channel route. With a hundred tasks in one channel, no bot can show all final cards in less than about 95 s.

`gateway`: the service is a relay (new-api), which asks its own service for all tasks every {refresh_period:.0f} s and shows
nothing new in between. Tasks start within {gateway:.0f} s. It is measured from the {known}th refresh on, until then.

`latency-…`: the network between the bot and both servers has a round trip of this many milliseconds. All others have
almost none.

`queue`: the tasks first wait in a relax queue of {relax:.0f} minutes. Its time is compressed {compressed:.0f} times.
Nothing else on this page is compressed.

`steady`: 10,000 live tasks whose messages exist when the bot starts. Their watches were stored by the bot's own
code. Each task waits 0 to {queue:.0f} minutes in its queue, so the mean life is {mean:.0f} s. Ages are drawn from the
stationary distribution. New tasks arrive at random (Poisson), {rate:.1f} a second, by `/status`. After {start_up:.0f} s
of start-up, {measured:.0f} s are measured.

`burst`: 10,000 tasks at 93 % that all end in the same instant, {start_up:.0f} s after the start of the bot.

`webhooks-…`: the service sends each change to the bot. Real services do so for tasks that the bot itself has submitted.

A to D are the policies of other bots, on the same servers. A reads and edits each task every second, by interaction
token. B does so every 5 s, by channel. C reads every 3 s and edits once, at the end. D reads all in one batch every
15 s. They wait for rate-limit buckets as client libraries do. Their CPU and memory are those of small programs that do
nothing else, so they are not a target.

- *Reads*: all requests for tasks. *First reads* are those of `/status`, for tasks that had not been read before; all
  others are *polls*.
- *Poll interval*: the median time between two reads of one running task.
- *Edits a change*: edits by any route, divided by visible changes. First responses do not count as edits.
- *Wasted edits*: versions of a message that show the same as the one before. Of these and of 429s, the table has the
  most of any run.
- *Staleness*: from a change at the service to a message that shows it or a later one. On a relay, a change is at the
  refresh that shows it.
- *Time to final*: the same for the last change.
- *Best possible*: `tests/benchmarks/oracle.py`, a program that shares no code with the bot. It schedules
  only the final edits, knows every end at once, has no latency, and uses the windows of the stub.
- *First answer*: from the gateway's frame to the interaction callback, as seen by the stub.
- *CPU*: of the bot's process, during the measurement. *Memory*: resident, at the end.
- *Most in 1 s* and *in 10 s*: in any window of this length.

Machine: {machine}.

## Limitations

- One machine. The bot has one core; the stub, the service and the driver of the run share another, in one process.
  When they are slow, the bot looks slow.
- Loopback loses no packets, unlike the way to Discord and to image services.
- The rate limits are those that bot authors have observed. Discord publishes no numbers, and its buckets may differ.
- A message counts as showing a change when Discord has accepted the edit, not when a client shows it.
- In the steady state more than nine tasks in ten wait in a queue, where they do not change and are read less often.
- A run waits at most {patience:.0f} s after the last end. In the steady state, changes have {tail:.0f} more seconds to be shown.

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
  a second, and retries made it worse. The limit became 40; since then all requests share one budget
  (`mjbot/core/editing/request_budget.py`).
- After a restart with 1,000 live tasks, final cards were sent in the order in which their messages had last been edited, so
  some waited 20 s. They are sent in the order of their ends now.

Since tasks are read more often than every 3 s, 1,000 of them cost more CPU. Found with py-spy and fixed:

- Each edit searched every guild for its channel, twice, to see whether that guild had to pause. Now it does so only
  while a guild has refused responses (`mjbot/ui/breaker.py`).
- A timer limited the opening of a connection for each request, also where one was reused. Each response was matched
  with paths that only refused ones need, and each counter was looked up by its labels.
- The database was asked four times for each changed task, most of which have no history. One query now finds
  those that have: 100 tasks take 0.2 ms in place of 4.3 ms.
- The facts of a card were built twice, with and without the requester, and texts without values were formatted each time.
- Python's garbage collector ran 20 times a second: 6 % of the CPU. It waits for 10,000 new objects now, not for 700.
- What remains is spread thinly: 45 % of the CPU time are edits, 11 % reads, 11 % cards, 12 % snapshots and queues,
  17 % the event loop and connections, 4 % the database.

## Reproducing

`make bench` runs everything and writes this page: {planned} runs, about {minutes:.0f} minutes. It needs Linux and a machine that
does nothing else. Each result is kept in `build/benchmarks` as its run ends; a stopped `make bench` goes on from
there, and takes no result of other sources. Every scenario runs once before any runs again.

- `make bench ARGS=--list` shows the scenarios, their minutes and what is kept.
- `make bench ARGS="--only NAME"` runs some scenarios and prints them: {names}.
- `make bench ARGS="--runs 1"` runs every scenario once.
- `make bench ARGS=--fresh` takes no kept result.
- `make bench ARGS=--page` writes the page from what is kept, also of older sources, which it names.
"""


def page(results: Mapping[str, Sequence[Result]]) -> str:
    """The whole page."""
    runs = {name: [each.figures for each in found] for name, found in results.items()}
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
        tail=TAIL,
        refresh_period=REFRESH_PERIOD,
        gateway=GATEWAY_ARRIVALS,
        known=KNOWN,
        times=TIMES,
        origin=_origin(results),
        machine="; ".join(sorted({each.machine for found in results.values() for each in found})),
        planned=sum(each.times for each in SCENARIOS),
        minutes=sum(planned(each) * each.times for each in SCENARIOS) / 60,
        names=", ".join(f"`{name}`" for name in runs),
        summary=report.summary(runs),
        score=report.score(runs),
        targets=report.target_lines(runs),
        missed=missed_lines(runs),
        freshness=report.freshness(runs),
        cost=report.cost(runs),
        starts=report.starts(runs),
        policies=report.policies(),
    )


def _origin(results: Mapping[str, Sequence[Result]]) -> str:
    """The commits of the runs, with their days; that of most runs first."""
    made = [(each.commit, each.day) for found in results.values() for each in found]
    ordered = sorted(set(made), key=lambda each: (-made.count(each), each))
    return ", ".join(f"commit {commit} ({day}: {made.count((commit, day))} runs)" for commit, day in ordered)
