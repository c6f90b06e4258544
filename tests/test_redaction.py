"""The configured secrets are removed from what comes from outside."""

from __future__ import annotations

import logging
from typing import Literal

import pytest

from mjbot.redaction import redactor
from mjbot.terminal import set_up_logs

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


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_secret_that_a_library_logs_is_cut_from_the_log(
    capsys: pytest.CaptureFixture[str], log_format: Literal["text", "json"]
) -> None:
    handlers, level = logging.root.handlers[:], logging.root.level
    try:
        set_up_logs("INFO", log_format, redactor(["canary/of-a-proxy"]))
        try:
            raise ValueError("http://ann:canary/of-a-proxy@host \ud800")
        except ValueError:
            logging.getLogger("asyncio").exception("auth: %r", "canary/of-a-proxy")
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    written = capsys.readouterr().err
    assert "ValueError" in written
    assert "canary" not in written
