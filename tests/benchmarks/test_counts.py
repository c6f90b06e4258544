"""A hundred tasks, as in `make bench`: what is counted must be so; times are looked at there."""

from __future__ import annotations

import math

from tests.benchmarks.figures import Figures
from tests.benchmarks.oracle import times_to_final
from tests.benchmarks.rig import run_mjbot
from tests.benchmarks.targets import targets


async def test_a_hundred_tasks_cost_few_reads_no_vain_edit_and_no_429_and_all_reach_their_end() -> None:
    run = await run_mjbot(100, 20)
    assert not math.isinf(run.final[2])
    assert run.count_429 == 0
    assert run.wasted == 0
    assert run.first_reads <= 100
    # A twentieth of one poll a task every 5 s, which is what the frugal ones of our peers do.
    assert run.polls * 20 <= 100 * 11
    assert run.peak_reads <= 10
    assert run.edits_per_change <= 1.13  # eight changes, and the picture of the end


def test_the_best_possible_is_bounded_by_the_channel_and_by_the_whole() -> None:
    assert times_to_final([(1.0, 1)] * 5) == [0.0] * 5
    assert times_to_final([(1.0, 1)] * 11) == [0.0] * 5 + [5.0] * 5 + [10.0]
    assert sorted(times_to_final([(0.0, n) for n in range(101)]))[-1] == 2.0


def test_a_missed_target_is_told() -> None:
    run = Figures(
        "mjbot", 1000, 200, 50, 1000, 0.1, 12, 3.0, 9, 1.0, 1, 2, (1.0, 2.0), (1.0, 9.0, 10.0), 0.0, 0.5
    )
    told = {each.wanted: each.met for each in targets({("mjbot", 1000, 200): run})}
    assert not any(met for wanted, met in told.items() if "never rise" not in wanted and "CPU" not in wanted)
