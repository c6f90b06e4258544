"""Turns to download: fair between hosts, and hosts that hang or fail rest with back-off."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from mjbot.clock import Clock
from mjbot.pictures.hosts import Host, HostFailed, HostQueue, HostUnavailable

A, B, C = (("a.example", 443), ("b.example", 443), ("c.example", 443))
HANG, REFUSED = HostFailed("no answer", hung=True), HostFailed("refused")


@dataclass
class Desk:
    """A queue on a clock that the test moves."""

    total: int = 4
    per_host: int = 2
    time: float = 1_000.0
    started: list[Host] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.queue = HostQueue(self.total, self.per_host, Clock(lambda: self.time))

    async def download(self, host: Host, end: asyncio.Event) -> None:
        async with self.queue.turn(host):
            self.started.append(host)
            await end.wait()

    async def hang(self, host: Host, end: asyncio.Event) -> None:
        async with self.queue.turn(host):
            await end.wait()
            raise HANG

    async def result(self, host: Host, failure: Exception | None = None, answers: bool = True) -> bool:
        """Whether the host got a turn; the download then ends at once."""
        try:
            async with self.queue.turn(host) as turn:
                if answers:
                    turn.answered()
                if failure is not None:
                    raise failure
        except HostUnavailable:
            return False
        except HostFailed:
            pass
        return True


async def test_a_host_has_a_few_turns_at_most() -> None:
    desk, end = Desk(), asyncio.Event()
    tasks = [asyncio.create_task(desk.download(host, end)) for host in [A] * 6 + [B] * 3 + [C] * 2]
    await asyncio.sleep(0)
    assert desk.started == [A, A, B, B]
    end.set()
    await asyncio.gather(*tasks)
    assert sorted(desk.started) == [A] * 6 + [B] * 3 + [C] * 2


async def test_hosts_take_turns_however_much_one_of_them_wants() -> None:
    desk, end = Desk(total=1), asyncio.Event()
    tasks = [asyncio.create_task(desk.download(host, end)) for host in [A] * 6 + [B] * 2 + [C] * 2]
    await asyncio.sleep(0)
    end.set()
    await asyncio.gather(*tasks)
    assert desk.started == [A, A, B, C, A, B, C, A, A, A]


async def test_a_hanging_host_leaves_turns_for_others() -> None:
    desk, never = Desk(), asyncio.Event()
    hanging = [asyncio.create_task(desk.download(A, never)) for _ in range(50)]
    await asyncio.sleep(0)
    assert [await desk.result(B) for _ in range(20)] == [True] * 20
    for each in hanging:
        each.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    assert await desk.result(A)


async def test_a_host_that_hung_rests_longer_each_time_and_then_has_one_trial() -> None:
    desk, rests = Desk(), list[float]()
    assert await desk.result(A, HANG, answers=False)
    for _ in range(8):
        began = desk.time
        while not await desk.result(A, HANG, answers=False):
            desk.time += 10
        rests.append(desk.time - began)
    assert rests == [30, 60, 120, 240, 480, 600, 600, 600]
    assert await desk.result(B)


async def test_while_a_trial_is_on_its_way_other_downloads_give_up_at_once() -> None:
    desk = Desk()
    await desk.result(A, HANG, answers=False)
    desk.time += 30
    async with desk.queue.turn(A) as trial:
        assert trial.on_trial
        assert trial.is_patient
        assert not await desk.result(A)
        trial.answered()
    async with desk.queue.turn(A) as turn:
        assert not turn.on_trial
        assert turn.is_patient, "it answers, if it is given time"
    assert await desk.result(A, HANG, answers=False)
    desk.time += 30
    assert await desk.result(A), "the first rest is short again"


async def test_downloads_that_wait_for_a_host_end_when_it_is_put_to_rest() -> None:
    desk, end = Desk(per_host=1), asyncio.Event()

    first = asyncio.create_task(desk.hang(A, end))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(desk.result(A)) for _ in range(9)]
    await asyncio.sleep(0)
    end.set()
    assert await asyncio.gather(*waiting) == [False] * 9
    with pytest.raises(HostFailed):
        await first


@pytest.mark.parametrize(
    ("failure", "answers", "tries"),
    [
        (HANG, False, 1),
        (HANG, True, 3),  # it hung in mid-body: the host is there
        (REFUSED, False, 3),
        (HostFailed("status 503"), True, 3),
        (ValueError("not an image"), True, 100),
        (ValueError("a private address"), False, 100),
    ],
)
async def test_how_often_a_host_may_fail_in_a_row(failure: Exception, answers: bool, tries: int) -> None:
    desk, done = Desk(), 0
    while done < 100:
        try:
            if not await desk.result(A, failure, answers):
                break
        except ValueError:
            pass
        done += 1
    assert done == tries


async def test_one_success_makes_a_host_well() -> None:
    desk = Desk()
    for _ in range(5):
        for failure in (REFUSED, REFUSED, None):
            assert await desk.result(A, failure)


async def test_one_silent_download_of_many_does_not_rest_a_host_that_answers_others() -> None:
    desk = Desk()
    end = asyncio.Event()
    silent = asyncio.create_task(desk.hang(A, end))
    await asyncio.sleep(0)
    assert await desk.result(A)
    end.set()
    with pytest.raises(HostFailed):
        await silent
    assert await desk.result(A)


async def test_downloads_that_fail_together_count_as_one_rest() -> None:
    desk, end = Desk(total=9, per_host=9), asyncio.Event()

    tasks = [asyncio.create_task(desk.hang(A, end)) for _ in range(9)]
    await asyncio.sleep(0)
    end.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    desk.time += 30
    assert await desk.result(A)


async def test_a_turn_that_is_cancelled_in_any_moment_is_given_back() -> None:
    desk = Desk(total=1, per_host=1)
    for turns in range(6):
        tasks = [asyncio.create_task(desk.result(A)) for _ in range(3)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await desk.result(A)


async def test_hosts_without_downloads_are_forgotten_in_time() -> None:
    desk = Desk()
    for number in range(3_000):
        assert await desk.result((f"{number}.example", 443))
    assert desk.queue.known == 1_000
