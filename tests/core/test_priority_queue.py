"""Priority queues, compared with a linear search."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.scheduling.priority_queue import DelayQueue, IndexedHeap


def test_the_lowest_ranked_key_among_those_due_is_first() -> None:
    queue: DelayQueue[str] = DelayQueue()
    queue.put("early", 1.0, (2,))
    queue.put("late", 3.0, (1,))
    assert queue.peek(0.5) is None
    assert queue.next_at(0.5) == 1.0
    assert queue.peek(2.0) == "early"
    assert queue.peek(3.0) == "late"
    queue.discard("late")
    assert queue.peek(3.0) == "early"


moves = st.lists(
    st.tuples(
        st.sampled_from(["put", "drop", "wait"]), st.integers(0, 5), st.integers(0, 9), st.integers(0, 3)
    ),
    max_size=300,
)


@given(moves)
def test_a_delay_queue_agrees_with_a_linear_search(moves: list[tuple[str, int, int, int]]) -> None:
    queue: DelayQueue[int] = DelayQueue()
    expected: dict[int, tuple[int, tuple[int]]] = {}
    now = 0
    for kind, key, number, rank in moves:
        if kind == "put":
            queue.put(key, now + number, (rank,))
            expected[key] = (now + number, (rank,))
        elif kind == "drop":
            queue.discard(key)
            expected.pop(key, None)
        else:
            now += number
        ready = [expected[k][1] for k in expected if expected[k][0] <= now]
        first = queue.peek(now)
        assert (first is None) == (not ready)
        assert first is None or expected[first][1] == min(ready)
        soonest = min((at for at, _ in expected.values()), default=None)
        assert queue.next_at(now) == (soonest if soonest is None else max(now, soonest))
        assert len(queue) == len(expected)


@given(
    st.lists(st.tuples(st.sampled_from(["put", "drop"]), st.integers(0, 5), st.integers(0, 9)), max_size=300)
)
def test_a_heap_knows_its_first_key_after_any_changes(moves: list[tuple[str, int, int]]) -> None:
    heap: IndexedHeap[int] = IndexedHeap()
    expected: dict[int, tuple[int]] = {}
    for kind, key, rank in moves:
        if kind == "put":
            heap.put(key, (rank,))
            expected[key] = (rank,)
        else:
            heap.discard(key)
            expected.pop(key, None)
        first = heap.peek()
        assert (first[0] if first else None) == min(expected.values(), default=None)
        assert len(heap) == len(expected)
