"""Which edit goes next: by tables, and by every interleaving that hypothesis can think of."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mjbot.core.card.card import Card
from mjbot.core.card.state import State
from mjbot.core.editing.edit_queue import Edit, EditQueue, Priority
from mjbot.core.editing.outcome import Delivered, Gone, Later, Outcome, Refused, Rerouted
from mjbot.core.model.watch import DeliveredState, MessageRef

NOW = 1_800_000_000.0


def ref(channel: int, number: int = 1, age: float = 0.0) -> MessageRef:
    made = int((NOW - age - 1_420_070_400) * 1000)
    return MessageRef(channel, (made << 22) + number)


def card(words: str, state: State = State.RUNNING, *, final: bool = False) -> Card:
    return Card(State.DONE if final else state, "title", 0, words, "footer", final=final)


def deliver(book: EditQueue, edit: Edit, now: float) -> None:
    book.settle(edit, Delivered(DeliveredState(edit.card.digest)), now)


def test_the_newest_card_replaces_the_one_that_waits() -> None:
    book = EditQueue()
    book.offer(ref(1), card("old"), Priority.PROGRESS, NOW)
    book.offer(ref(1), card("new"), Priority.PROGRESS, NOW)
    edit = book.take(NOW)
    assert edit is not None
    assert edit.card.description == "new"
    assert book.take(NOW) is None


def test_finals_go_before_presses_and_presses_before_progress() -> None:
    book = EditQueue()
    for number, priority in enumerate((Priority.PROGRESS, Priority.PRESS, Priority.FINAL)):
        book.offer(ref(1, number), card(priority.name), priority, NOW + number)
    order = []
    now = NOW + 3
    while edit := book.take(now):
        order.append(edit.card.description)
        deliver(book, edit, now)
    assert order == ["FINAL", "PRESS", "PROGRESS"]


def test_a_card_that_is_shown_already_costs_no_edit() -> None:
    book = EditQueue()
    book.prime(ref(1), DeliveredState(card("same").digest))
    assert not book.offer(ref(1), card("same"), Priority.PROGRESS, NOW)
    assert book.take(NOW) is None


def test_a_return_to_the_old_card_while_another_is_in_flight_is_not_lost() -> None:
    book = EditQueue()
    book.prime(ref(1), DeliveredState(card("A").digest))
    book.offer(ref(1), card("B"), Priority.PRESS, NOW)
    flying = book.take(NOW)
    assert flying is not None
    assert book.offer(ref(1), card("A"), Priority.PRESS, NOW)
    deliver(book, flying, NOW)
    back = book.take(NOW)
    assert back is not None
    assert back.card.description == "A"


def test_a_card_that_waits_survives_the_release_of_its_message() -> None:
    book = EditQueue()
    book.offer(ref(1), card("dimmed", final=True), Priority.PRESS, NOW)
    flying = book.take(NOW)
    assert flying is not None
    book.offer(ref(1), card("blue", final=True), Priority.PRESS, NOW)
    deliver(book, flying, NOW)
    book.release(ref(1))
    assert book.take(NOW) is not None


def test_an_opened_thread_takes_at_once_what_waited_for_it() -> None:
    book = EditQueue()
    book.offer(ref(1), card("x"), Priority.PROGRESS, NOW)
    edit = book.take(NOW)
    assert edit is not None
    book.settle(edit, Later(600), NOW)
    assert book.take(NOW + 60) is None
    book.unpark(1, NOW + 60)
    assert book.take(NOW + 60) is not None


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        (Priority.FINAL, [0, 0, 0, 0, 0, 5, 5, 5]),
        (Priority.PRESS, [0, 0, 0, 0, 0, 5, 5, 5]),
        (Priority.PROGRESS, [0, 0, 0, 5, 5, 5, 10, 10]),
    ],
)
def test_a_channel_gets_five_edits_in_five_seconds_and_progress_three_of_them(
    priority: Priority, expected: list[float]
) -> None:
    book = EditQueue()
    for number in range(8):
        book.offer(ref(1, number), card("x"), priority, NOW)
    starts = []
    now = NOW
    while (at := book.wake_at(now)) is not None:
        now = max(now, at)
        edit = book.take(now)
        assert edit is not None
        starts.append(now - NOW)
        deliver(book, edit, now)
    assert starts == expected


def test_an_end_in_a_channel_full_of_progress_goes_at_once() -> None:
    book = EditQueue()
    for number in range(20):
        book.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW)
    while edit := book.take(NOW):
        deliver(book, edit, NOW)
    book.offer(ref(1, 7), card("end", final=True), Priority.FINAL, NOW + 1)
    last = book.take(NOW + 1)
    assert last is not None
    assert last.card.final


def test_what_waits_longest_in_a_full_channel_goes_next() -> None:
    book = EditQueue()
    order: list[int] = []
    now = NOW
    for number in range(12):
        book.offer(ref(1, number), card("1"), Priority.PROGRESS, now)
    while len(order) < 24:
        now = max(now, book.wake_at(now) or now)
        if edit := book.take(now):
            order.append(edit.ref.message_id & 0xFF)
            deliver(book, edit, now)
            book.offer(edit.ref, card(f"{now}"), Priority.PROGRESS, now)
    assert order == [*range(12), *range(12)]


def test_a_channel_whose_messages_have_all_ended_keeps_its_budget_spent() -> None:
    book = EditQueue()
    for number in range(6):
        book.offer(ref(1, number), card("end", final=True), Priority.FINAL, NOW)
        if edit := book.take(NOW):
            deliver(book, edit, NOW)
            book.release(edit.ref)
        else:
            assert number == 5
    assert book.take(NOW + 4.9) is None
    assert book.take(NOW + 5) is not None


def test_edits_by_token_wait_for_no_channel_and_for_no_sum_of_all() -> None:
    book = EditQueue()
    for number in range(60):
        book.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW, token_until=NOW + 800)
    edits = []
    while edit := book.take(NOW):
        edits.append(edit)
    assert len(edits) == 40  # in flight at once
    assert all(edit.by_token for edit in edits)
    assert book.wake_at(NOW) is None
    deliver(book, edits[0], NOW)
    assert book.take(NOW) is not None


def test_a_message_has_one_edit_in_flight_by_whichever_route() -> None:
    book = EditQueue()
    book.offer(ref(1), card("1"), Priority.PROGRESS, NOW, token_until=NOW + 800)
    first = book.take(NOW)
    assert first is not None
    book.offer(ref(1), card("2"), Priority.PROGRESS, NOW, token_until=0.0)
    assert book.take(NOW) is None
    deliver(book, first, NOW)
    second = book.take(NOW)
    assert second is not None
    assert (first.by_token, second.by_token) == (True, False)


def test_a_card_whose_token_dies_while_it_waits_goes_by_its_channel() -> None:
    book = EditQueue()
    for words in ("1", "2"):
        book.offer(ref(1), card(words), Priority.PROGRESS, NOW, token_until=NOW + 0.5)
        if edit := book.take(NOW):
            deliver(book, edit, NOW)
    assert book.take(NOW + 0.4) is None  # edits by one token keep a distance
    later = book.take(NOW + 0.7)
    assert later is not None
    assert not later.by_token


def test_a_token_that_is_refused_costs_no_time() -> None:
    book = EditQueue()
    book.offer(ref(1), card("end", final=True), Priority.FINAL, NOW, token_until=NOW + 800)
    edit = book.take(NOW)
    assert edit is not None
    assert not book.settle(edit, Rerouted(), NOW)
    again = book.take(NOW)
    assert again is not None
    assert not again.by_token
    assert again.card.final
    book.settle(again, Later(), NOW)
    assert book.wake_at(NOW) == NOW + 1  # the first failure of the route that counts


def test_an_end_that_is_tried_again_comes_before_progress_as_soon_as_it_may() -> None:
    book = EditQueue()
    book.offer(ref(1, 1), card("end", final=True), Priority.FINAL, NOW)
    first = book.take(NOW)
    assert first is not None
    book.settle(first, Later(1.0), NOW)
    book.offer(ref(1, 2), card("50%"), Priority.PROGRESS, NOW + 0.1)
    for channel in range(2, 102):
        book.offer(ref(channel), card("50%"), Priority.PROGRESS, NOW)
    order = []
    now = NOW + 0.1
    while (at := book.wake_at(now)) is not None:
        now = max(now, at)
        if edit := book.take(now):
            order.append((round(now - NOW, 2), edit.card.final))
            deliver(book, edit, now)
    moments = [at for at, final in order if final]
    assert moments
    assert moments[0] <= 1.2


def test_an_end_that_comes_back_while_progress_waits_is_an_end_still() -> None:
    book = EditQueue()
    book.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    flying = book.take(NOW)
    assert flying is not None
    book.offer(ref(1), card("50%"), Priority.PROGRESS, NOW)
    book.settle(flying, Later(), NOW)
    book.end(NOW)
    assert book.waiting == 1
    again = book.take(NOW + 5)
    assert again is not None
    assert again.card.final


@pytest.mark.parametrize("outcome", [Later(), Rerouted(), Refused()])
def test_a_message_that_was_forgotten_while_an_edit_flew_is_not_edited_again(outcome: Outcome) -> None:
    book = EditQueue()
    book.offer(ref(1), card("50%"), Priority.PROGRESS, NOW, token_until=NOW + 800)
    flying = book.take(NOW)
    assert flying is not None
    book.forget(ref(1))
    assert book.settle(flying, outcome, NOW)
    assert book.wake_at(NOW) is None
    assert book.waiting == 0


def test_a_press_on_a_result_that_waits_for_another_look_is_painted_at_once() -> None:
    book = EditQueue()
    book.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    edit = book.take(NOW)
    assert edit is not None
    book.settle(edit, Delivered(DeliveredState(edit.card.digest), unsure=True), NOW)
    book.offer(ref(1), card("pressed", final=True), Priority.PRESS, NOW + 1)
    pressed = book.take(NOW + 1)
    assert pressed is not None
    assert pressed.card.description == "pressed"


def test_a_card_that_changes_its_route_keeps_its_place() -> None:
    book = EditQueue()
    book.offer(ref(1), card("old"), Priority.PROGRESS, NOW, token_until=NOW + 800)
    flying = book.take(NOW)
    assert flying is not None
    book.offer(ref(2), card("young"), Priority.PROGRESS, NOW + 1)
    book.settle(flying, Rerouted(), NOW + 2)
    first = book.take(NOW + 2)
    assert first is not None
    assert first.card.description == "old"


def test_ends_go_in_the_order_in_which_they_came_however_long_their_messages_had_waited() -> None:
    book = EditQueue()
    book.offer(ref(1), card("50%"), Priority.PROGRESS, NOW)
    book.offer(ref(2), card("end of 2", final=True), Priority.FINAL, NOW + 10)
    book.offer(ref(1), card("end of 1", final=True), Priority.FINAL, NOW + 11)
    first = book.take(NOW + 11)
    assert first is not None
    assert first.card.description == "end of 2"


def test_at_the_end_of_the_process_progress_is_dropped_and_ends_still_go() -> None:
    book = EditQueue()
    for number, priority in enumerate((Priority.PROGRESS, Priority.PRESS, Priority.FINAL)):
        for channel, until in ((1, 0.0), (2, NOW + 800)):
            book.offer(ref(channel, number), card("x"), priority, NOW, token_until=until)
    book.end(NOW)
    assert book.waiting == 4
    book.offer(ref(3), card("x"), Priority.PROGRESS, NOW)
    assert book.waiting == 4


def test_all_channels_together_get_40_edits_a_second() -> None:
    book = EditQueue()
    for channel in range(100):
        book.offer(ref(channel), card("x"), Priority.PROGRESS, NOW)
    moments = [NOW + n / 100 for n in range(100)]
    taken = [sum(book.take(now) is not None for _ in range(9)) for now in moments]
    assert sum(taken) == 40
    assert max(taken) == 5  # never all at once


def test_a_message_over_an_hour_old_is_edited_for_a_change_of_state_only() -> None:
    book, old = EditQueue(), ref(1, age=3700)
    book.prime(old, DeliveredState("x"), State.RUNNING)
    book.offer(old, card("62%"), Priority.PROGRESS, NOW)
    assert book.take(NOW) is None
    book.offer(old, card("quiet", State.QUIET), Priority.PROGRESS, NOW)
    assert book.take(NOW) is not None


def test_old_messages_of_a_channel_are_edited_half_a_minute_apart() -> None:
    book = EditQueue()
    for number in range(2):
        book.offer(ref(1, number, age=3100), card("x"), Priority.PROGRESS, NOW)
    first = book.take(NOW)
    assert first is not None
    deliver(book, first, NOW)
    assert book.take(NOW + 29) is None
    assert book.take(NOW + 30) is not None


def test_a_refused_card_is_tried_once_more_plain_and_then_given_up() -> None:
    book = EditQueue()
    book.offer(ref(1), card("bad", final=True), Priority.FINAL, NOW)
    first = book.take(NOW)
    assert first is not None
    assert not first.plain
    assert not book.settle(first, Refused(), NOW)
    second = book.take(NOW)
    assert second is not None
    assert second.plain
    assert book.settle(second, Refused(), NOW)


def test_a_lost_channel_takes_all_its_messages_with_it() -> None:
    book = EditQueue()
    for number in range(3):
        book.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW)
    edit = book.take(NOW)
    assert edit is not None
    book.settle(edit, Gone(channel=True), NOW)
    assert book.wake_at(NOW) is None


def test_a_message_that_cannot_be_edited_for_a_week_is_still_tried() -> None:
    book = EditQueue()
    book.offer(ref(1), card("x", final=True), Priority.FINAL, NOW)
    now = NOW
    for _ in range(1500):
        now = max(now, book.wake_at(now) or now)
        edit = book.take(now)
        assert edit is not None
        book.settle(edit, Later(600), now)
    assert book.wake_at(now) == now + 600


def test_a_limit_of_the_channel_holds_all_its_messages_back() -> None:
    book = EditQueue()
    for number in range(2):
        book.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW)
    edit = book.take(NOW)
    assert edit is not None
    book.settle(edit, Later(60, whole_channel=True), NOW)
    assert book.take(NOW + 59) is None
    assert book.take(NOW + 60) is not None


@pytest.mark.parametrize(
    ("age", "priority", "changes_state", "taken"),
    [
        (2999, Priority.PROGRESS, False, True),
        (3599, Priority.PROGRESS, False, True),
        (3600, Priority.PROGRESS, False, False),
        (3600, Priority.PROGRESS, True, True),
        (3600, Priority.PRESS, False, True),
        (3600, Priority.FINAL, False, True),
    ],
)
def test_the_age_of_a_message_decides_what_is_worth_an_edit(
    age: float, priority: Priority, changes_state: bool, taken: bool
) -> None:
    book, old = EditQueue(), ref(1, age=age)
    book.prime(old, DeliveredState("x"), State.RUNNING)
    state = State.QUIET if changes_state else State.RUNNING
    book.offer(old, card("new", state), priority, NOW)
    assert (book.take(NOW) is not None) == taken


def test_a_card_that_waits_while_its_message_turns_an_hour_old_goes_with_the_next_change_of_state() -> None:
    book, old = EditQueue(), ref(1, age=3599)
    book.prime(old, DeliveredState("x"), State.RUNNING)
    book.offer(old, card("62%"), Priority.PROGRESS, NOW)
    assert book.take(NOW + 2) is None
    assert book.wake_at(NOW + 2) is None
    book.offer(old, card("done", final=True), Priority.FINAL, NOW + 3)
    assert book.take(NOW + 3) is not None


refs = st.builds(ref, st.integers(1, 2), st.integers(1, 2))


class Interleavings(RuleBasedStateMachine):
    """News, edits, failures, time and restarts in any order. Discord is a dictionary of what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.book = EditQueue()
        self.now = NOW
        self.wanted: dict[MessageRef, Card] = {}
        self.discord: dict[MessageRef, str] = {}
        self.stored: dict[MessageRef, DeliveredState] = {}
        self.flying: list[Edit] = []
        self.count = 0

    @rule(at=refs, final=st.booleans(), token=st.sampled_from([0.0, 1.0, 60.0]))
    def news(self, at: MessageRef, final: bool, token: float) -> None:
        if at in self.wanted and self.wanted[at].final:
            return
        self.count += 1
        self.wanted[at] = card(str(self.count), final=final)
        priority = Priority.FINAL if final else Priority.PROGRESS
        self.book.offer(at, self.wanted[at], priority, self.now, token and self.now + token)

    @rule()
    def take(self) -> None:
        if edit := self.book.take(self.now):
            self.flying.append(edit)

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), how=st.sampled_from(["delivered", "lost answer", "later", "refused"]))
    def settle(self, data: st.DataObject, how: str) -> None:
        edit = data.draw(st.sampled_from(self.flying))
        self.flying.remove(edit)
        if how in ("delivered", "lost answer"):
            self.discord[edit.ref] = edit.card.digest
        if how == "delivered":
            self.stored[edit.ref] = DeliveredState(edit.card.digest)
            self.book.settle(edit, Delivered(self.stored[edit.ref]), self.now)
        elif how == "refused" and edit.by_token:
            self.book.settle(edit, Rerouted(), self.now)
        else:
            self.book.settle(edit, Later(), self.now)

    @rule(seconds=st.floats(0, 40))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(applied=st.booleans())
    def restart(self, applied: bool) -> None:
        if applied:
            self.discord |= {edit.ref: edit.card.digest for edit in self.flying}
        self.flying.clear()
        self.book = EditQueue()
        for at, wanted in self.wanted.items():
            self.book.prime(at, self.stored.get(at, DeliveredState()))
            self.book.offer(at, wanted, Priority.FINAL if wanted.final else Priority.PROGRESS, self.now)

    @invariant()
    def at_most_one_edit_is_in_flight_per_message_and_per_channel(self) -> None:
        messages = [edit.ref for edit in self.flying]
        channels = [edit.ref.channel_id for edit in self.flying if not edit.by_token]
        assert len(messages) == len(set(messages))
        assert len(channels) == len(set(channels))

    def teardown(self) -> None:
        """Once Discord works again, every message shows its newest card; a final one is never lost."""
        for edit in self.flying:
            self.discord[edit.ref] = edit.card.digest
            deliver(self.book, edit, self.now)
        while (at := self.book.wake_at(self.now)) is not None:
            self.now = max(self.now, at)
            last = self.book.take(self.now)
            assert last is not None, "woken for nothing"
            self.discord[last.ref] = last.card.digest
            deliver(self.book, last, self.now)
        assert self.discord == {at: wanted.digest for at, wanted in self.wanted.items()}


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_a_result_that_may_not_be_seen_is_looked_at_three_times_and_then_left() -> None:
    book = EditQueue()
    book.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    now, looks = NOW, []
    while (edit := book.take(now)) is not None:
        looks.append(now - NOW)
        done = book.settle(edit, Delivered(DeliveredState(edit.card.digest), unsure=True), now)
        now = book.wake_at(now) or now
    assert looks == [0.0, 15.0, 75.0, 375.0]
    assert done
    assert book.wake_at(now) is None


def test_a_result_that_is_seen_at_the_second_look_is_done_with() -> None:
    book = EditQueue()
    book.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    edit = book.take(NOW)
    assert edit is not None
    assert not book.settle(edit, Delivered(DeliveredState(edit.card.digest), unsure=True), NOW)
    assert book.waiting == 1  # the end of the process does not wait for looks
    look = book.take(NOW + 15)
    assert look is not None
    assert look.delivered.digest == look.card.digest
    assert book.settle(look, Delivered(look.delivered), NOW + 15)


def test_a_result_on_a_message_over_an_hour_old_is_looked_at_too() -> None:
    book = EditQueue()
    old = ref(1, age=7200)
    book.offer(old, card("end", final=True), Priority.FINAL, NOW)
    edit = book.take(NOW)
    assert edit is not None
    book.settle(edit, Delivered(DeliveredState(edit.card.digest), unsure=True), NOW)
    assert book.take(NOW + 31) is not None
