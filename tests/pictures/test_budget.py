"""The memory that downloads, files in use and cached files share."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.pictures.budget import ByteBudget, NoRoom, Reservation

SIZE = 100


async def step() -> None:
    """Let every task go on until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


async def download(budget: ByteBudget, parts: list[int], hold: asyncio.Event) -> Reservation | None:
    """Take the parts, hold them until told otherwise, and give them back; None if there was no room."""
    reservation = budget.reserve()
    try:
        for part in parts:
            await reservation.grow(part)
            assert budget.used <= SIZE
            await asyncio.sleep(0)
        await hold.wait()
    except NoRoom:
        assert reservation.size == 0
        return None
    finally:
        reservation.shrink(0)
    return reservation


async def test_bytes_that_are_not_free_are_waited_for() -> None:
    budget, hold = ByteBudget(SIZE), asyncio.Event()
    first = asyncio.create_task(download(budget, [60], hold))
    second = asyncio.create_task(download(budget, [60], asyncio.Event()))
    await step()
    assert budget.used == 60
    hold.set()
    await first
    await step()
    assert budget.used == 60
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert budget.used == 0


async def test_cached_files_make_room_the_least_recently_used_first() -> None:
    budget, dropped = ByteBudget(SIZE), list[str]()
    reservations = {}
    for name in ("a", "b", "c"):
        reservations[name] = budget.reserve()
        await reservations[name].grow(30)
        reservations[name].cache(lambda name=name: dropped.append(name))  # type: ignore[misc]
    reservations["a"].use()
    reservations["a"].cache(lambda: dropped.append("a"))
    await budget.reserve().grow(35)
    assert dropped == ["b"]
    assert (budget.used, budget.cached) == (95, 60)


async def test_the_younger_of_two_that_wait_for_each_other_gives_up() -> None:
    budget, hold = ByteBudget(SIZE), asyncio.Event()
    hold.set()
    older, younger = await asyncio.gather(*(download(budget, [40, 40], hold) for _ in range(2)))
    assert older is not None
    assert younger is None
    assert budget.used == 0


async def test_what_can_never_fit_gives_up_at_once() -> None:
    with pytest.raises(NoRoom):
        await ByteBudget(SIZE).reserve().grow(SIZE + 1)


async def test_a_file_in_use_is_waited_for_and_costs_no_download_its_bytes() -> None:
    budget, hold, go = ByteBudget(SIZE), asyncio.Event(), asyncio.Event()
    go.set()
    used = asyncio.create_task(download(budget, [50], hold))
    waiting = [asyncio.create_task(download(budget, [20, 20], go)) for _ in range(2)]
    await step()
    assert not any(each.done() for each in waiting)
    hold.set()
    await used
    assert None not in await asyncio.gather(*waiting)


@given(
    st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=4), min_size=1, max_size=8),
    st.sets(st.integers(0, 7)),
    st.sets(st.integers(0, 7)),
)
def test_no_order_of_downloads_ends_in_a_deadlock(
    wanted: list[list[int]], slow: set[int], cancelled: set[int]
) -> None:
    """Some are held for long, as by an upload, and some are cancelled while they wait."""

    async def run() -> None:
        budget, now, later = ByteBudget(SIZE), asyncio.Event(), asyncio.Event()
        now.set()
        tasks = [
            asyncio.create_task(download(budget, parts, later if number in slow else now))
            for number, parts in enumerate(wanted)
        ]
        for _ in range(60):
            await asyncio.sleep(0)
        for number in cancelled & set(range(len(tasks))):
            tasks[number].cancel()
        later.set()
        # Nothing here waits for time: what is not done after these turns of the loop never will be.
        for _ in range(400):
            await asyncio.sleep(0)
        assert all(each.done() for each in tasks)
        assert budget.used == 0
        # At least the oldest that could fit at all has gone through.
        fits = [n for n, parts in enumerate(wanted) if sum(parts) <= SIZE and n not in cancelled]
        if fits == list(range(len(wanted))):
            assert tasks[0].result() is not None

    asyncio.run(run())
