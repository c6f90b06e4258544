"""Which messages may be edited by the token of their interaction, and for how long."""

from __future__ import annotations

from mjbot.clock import Clock
from mjbot.core.model.watch import MessageRef
from mjbot.ui.tokens import InteractionTokens

ONE, TWO, ELSEWHERE = MessageRef(1, 10), MessageRef(1, 11), MessageRef(2, 20)


class Desk:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.tokens = InteractionTokens(Clock(lambda: self.now))

    def lend(self, ref: MessageRef, age: float = 0.0) -> None:
        self.tokens.register(ref, 7, f"token-{ref.message_id}", self.now - age)

    def route(self, ref: MessageRef) -> str | None:
        lent = self.tokens.get(ref)
        assert (lent is not None) == (self.tokens.until(ref) > self.now)
        assert "token-" not in repr(lent), "nothing that is logged may tell it"
        return lent.token if lent else None


def test_a_token_serves_its_own_message_for_fourteen_minutes() -> None:
    desk = Desk()
    desk.lend(ONE, age=60)
    assert desk.route(ONE) == "token-10"
    assert desk.route(TWO) is None
    desk.now += 13 * 60 - 1
    assert desk.route(ONE) == "token-10"
    desk.now += 1
    assert desk.route(ONE) is None


def test_a_token_that_is_too_old_already_is_not_used() -> None:
    desk = Desk()
    desk.lend(ONE, age=14 * 60)
    assert desk.route(ONE) is None


def test_a_token_that_was_refused_is_not_used_again() -> None:
    desk = Desk()
    desk.lend(ONE)
    desk.tokens.revoke(ONE)
    desk.tokens.revoke(ONE)
    assert desk.route(ONE) is None


def test_a_limit_that_the_tokens_of_a_channel_share_ends_all_of_them_for_ten_minutes() -> None:
    desk = Desk()
    for ref in (ONE, TWO, ELSEWHERE):
        desk.lend(ref)
    desk.tokens.on_rate_limit("token-10", shared=True)
    assert [desk.route(ref) for ref in (ONE, TWO, ELSEWHERE)] == [None, None, "token-20"]
    desk.lend(TWO)
    assert desk.route(TWO) is None
    desk.now += 600
    desk.lend(TWO)
    assert desk.route(TWO) == "token-11"


def test_a_429_of_one_token_ends_that_one_alone() -> None:
    desk = Desk()
    for ref in (ONE, TWO):
        desk.lend(ref)
    desk.tokens.on_rate_limit("token-10", shared=False)
    desk.tokens.on_rate_limit("somebody else's", shared=True)
    assert [desk.route(ref) for ref in (ONE, TWO)] == [None, "token-11"]


def test_dead_tokens_are_forgotten() -> None:
    desk = Desk()
    for number in range(1000):
        desk.lend(MessageRef(1, number))
        desk.now += 10
    assert desk.tokens.held == 84
