"""Which edit goes next: by tables, and by every interleaving that hypothesis can think of."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mjbot.core.card import Card
from mjbot.core.edits import Edit, EditBook, Priority
from mjbot.core.outcome import Delivered, Gone, Later, Refused
from mjbot.core.state import State
from mjbot.core.watch import MessageRef, Shown

NOW = 1_800_000_000.0


def ref(channel: int, number: int = 1, age: float = 0.0) -> MessageRef:
    made = int((NOW - age - 1_420_070_400) * 1000)
    return MessageRef(channel, (made << 22) + number)


def card(words: str, state: State = State.RUNNING, *, final: bool = False) -> Card:
    return Card(State.DONE if final else state, "title", 0, words, "footer", final=final)


def deliver(book: EditBook, edit: Edit, now: float) -> None:
    book.settle(edit, Delivered(Shown(edit.card.digest)), now)


def test_the_newest_card_replaces_the_one_that_waits() -> None:
    book = EditBook()
    book.offer(ref(1), card("old"), Priority.PROGRESS, NOW)
    book.offer(ref(1), card("new"), Priority.PROGRESS, NOW)
    edit = book.take(NOW)
    assert edit is not None
    assert edit.card.description == "new"
    assert book.take(NOW) is None


def test_finals_go_before_presses_and_presses_before_progress() -> None:
    book = EditBook()
    for number, priority in enumerate((Priority.PROGRESS, Priority.PRESS, Priority.FINAL)):
        book.offer(ref(1, number), card(priority.name), priority, NOW + number)
    order = []
    now = NOW + 3
    while edit := book.take(now):
        order.append(edit.card.description)
        deliver(book, edit, now)
    assert order == ["FINAL", "PRESS", "PROGRESS"]


def test_a_card_that_is_shown_already_costs_no_edit() -> None:
    book = EditBook()
    book.prime(ref(1), Shown(card("same").digest))
    assert not book.offer(ref(1), card("same"), Priority.PROGRESS, NOW)
    assert book.take(NOW) is None


def test_a_return_to_the_old_card_while_another_is_in_flight_is_not_lost() -> None:
    book = EditBook()
    book.prime(ref(1), Shown(card("A").digest))
    book.offer(ref(1), card("B"), Priority.PRESS, NOW)
    flying = book.take(NOW)
    assert flying is not None
    assert book.offer(ref(1), card("A"), Priority.PRESS, NOW)
    deliver(book, flying, NOW)
    back = book.take(NOW)
    assert back is not None
    assert back.card.description == "A"


def test_a_card_that_waits_survives_the_release_of_its_message() -> None:
    book = EditBook()
    book.offer(ref(1), card("dimmed", final=True), Priority.PRESS, NOW)
    flying = book.take(NOW)
    assert flying is not None
    book.offer(ref(1), card("blue", final=True), Priority.PRESS, NOW)
    deliver(book, flying, NOW)
    book.release(ref(1))
    assert book.take(NOW) is not None


def test_an_opened_thread_takes_at_once_what_waited_for_it() -> None:
    book = EditBook()
    book.offer(ref(1), card("x"), Priority.PROGRESS, NOW)
    edit = book.take(NOW)
    assert edit is not None
    book.settle(edit, Later(600), NOW)
    assert book.take(NOW + 60) is None
    book.unpark(1, NOW + 60)
    assert book.take(NOW + 60) is not None


def test_a_channel_gets_five_edits_in_five_seconds() -> None:
    book = EditBook()
    for number in range(8):
        book.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW)
    starts = []
    now = NOW
    while (at := book.wake_at(now)) is not None:
        now = max(now, at)
        edit = book.take(now)
        assert edit is not None
        starts.append(now - NOW)
        deliver(book, edit, now)
    assert starts == [0, 0, 0, 0, 0, 5, 5, 5]


def test_all_channels_together_get_45_edits_a_second() -> None:
    book = EditBook()
    for channel in range(100):
        book.offer(ref(channel), card("x"), Priority.PROGRESS, NOW)
    moments = [NOW + n / 100 for n in range(100)]
    taken = [sum(book.take(now) is not None for _ in range(9)) for now in moments]
    assert sum(taken) == 45
    assert max(taken) == 5  # never all at once


def test_a_message_over_an_hour_old_is_edited_for_a_change_of_state_only() -> None:
    book, old = EditBook(), ref(1, age=3700)
    book.prime(old, Shown("x"), State.RUNNING)
    book.offer(old, card("62%"), Priority.PROGRESS, NOW)
    assert book.take(NOW) is None
    book.offer(old, card("quiet", State.QUIET), Priority.PROGRESS, NOW)
    assert book.take(NOW) is not None


def test_old_messages_of_a_channel_are_edited_half_a_minute_apart() -> None:
    book = EditBook()
    for number in range(2):
        book.offer(ref(1, number, age=3100), card("x"), Priority.PROGRESS, NOW)
    first = book.take(NOW)
    assert first is not None
    deliver(book, first, NOW)
    assert book.take(NOW + 29) is None
    assert book.take(NOW + 30) is not None


def test_a_refused_card_is_tried_once_more_plain_and_then_given_up() -> None:
    book = EditBook()
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
    book = EditBook()
    for number in range(3):
        book.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW)
    edit = book.take(NOW)
    assert edit is not None
    book.settle(edit, Gone(channel=True), NOW)
    assert book.wake_at(NOW) is None


def test_a_message_that_cannot_be_edited_for_a_week_is_still_tried() -> None:
    book = EditBook()
    book.offer(ref(1), card("x", final=True), Priority.FINAL, NOW)
    now = NOW
    for _ in range(1500):
        now = max(now, book.wake_at(now) or now)
        edit = book.take(now)
        assert edit is not None
        book.settle(edit, Later(600), now)
    assert book.wake_at(now) == now + 600


def test_a_limit_of_the_channel_holds_all_its_messages_back() -> None:
    book = EditBook()
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
    book, old = EditBook(), ref(1, age=age)
    book.prime(old, Shown("x"), State.RUNNING)
    state = State.QUIET if changes_state else State.RUNNING
    book.offer(old, card("new", state), priority, NOW)
    assert (book.take(NOW) is not None) == taken


def test_a_card_that_waits_while_its_message_turns_an_hour_old_goes_with_the_next_change_of_state() -> None:
    book, old = EditBook(), ref(1, age=3599)
    book.prime(old, Shown("x"), State.RUNNING)
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
        self.book = EditBook()
        self.now = NOW
        self.wanted: dict[MessageRef, Card] = {}
        self.discord: dict[MessageRef, str] = {}
        self.stored: dict[MessageRef, Shown] = {}
        self.flying: list[Edit] = []
        self.count = 0

    @rule(at=refs, final=st.booleans())
    def news(self, at: MessageRef, final: bool) -> None:
        if at in self.wanted and self.wanted[at].final:
            return
        self.count += 1
        self.wanted[at] = card(str(self.count), final=final)
        self.book.offer(at, self.wanted[at], Priority.FINAL if final else Priority.PROGRESS, self.now)

    @rule()
    def take(self) -> None:
        if edit := self.book.take(self.now):
            self.flying.append(edit)

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), how=st.sampled_from(["delivered", "lost answer", "later", "never arrived"]))
    def settle(self, data: st.DataObject, how: str) -> None:
        edit = data.draw(st.sampled_from(self.flying))
        self.flying.remove(edit)
        if how in ("delivered", "lost answer"):
            self.discord[edit.ref] = edit.card.digest
        if how == "delivered":
            self.stored[edit.ref] = Shown(edit.card.digest)
            self.book.settle(edit, Delivered(self.stored[edit.ref]), self.now)
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
        self.book = EditBook()
        for at, wanted in self.wanted.items():
            self.book.prime(at, self.stored.get(at, Shown()))
            self.book.offer(at, wanted, Priority.FINAL if wanted.final else Priority.PROGRESS, self.now)

    @invariant()
    def at_most_one_edit_is_in_flight_per_channel(self) -> None:
        channels = [edit.ref.channel_id for edit in self.flying]
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
    book = EditBook()
    book.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    now, looks = NOW, []
    while (edit := book.take(now)) is not None:
        looks.append(now - NOW)
        done = book.settle(edit, Delivered(Shown(edit.card.digest), unsure=True), now)
        now = book.wake_at(now) or now
    assert looks == [0.0, 15.0, 75.0, 375.0]
    assert done
    assert book.wake_at(now) is None


def test_a_result_that_is_seen_at_the_second_look_is_done_with() -> None:
    book = EditBook()
    book.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    edit = book.take(NOW)
    assert edit is not None
    assert not book.settle(edit, Delivered(Shown(edit.card.digest), unsure=True), NOW)
    assert book.urgent_waiting == 0  # the end of the process does not wait for looks
    look = book.take(NOW + 15)
    assert look is not None
    assert look.shown.digest == look.card.digest
    assert book.settle(look, Delivered(look.shown), NOW + 15)


def test_a_result_on_a_message_over_an_hour_old_is_looked_at_too() -> None:
    book = EditBook()
    old = ref(1, age=7200)
    book.offer(old, card("end", final=True), Priority.FINAL, NOW)
    edit = book.take(NOW)
    assert edit is not None
    book.settle(edit, Delivered(Shown(edit.card.digest), unsure=True), NOW)
    assert book.take(NOW + 31) is not None
