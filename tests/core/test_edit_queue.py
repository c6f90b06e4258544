"""The edit queue: examples, and random interleavings by Hypothesis."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mjbot.core.card.buttons import CardButton
from mjbot.core.card.card import Card
from mjbot.core.card.content import Part
from mjbot.core.card.state import CardState
from mjbot.core.editing.edit_queue import EditQueue
from mjbot.core.editing.outcome import Delivered, Gone, Later, NoAccess, Outcome, Paused, Refused, Rerouted
from mjbot.core.editing.pending_edit import Edit, Priority
from mjbot.core.editing.request_budget import RequestBudget
from mjbot.core.editing.routes import ChannelBucket
from mjbot.core.model.watch import DeliveredState, MessageRef

NOW = 1_800_000_000.0


def ref(channel: int, number: int = 1, age: float = 0.0) -> MessageRef:
    made = int((NOW - age - 1_420_070_400) * 1000)
    return MessageRef(channel, (made << 22) + number)


def card(text: str, state: CardState = CardState.RUNNING, *, final: bool = False) -> Card:
    return Card(CardState.DONE if final else state, "title", 0, text, "footer", final=final)


def deliver(queue: EditQueue, edit: Edit, now: float) -> None:
    queue.settle(edit, Delivered(DeliveredState(edit.card.digest)), now)


def test_the_newest_card_replaces_the_waiting_one() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("old"), Priority.PROGRESS, NOW)
    queue.offer(ref(1), card("new"), Priority.PROGRESS, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    assert edit.card.facts == "new"
    assert queue.take(NOW) is None


@pytest.mark.parametrize(
    ("waiting", "shown"),
    [
        (CardState.UNCLEAR, "progress"),  # a make that was found, or is sent again
        (CardState.REFUSED, "progress"),
        (CardState.FAILED, "end"),
        (CardState.SUPERSEDED, "end"),
    ],
)
def test_progress_replaces_only_the_end_of_a_make_that_can_go_on(waiting: CardState, shown: str) -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), replace(card("end", final=True), state=waiting), Priority.FINAL, NOW)
    queue.offer(ref(1), card("progress"), Priority.PROGRESS, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    assert edit.card.facts == shown


@pytest.mark.parametrize("outcome", [Later(), Later(5.0), Rerouted()])
def test_a_card_is_sent_again_if_the_edit_that_replaced_it_may_have_been_applied(outcome: Outcome) -> None:
    queue = EditQueue(RequestBudget())
    queue.prime(ref(1), DeliveredState(card("shown").digest))
    queue.offer(ref(1), card("dimmed"), Priority.PRESS, NOW, NOW + 60)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, outcome, NOW)
    assert queue.offer(ref(1), card("shown"), Priority.PRESS, NOW)
    again = queue.take(NOW + 60)
    assert again is not None
    assert again.card.facts == "shown"


def test_finals_go_before_presses_and_presses_before_progress() -> None:
    queue = EditQueue(RequestBudget())
    for number, priority in enumerate((Priority.PROGRESS, Priority.PRESS, Priority.FINAL)):
        queue.offer(ref(1, number), card(priority.name), priority, NOW + number)
    order = []
    now = NOW + 3
    while edit := queue.take(now):
        order.append(edit.card.facts)
        deliver(queue, edit, now)
    assert order == ["FINAL", "PRESS", "PROGRESS"]


def test_a_card_that_is_shown_already_costs_no_edit() -> None:
    queue = EditQueue(RequestBudget())
    queue.prime(ref(1), DeliveredState(card("same").digest))
    assert not queue.offer(ref(1), card("same"), Priority.PROGRESS, NOW)
    assert queue.take(NOW) is None


def test_a_return_to_the_old_card_while_another_is_in_flight_is_not_lost() -> None:
    queue = EditQueue(RequestBudget())
    queue.prime(ref(1), DeliveredState(card("A").digest))
    queue.offer(ref(1), card("B"), Priority.PRESS, NOW)
    in_flight = queue.take(NOW)
    assert in_flight is not None
    assert queue.offer(ref(1), card("A"), Priority.PRESS, NOW)
    deliver(queue, in_flight, NOW)
    back = queue.take(NOW)
    assert back is not None
    assert back.card.facts == "A"


def test_a_card_that_waits_survives_the_release_of_its_message() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("dimmed", final=True), Priority.PRESS, NOW)
    in_flight = queue.take(NOW)
    assert in_flight is not None
    queue.offer(ref(1), card("blue", final=True), Priority.PRESS, NOW)
    deliver(queue, in_flight, NOW)
    queue.release(ref(1))
    assert queue.take(NOW) is not None


def test_an_unarchived_thread_is_edited_at_once() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("x"), Priority.PROGRESS, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, Later(600), NOW)
    assert queue.take(NOW + 60) is None
    queue.resume_channel(1, NOW + 60)
    assert queue.take(NOW + 60) is not None


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
    queue = EditQueue(RequestBudget())
    for number in range(8):
        queue.offer(ref(1, number), card("x"), priority, NOW)
    starts = []
    now = NOW
    while (at := queue.wake_at(now)) is not None:
        now = max(now, at)
        edit = queue.take(now)
        assert edit is not None
        starts.append(now - NOW)
        deliver(queue, edit, now)
    assert starts == expected


@pytest.mark.parametrize(
    ("bucket", "final", "expected"),
    [
        (ChannelBucket(5, 5, NOW + 5), True, [0, 0, 0, 0, 0, 5, 5, 5]),
        (ChannelBucket(8, 8, NOW + 5), True, [0] * 8),
        (ChannelBucket(10, 6, NOW + 3), True, [0] * 6 + [3] * 2),
        (ChannelBucket(5, 0, NOW + 2), True, [2] * 5 + [7] * 3),
        (ChannelBucket(5, 4, NOW - 1), True, [0] * 5 + [5] * 3),  # that window is over
        (ChannelBucket(8, 8, NOW + 5), False, [0] * 6 + [5] * 2),  # two are for final cards and presses
        (ChannelBucket(1, 1, NOW + 1), False, [0, 1, 6, 11, 16, 21, 26, 31]),
    ],
)
def test_a_channel_gets_as_many_edits_as_discords_headers_report(
    bucket: ChannelBucket, final: bool, expected: list[float]
) -> None:
    queue = EditQueue(RequestBudget())
    for number in range(8):
        queue.offer(ref(1, number), card("x", final=final), Priority(2 * (not final)), NOW)
    queue.limit_channel(1, bucket, NOW)
    queue.limit_channel(2, bucket, NOW)  # it has no message that waits
    starts, now = [], NOW
    while (at := queue.wake_at(now)) is not None:
        now = max(now, at)
        if edit := queue.take(now):
            starts.append(int(now - NOW))
            deliver(queue, edit, now)
    assert starts == expected


def test_a_final_card_in_a_channel_full_of_progress_goes_at_once() -> None:
    queue = EditQueue(RequestBudget())
    for number in range(20):
        queue.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW)
    while edit := queue.take(NOW):
        deliver(queue, edit, NOW)
    queue.offer(ref(1, 7), card("end", final=True), Priority.FINAL, NOW + 1)
    last = queue.take(NOW + 1)
    assert last is not None
    assert last.card.final


def test_the_longest_waiting_message_of_a_full_channel_goes_next() -> None:
    queue = EditQueue(RequestBudget())
    order: list[int] = []
    now = NOW
    for number in range(12):
        queue.offer(ref(1, number), card("1"), Priority.PROGRESS, now)
    while len(order) < 24:
        now = max(now, queue.wake_at(now) or now)
        if edit := queue.take(now):
            order.append(edit.ref.message_id & 0xFF)
            deliver(queue, edit, now)
            queue.offer(edit.ref, card(f"{now}"), Priority.PROGRESS, now)
    assert order == [*range(12), *range(12)]


def test_a_channel_whose_messages_have_all_ended_keeps_its_rate_limit() -> None:
    queue = EditQueue(RequestBudget())
    for number in range(6):
        queue.offer(ref(1, number), card("end", final=True), Priority.FINAL, NOW)
        if edit := queue.take(NOW):
            deliver(queue, edit, NOW)
            queue.release(edit.ref)
        else:
            assert number == 5
    assert queue.take(NOW + 4.9) is None
    assert queue.take(NOW + 5) is not None


@pytest.mark.parametrize(
    ("arrives", "resets"),
    [
        (0.1, 60.0),
        (0.1, 31.5),  # just longer than the limits of an idle channel are kept
        (20.0, 80.0),
        (35.0, 90.0),  # the response arrives only after that time
    ],
)
def test_an_idle_channel_waits_until_the_reset_that_discords_headers_report(
    arrives: float, resets: float
) -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    assert queue.take(NOW + arrives) is None
    queue.limit_channel(1, ChannelBucket(5, 0, NOW + resets), NOW + arrives)
    deliver(queue, edit, NOW + arrives)
    queue.release(ref(1))
    assert queue.take(NOW + resets - 0.2) is None
    queue.offer(ref(1, 2), card("end", final=True), Priority.FINAL, NOW + resets - 0.2)
    assert queue.take(NOW + resets - 0.1) is None
    assert queue.take(NOW + resets) is not None


def test_edits_by_token_are_not_limited_by_channel_or_globally() -> None:
    queue = EditQueue(RequestBudget())
    for number in range(60):
        queue.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW, token_until=NOW + 800)
    edits = []
    while edit := queue.take(NOW):
        edits.append(edit)
    assert len(edits) == 40  # in flight at once
    assert all(edit.by_token for edit in edits)
    assert queue.wake_at(NOW) is None
    deliver(queue, edits[0], NOW)
    assert queue.take(NOW) is not None


def test_a_message_has_one_edit_in_flight_on_any_route() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("1"), Priority.PROGRESS, NOW, token_until=NOW + 800)
    first = queue.take(NOW)
    assert first is not None
    queue.offer(ref(1), card("2"), Priority.PROGRESS, NOW, token_until=0.0)
    assert queue.take(NOW) is None
    deliver(queue, first, NOW)
    second = queue.take(NOW)
    assert second is not None
    assert (first.by_token, second.by_token) == (True, False)


def test_a_card_whose_token_expires_while_it_waits_goes_by_channel() -> None:
    queue = EditQueue(RequestBudget())
    for text in ("1", "2"):
        queue.offer(ref(1), card(text), Priority.PROGRESS, NOW, token_until=NOW + 0.5)
        if edit := queue.take(NOW):
            deliver(queue, edit, NOW)
    assert queue.take(NOW + 0.4) is None  # edits by one token are spaced
    later = queue.take(NOW + 0.7)
    assert later is not None
    assert not later.by_token


def test_a_refused_token_causes_no_back_off() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, NOW, token_until=NOW + 800)
    edit = queue.take(NOW)
    assert edit is not None
    assert not queue.settle(edit, Rerouted(), NOW)
    again = queue.take(NOW)
    assert again is not None
    assert not again.by_token
    assert again.card.final
    queue.settle(again, Later(), NOW)
    assert queue.wake_at(NOW) == NOW + 1  # the back-off of a first failure


def test_a_retried_final_card_goes_before_progress_as_soon_as_it_may() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1, 1), card("end", final=True), Priority.FINAL, NOW)
    first = queue.take(NOW)
    assert first is not None
    queue.settle(first, Later(1.0), NOW)
    queue.offer(ref(1, 2), card("50%"), Priority.PROGRESS, NOW + 0.1)
    for channel in range(2, 102):
        queue.offer(ref(channel), card("50%"), Priority.PROGRESS, NOW)
    order = []
    now = NOW + 0.1
    while (at := queue.wake_at(now)) is not None:
        now = max(now, at)
        if edit := queue.take(now):
            order.append((round(now - NOW, 2), edit.card.final))
            deliver(queue, edit, now)
    moments = [at for at, final in order if final]
    assert moments
    assert moments[0] <= 1.2


def test_a_failed_final_card_replaces_progress_that_waits() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    in_flight = queue.take(NOW)
    assert in_flight is not None
    queue.offer(ref(1), card("50%"), Priority.PROGRESS, NOW)
    queue.settle(in_flight, Later(), NOW)
    queue.begin_shutdown(NOW)
    assert queue.waiting == 1
    again = queue.take(NOW + 5)
    assert again is not None
    assert again.card.final


@pytest.mark.parametrize("outcome", [Later(), Rerouted(), Refused(), NoAccess()])
def test_a_message_forgotten_with_an_edit_in_flight_is_not_edited_again(outcome: Outcome) -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("50%"), Priority.PROGRESS, NOW, token_until=NOW + 800)
    in_flight = queue.take(NOW)
    assert in_flight is not None
    queue.forget(ref(1))
    assert not queue.settle(in_flight, outcome, NOW)
    assert queue.wake_at(NOW) is None
    assert queue.waiting == 0


def test_a_press_on_a_result_that_waits_for_a_recheck_is_shown_at_once() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, Delivered(DeliveredState(edit.card.digest), unverified=True), NOW)
    queue.offer(ref(1), card("pressed", final=True), Priority.PRESS, NOW + 1)
    pressed = queue.take(NOW + 1)
    assert pressed is not None
    assert pressed.card.facts == "pressed"


def test_a_card_that_changes_its_route_keeps_its_place_in_the_queue() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("old"), Priority.PROGRESS, NOW, token_until=NOW + 800)
    in_flight = queue.take(NOW)
    assert in_flight is not None
    queue.offer(ref(2), card("young"), Priority.PROGRESS, NOW + 1)
    queue.settle(in_flight, Rerouted(), NOW + 2)
    first = queue.take(NOW + 2)
    assert first is not None
    assert first.card.facts == "old"


def test_final_cards_go_in_the_order_in_which_they_were_offered() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("50%"), Priority.PROGRESS, NOW)
    queue.offer(ref(2), card("end of 2", final=True), Priority.FINAL, NOW + 10)
    queue.offer(ref(1), card("end of 1", final=True), Priority.FINAL, NOW + 11)
    first = queue.take(NOW + 11)
    assert first is not None
    assert first.card.facts == "end of 2"


def test_at_shutdown_progress_is_dropped_and_final_cards_still_go() -> None:
    queue = EditQueue(RequestBudget())
    for number, priority in enumerate((Priority.PROGRESS, Priority.PRESS, Priority.FINAL)):
        for channel, until in ((1, 0.0), (2, NOW + 800)):
            queue.offer(ref(channel, number), card("x"), priority, NOW, token_until=until)
    queue.begin_shutdown(NOW)
    assert queue.waiting == 4
    queue.offer(ref(3), card("x"), Priority.PROGRESS, NOW)
    assert queue.waiting == 4


def test_a_message_over_an_hour_old_is_only_edited_for_a_change_of_state() -> None:
    queue, old = EditQueue(RequestBudget()), ref(1, age=3700)
    queue.prime(old, DeliveredState("x"), CardState.RUNNING)
    queue.offer(old, card("62%"), Priority.PROGRESS, NOW)
    assert queue.take(NOW) is None
    queue.offer(old, card("quiet", CardState.QUIET), Priority.PROGRESS, NOW)
    assert queue.take(NOW) is not None


def test_old_messages_of_a_channel_are_edited_half_a_minute_apart() -> None:
    queue = EditQueue(RequestBudget())
    for number in range(2):
        queue.offer(ref(1, number, age=3100), card("x"), Priority.PROGRESS, NOW)
    first = queue.take(NOW)
    assert first is not None
    deliver(queue, first, NOW)
    assert queue.take(NOW + 29) is None
    assert queue.take(NOW + 30) is not None


def test_a_refused_card_loses_one_part_after_another_and_is_kept_when_none_is_left() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("bad", final=True), Priority.FINAL, NOW)
    first = queue.take(NOW)
    assert first is not None
    assert not first.omitted
    assert not queue.settle(first, Refused(), NOW)
    second = queue.take(NOW)
    assert second is not None
    assert second.omitted == Part.DETAILS
    assert not queue.settle(second, Refused(), NOW)
    assert queue.take(NOW) is None
    third = queue.take(NOW + 2)
    assert third is not None
    assert third.omitted == Part.DETAILS


def test_the_next_card_is_sent_without_what_was_refused_of_the_last_one() -> None:
    queue = EditQueue(RequestBudget())
    long = replace(card("one"), body="a prompt that is refused")
    queue.offer(ref(1), long, Priority.PROGRESS, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, Refused(), NOW)
    edit = queue.take(NOW)
    assert edit is not None
    assert edit.omitted == Part.PROMPT
    deliver(queue, edit, NOW)
    queue.offer(ref(1), replace(long, facts="two"), Priority.PROGRESS, NOW + 10)
    edit = queue.take(NOW + 10)
    assert edit is not None
    assert edit.omitted == Part.PROMPT
    deliver(queue, edit, NOW + 10)
    queue.offer(ref(1), replace(long, body="another prompt"), Priority.PROGRESS, NOW + 20)
    edit = queue.take(NOW + 20)
    assert edit is not None
    assert not edit.omitted


def test_what_was_refused_is_remembered_when_a_message_is_released() -> None:
    queue = EditQueue(RequestBudget())
    final = replace(card("one", final=True), body="a prompt that is refused")
    queue.offer(ref(1), final, Priority.FINAL, NOW)
    for _ in range(2):
        edit = queue.take(NOW)
        assert edit is not None
        queue.settle(edit, Refused(), NOW) if not edit.omitted else deliver(queue, edit, NOW)
    queue.release(ref(1))
    queue.offer(ref(1), replace(final, footer="pressed"), Priority.PRESS, NOW + 10)
    edit = queue.take(NOW + 10)
    assert edit is not None
    assert edit.omitted == Part.PROMPT


def test_a_last_card_that_is_refused_for_a_day_is_given_up() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    now, tries, done = NOW, 0, False
    while not done and now < NOW + 3 * 86_400:
        while (edit := queue.take(now)) is None:
            now = queue.wake_at(now) or now
        tries += 1
        done = queue.settle(edit, Later(), now)
    assert done
    assert NOW + 86_400 < now < NOW + 86_400 + 300
    assert tries < 800
    assert queue.waiting == 0


def test_a_last_card_gets_its_own_day_after_progress_that_failed_long_ago() -> None:
    queue = EditQueue(RequestBudget())
    old = ref(1, age=3590)
    queue.prime(old, DeliveredState("digest"), CardState.RUNNING)
    queue.offer(old, card("progress"), Priority.PROGRESS, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, Later(), NOW)  # then it is too old for progress
    end = NOW + 30 * 3600
    queue.offer(old, card("end", final=True), Priority.FINAL, end)
    last = queue.take(end)
    assert last is not None
    assert not queue.settle(last, Later(), end)
    assert queue.waiting == 1


def test_a_channel_that_cannot_be_seen_is_tried_by_one_message_with_back_off_for_a_day() -> None:
    queue = EditQueue(RequestBudget())
    for number in range(50):
        queue.offer(ref(1, number), card("end", final=True), Priority.FINAL, NOW)
    now, tries, done = NOW, 0, False
    while not done:
        while (edit := queue.take(now)) is None:
            now = queue.wake_at(now) or now
        tries += 1
        done = queue.settle(edit, NoAccess(), now)
    assert NOW + 86_400 < now < NOW + 86_400 + 601
    assert tries < 160
    assert queue.waiting == 0


def test_a_channel_that_can_be_seen_again_shows_what_waited() -> None:
    queue = EditQueue(RequestBudget())
    for number in range(3):
        queue.offer(ref(1, number), card("end", final=True), Priority.FINAL, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, NoAccess(), NOW)
    assert queue.take(NOW + 4) is None
    for _ in range(3):
        edit = queue.take(NOW + 6)
        assert edit is not None
        deliver(queue, edit, NOW + 6)
    assert queue.waiting == 0


def test_a_file_that_follows_goes_after_everything_else_and_as_soon_as_it_is_there() -> None:
    queue = EditQueue(RequestBudget())
    end = card("end", final=True)
    queue.offer(ref(1), end, Priority.FINAL, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    assert not queue.settle(edit, Delivered(DeliveredState(end.digest), unverified=True, follows=True), NOW)
    assert queue.take(NOW + 1) is None
    queue.hurry(ref(1), NOW + 1)
    queue.offer(ref(1, 2), card("progress"), Priority.PROGRESS, NOW + 1)
    edit = queue.take(NOW + 1)
    assert edit is not None
    assert edit.ref == ref(1, 2)
    deliver(queue, edit, NOW + 1)
    edit = queue.take(NOW + 1)
    assert edit is not None
    assert edit.card is end


def test_a_lost_channel_drops_all_its_messages() -> None:
    queue = EditQueue(RequestBudget())
    for number in range(3):
        queue.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, Gone(channel=True), NOW)
    assert queue.wake_at(NOW) is None


def test_a_rate_limit_of_the_channel_holds_back_all_its_messages() -> None:
    queue = EditQueue(RequestBudget())
    for number in range(2):
        queue.offer(ref(1, number), card("x"), Priority.PROGRESS, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, Later(60, whole_channel=True), NOW)
    assert queue.take(NOW + 59) is None
    assert queue.take(NOW + 60) is not None


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
def test_the_age_of_a_message_decides_which_edits_are_made(
    age: float, priority: Priority, changes_state: bool, taken: bool
) -> None:
    queue, old = EditQueue(RequestBudget()), ref(1, age=age)
    queue.prime(old, DeliveredState("x"), CardState.RUNNING)
    state = CardState.QUIET if changes_state else CardState.RUNNING
    queue.offer(old, card("new", state), priority, NOW)
    assert (queue.take(NOW) is not None) == taken


def test_a_card_of_a_message_that_turns_an_hour_old_waits_for_a_change_of_state() -> None:
    queue, old = EditQueue(RequestBudget()), ref(1, age=3599)
    queue.prime(old, DeliveredState("x"), CardState.RUNNING)
    queue.offer(old, card("62%"), Priority.PROGRESS, NOW)
    assert queue.take(NOW + 2) is None
    assert queue.wake_at(NOW + 2) is None
    queue.offer(old, card("done", final=True), Priority.FINAL, NOW + 3)
    assert queue.take(NOW + 3) is not None


refs = st.builds(ref, st.integers(1, 2), st.integers(1, 2))


class Interleavings(RuleBasedStateMachine):
    """Offers, edits, failures, time and restarts in any order. Discord is a dict of message to digest."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = EditQueue(RequestBudget())
        self.now = NOW
        self.wanted: dict[MessageRef, Card] = {}
        self.discord: dict[MessageRef, str] = {}
        self.stored: dict[MessageRef, DeliveredState] = {}
        self.in_flight: list[Edit] = []
        self.count = 0

    @rule(at=refs, final=st.booleans(), token=st.sampled_from([0.0, 1.0, 60.0]))
    def offer(self, at: MessageRef, final: bool, token: float) -> None:
        if at in self.wanted and self.wanted[at].final:
            return
        self.count += 1
        self.wanted[at] = card(str(self.count), final=final)
        priority = Priority.FINAL if final else Priority.PROGRESS
        self.queue.offer(at, self.wanted[at], priority, self.now, token and self.now + token)

    @rule()
    def take(self) -> None:
        if edit := self.queue.take(self.now):
            self.in_flight.append(edit)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), how=st.sampled_from(["delivered", "lost response", "later", "refused"]))
    def settle(self, data: st.DataObject, how: str) -> None:
        edit = data.draw(st.sampled_from(self.in_flight))
        self.in_flight.remove(edit)
        if how in ("delivered", "lost response"):
            self.discord[edit.ref] = edit.card.digest
        if how == "delivered":
            self.stored[edit.ref] = DeliveredState(edit.card.digest)
            self.queue.settle(edit, Delivered(self.stored[edit.ref]), self.now)
        elif how == "refused" and edit.by_token:
            self.queue.settle(edit, Rerouted(), self.now)
        else:
            self.queue.settle(edit, Later(), self.now)

    @rule(seconds=st.floats(0, 40))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(applied=st.booleans())
    def restart(self, applied: bool) -> None:
        if applied:
            self.discord |= {edit.ref: edit.card.digest for edit in self.in_flight}
        self.in_flight.clear()
        self.queue = EditQueue(RequestBudget())
        for at, wanted in self.wanted.items():
            self.queue.prime(at, self.stored.get(at, DeliveredState()))
            self.queue.offer(at, wanted, Priority.FINAL if wanted.final else Priority.PROGRESS, self.now)

    @invariant()
    def at_most_one_edit_is_in_flight_per_message_and_per_channel(self) -> None:
        messages = [edit.ref for edit in self.in_flight]
        channels = [edit.ref.channel_id for edit in self.in_flight if not edit.by_token]
        assert len(messages) == len(set(messages))
        assert len(channels) == len(set(channels))

    def teardown(self) -> None:
        """Once Discord works again, every message shows its newest card; no final card is lost."""
        for edit in self.in_flight:
            self.discord[edit.ref] = edit.card.digest
            deliver(self.queue, edit, self.now)
        while (at := self.queue.wake_at(self.now)) is not None:
            self.now = max(self.now, at)
            last = self.queue.take(self.now)
            assert last is not None, "woken without an edit to make"
            self.discord[last.ref] = last.card.digest
            deliver(self.queue, last, self.now)
        assert self.discord == {at: wanted.digest for at, wanted in self.wanted.items()}


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_an_unverified_result_is_rechecked_three_times_and_then_dropped() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    now, checks = NOW, []
    while (edit := queue.take(now)) is not None:
        checks.append(now - NOW)
        done = queue.settle(edit, Delivered(DeliveredState(edit.card.digest), unverified=True), now)
        now = queue.wake_at(now) or now
    assert checks == [0.0, 15.0, 75.0, 375.0]
    assert done
    assert queue.wake_at(now) is None


def test_a_result_that_is_verified_by_the_first_recheck_is_done() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    assert not queue.settle(edit, Delivered(DeliveredState(edit.card.digest), unverified=True), NOW)
    assert queue.waiting == 1  # shutdown drops it: it has the priority of progress
    recheck = queue.take(NOW + 15)
    assert recheck is not None
    assert recheck.delivered.digest == recheck.card.digest
    assert queue.settle(recheck, Delivered(recheck.delivered), NOW + 15)


def test_a_result_on_a_message_over_an_hour_old_is_rechecked_too() -> None:
    queue = EditQueue(RequestBudget())
    old = ref(1, age=7200)
    queue.offer(old, card("end", final=True), Priority.FINAL, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, Delivered(DeliveredState(edit.card.digest), unverified=True), NOW)
    assert queue.take(NOW + 31) is not None


@pytest.mark.parametrize("age", [3_590, 3_700, 90_000])
def test_buttons_that_were_refused_are_tried_again_on_a_message_over_an_hour_old(age: float) -> None:
    queue, message = EditQueue(RequestBudget()), ref(1, age=age)
    end = replace(card("end", final=True), rows=((CardButton("mj:1", "U1"),),))
    queue.offer(message, end, Priority.FINAL, NOW)
    now, with_buttons = NOW, 0
    while now < NOW + 3600:
        while edit := queue.take(now):
            if Part.BUTTONS in edit.omitted:
                deliver(queue, edit, now)
            else:
                with_buttons += 1
                queue.settle(edit, Refused(), now)
        now = queue.wake_at(now) or NOW + 3600
    assert with_buttons > 5


@pytest.mark.parametrize("outcome", [Later(), Later(5, whole_channel=True), Paused(30), Refused()])
def test_an_edit_is_not_given_up_because_another_had_failed_the_day_before(outcome: Outcome) -> None:
    queue, shown = EditQueue(RequestBudget()), card("50%")
    queue.prime(ref(1), DeliveredState(shown.digest))
    queue.offer(ref(1), card("no answer"), Priority.PROGRESS, NOW)
    edit = queue.take(NOW)
    assert edit is not None
    queue.settle(edit, outcome, NOW)
    queue.offer(ref(1), shown, Priority.PROGRESS, NOW + 1)  # the service answers again
    if restored := queue.take(NOW + 60):  # the edit may have been applied
        deliver(queue, restored, NOW + 60)
    tomorrow = NOW + 90_000
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, tomorrow)
    edit = queue.take(tomorrow)
    assert edit is not None
    assert not queue.settle(edit, Later(), tomorrow)
    assert queue.waiting == 1


def test_a_token_without_access_to_its_channel_is_not_tried_again() -> None:
    queue = EditQueue(RequestBudget())
    queue.offer(ref(1), card("end", final=True), Priority.FINAL, NOW, token_until=NOW + 800)
    now, tries = NOW, []
    while now < NOW + 600:
        while edit := queue.take(now):
            tries.append(edit.by_token)
            queue.settle(edit, NoAccess(), now)
        now = queue.wake_at(now) or NOW + 600
    assert tries[:2] == [True, False]
    assert not any(tries[1:])
    assert len(tries) < 12


def test_buttons_that_were_refused_do_not_use_up_the_checks_of_the_picture() -> None:
    queue, now, checks = EditQueue(RequestBudget()), NOW, []
    end = replace(card("end", final=True), rows=((CardButton("mj1:press:1", "U1"),),))
    queue.offer(ref(1), end, Priority.FINAL, now)
    tries = 0
    while (edit := queue.take(now)) is not None:
        refused = Part.BUTTONS not in edit.omitted and tries < 4
        if refused:
            tries += 1
        elif Part.BUTTONS not in edit.omitted:
            checks.append(now)
        delivered = Delivered(DeliveredState(edit.card.digest), unverified=True)
        queue.settle(edit, Refused() if refused else delivered, now)
        now = queue.wake_at(now) or now
    assert [at - checks[0] for at in checks] == [0.0, 15.0, 75.0, 375.0]
