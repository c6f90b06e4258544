"""Who is next, against a list that is simply looked through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.scheduling.priority_queue import DelayQueue, IndexedHeap


def test_of_those_whose_moment_has_come_the_first_by_rank_goes() -> None:
    agenda: DelayQueue[str] = DelayQueue()
    agenda.put("early", 1.0, (2,))
    agenda.put("late", 3.0, (1,))
    assert agenda.first(0.5) is None
    assert agenda.next_at(0.5) == 1.0
    assert agenda.first(2.0) == "early"
    assert agenda.first(3.0) == "late"
    agenda.drop("late")
    assert agenda.first(3.0) == "early"


moves = st.lists(
    st.tuples(
        st.sampled_from(["put", "drop", "wait"]), st.integers(0, 5), st.integers(0, 9), st.integers(0, 3)
    ),
    max_size=300,
)


@given(moves)
def test_it_says_what_a_look_through_all_would_say(moves: list[tuple[str, int, int, int]]) -> None:
    agenda: DelayQueue[int] = DelayQueue()
    plain: dict[int, tuple[int, tuple[int]]] = {}
    now = 0
    for kind, key, number, rank in moves:
        if kind == "put":
            agenda.put(key, now + number, (rank,))
            plain[key] = (now + number, (rank,))
        elif kind == "drop":
            agenda.drop(key)
            plain.pop(key, None)
        else:
            now += number
        ready = [plain[k][1] for k in plain if plain[k][0] <= now]
        first = agenda.first(now)
        assert (first is None) == (not ready)
        assert first is None or plain[first][1] == min(ready)
        soonest = min((at for at, _ in plain.values()), default=None)
        assert agenda.next_at(now) == (soonest if soonest is None else max(now, soonest))
        assert len(agenda) == len(plain)


@given(
    st.lists(st.tuples(st.sampled_from(["put", "drop"]), st.integers(0, 5), st.integers(0, 9)), max_size=300)
)
def test_an_order_knows_its_first_after_any_changes(moves: list[tuple[str, int, int]]) -> None:
    order: IndexedHeap[int] = IndexedHeap()
    plain: dict[int, tuple[int]] = {}
    for kind, key, rank in moves:
        if kind == "put":
            order.put(key, (rank,))
            plain[key] = (rank,)
        else:
            order.drop(key)
            plain.pop(key, None)
        first = order.first()
        assert (first[0] if first else None) == min(plain.values(), default=None)
        assert len(order) == len(plain)
