"""The configured secrets are removed from what comes from outside."""

from __future__ import annotations

import pytest

from mjbot.redaction import redactor

KEY = "relay-4f9a8b7c6d5e-team"
TOKEN = "MTIzNDU2Nzg5MDEy.GhIjKl.abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'{{"failReason":"key {KEY} is over"}}', '{"failReason":"key *** is over"}'),
        ("token 4f9a8b7c6d5e refused", "token *** refused"),
        (f"Bearer {TOKEN}", "Bearer ***"),
        ("part abcdefghijklmnopqrstuvwxyz", "part ***"),
        ("relay and team are words", "relay and team are words"),
    ],
)
def test_a_secret_and_its_long_parts_are_cut(body: str, expected: str) -> None:
    assert redactor([KEY, TOKEN])(body.encode()).decode() == expected


def test_without_secrets_a_body_is_left_as_it_is() -> None:
    assert redactor(["", "short"])(b"short") == b"short"
