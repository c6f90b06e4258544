"""The errors of Discord's API that the stub can answer with.

https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.system.discord_stub.form import error_body

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.system.discord_stub.form import JSON, Problem

MESSAGES = {
    0: "General error",
    10003: "Unknown Channel",
    10008: "Unknown Message",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    40005: "Request entity too large",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50006: "Cannot send an empty message",
    50013: "Missing Permissions",
    50027: "Invalid Webhook Token",
    50035: "Invalid Form Body",
    50083: "Thread is archived",
    20028: "The write action you are performing on the channel has hit the write rate limit.",
    30046: "Maximum number of edits to messages older than 1 hour reached. Try again later.",
}


class ApiError(Exception):
    """A reply that is an error: HTTP status, Discord's code and sentence."""

    def __init__(self, status: int, code: int, message: str = "", **more: Any) -> None:
        self.status = status
        sentence = message or MESSAGES.get(code, MESSAGES[0])
        self.body: JSON = {"message": sentence, "code": code, **more}
        super().__init__(f"{code} {sentence}")


def refuse(problems: Collection[Problem]) -> None:
    """Raise 400 / 50035 if there are problems."""
    if problems:
        body = error_body(problems)
        raise ApiError(400, 50035, body["message"], errors=body["errors"])
