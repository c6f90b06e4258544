"""Interaction tokens: which messages may be edited by one, and for how long."""

from __future__ import annotations

from mjbot.clock import Clock
from mjbot.core.model.watch import MessageRef
from mjbot.ui.tokens import InteractionTokens

ONE, TWO, ELSEWHERE = MessageRef(1, 10), MessageRef(1, 11), MessageRef(2, 20)


class Fixture:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.tokens = InteractionTokens(Clock(lambda: self.now))

    def register(self, ref: MessageRef, age: float = 0.0) -> None:
        self.tokens.register(ref, 7, f"token-{ref.message_id}", self.now - age)

    def route(self, ref: MessageRef) -> str | None:
        token = self.tokens.get(ref)
        assert (token is not None) == (self.tokens.until(ref) > self.now)
        assert "token-" not in repr(token), "a log line must not reveal it"
        return token.token if token else None


def test_a_token_is_valid_for_its_own_message_for_fourteen_minutes() -> None:
    fixture = Fixture()
    fixture.register(ONE, age=60)
    assert fixture.route(ONE) == "token-10"
    assert fixture.route(TWO) is None
    fixture.now += 13 * 60 - 1
    assert fixture.route(ONE) == "token-10"
    fixture.now += 1
    assert fixture.route(ONE) is None


def test_a_token_that_is_already_too_old_is_not_used() -> None:
    fixture = Fixture()
    fixture.register(ONE, age=14 * 60)
    assert fixture.route(ONE) is None


def test_a_revoked_token_is_not_used_again() -> None:
    fixture = Fixture()
    fixture.register(ONE)
    fixture.tokens.revoke(ONE)
    fixture.tokens.revoke(ONE)
    assert fixture.route(ONE) is None


def test_a_shared_rate_limit_stops_all_tokens_of_a_channel_for_ten_minutes() -> None:
    fixture = Fixture()
    for ref in (ONE, TWO, ELSEWHERE):
        fixture.register(ref)
    fixture.tokens.on_rate_limit("token-10", shared=True)
    assert [fixture.route(ref) for ref in (ONE, TWO, ELSEWHERE)] == [None, None, "token-20"]
    fixture.register(TWO)
    assert fixture.route(TWO) is None
    fixture.now += 600
    fixture.register(TWO)
    assert fixture.route(TWO) == "token-11"


def test_a_429_of_one_token_stops_only_that_one() -> None:
    fixture = Fixture()
    for ref in (ONE, TWO):
        fixture.register(ref)
    fixture.tokens.on_rate_limit("token-10", shared=False)
    fixture.tokens.on_rate_limit("unknown", shared=True)
    assert [fixture.route(ref) for ref in (ONE, TWO)] == [None, "token-11"]


def test_expired_tokens_are_forgotten() -> None:
    fixture = Fixture()
    for number in range(1000):
        fixture.register(MessageRef(1, number))
        fixture.now += 10
    assert fixture.tokens.held == 84
