"""The interpretation of Discord's error responses when a message is edited or sent.

Only this module interprets them. A response without a known JSON error code says nothing about the message,
so the bot goes on updating the message.
https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

from __future__ import annotations

import logging
import re

import discord

from mjbot.core.card.content import Part
from mjbot.core.editing.ladder import ContentProblem
from mjbot.core.editing.outcome import Existence, Gone, Later, NoAccess, Outcome, Refused
from mjbot.guard import UnexpectedErrors
from mjbot.ports import BotTokenRevoked
from mjbot.ui.http import LOST

log = logging.getLogger(__name__)

ACKNOWLEDGED = 40060  # the interaction has been responded to
_UNKNOWN_MESSAGE, _OTHER_AUTHOR = 10008, 50005
MESSAGE_GONE = (_UNKNOWN_MESSAGE, _OTHER_AUTHOR)
_CHANNEL_GONE = (10003, 10004)  # unknown channel, unknown guild
NO_ACCESS = (50001, 50013)  # a permission is missing, which may return
_NO_FILE = (40005, 50013)  # too large; may not attach files here
_EXPLICIT, _HARMFUL_LINK, _MALFORMED = 20009, 240000, 50035
_AUTOMOD = (200000, 200001)  # blocked by the server's AutoMod: the message, the title
_MAX_TEXT = 2_000
_ARCHIVED = (50083, 160005)  # the thread is archived or locked
_OLD_MESSAGE = 30046
# About the channel, the moment or the interaction: leaving out a part of the message would not help.
_NOT_CONTENT = (
    *(*_ARCHIVED, _OLD_MESSAGE),
    *(20016, 20028),  # slowmode; the channel's rate limit
    ACKNOWLEDGED,
    *(50008, 50024),  # not in this type of channel
    *(110001, 130000),  # not available yet; overloaded
)
_ARCHIVED_WAIT, _OLD_WAIT, _BUSY_WAIT = 600.0, 60.0, 5.0
# discord.py flattens the "errors" object of a 50035: "In embeds.0.image.url: Not a well formed URL."
_FIELD = re.compile(r"^In ([^\s:]+):", re.MULTILINE)
_PARTS = {
    "embeds": {"image": Part.PICTURE, "thumbnail": Part.PICTURE, "": Part.LINKS},
    "components": {"url": Part.LINKS, "emoji": Part.EMOJI, "": Part.BUTTONS},
    "attachments": {"": Part.FILE},
    "files": {"": Part.FILE},
}


def outcome_of(
    error: Exception, image: str, *, has_file: bool, first: bool, errors: UnexpectedErrors
) -> Outcome:
    """Return the outcome of an edit that raised ``error``. The error is logged if this is the ``first`` try.

    ``image`` is the URL of the embed's image. ``has_file``: whether a file was uploaded with the edit.
    Raises `BotTokenRevoked`.
    """
    if isinstance(error, discord.RateLimited):
        return Later(error.retry_after)
    if isinstance(error, discord.HTTPException):
        outcome = _outcome(error, image, has_file=has_file)
        if first and not isinstance(outcome, Gone):
            log.warning("Discord refused an edit: status %s, code %s", error.status, error.code)
        return outcome
    # The edit may have been applied. If so, applying it again changes nothing.
    if isinstance(error, LOST):
        log.log(logging.INFO if first else logging.DEBUG, "Discord gave no answer: %s", type(error).__name__)
    else:
        errors.log("an edit failed in an unexpected way", error)
    return Later()


def problem_of(error: discord.HTTPException, *, has_file: bool) -> tuple[ContentProblem, Part] | None:
    """Return why Discord rejected a message's content, and which parts. Returns None for other errors."""
    if error.status == 413 or (has_file and error.code in _NO_FILE):
        return (ContentProblem.TOO_LARGE, Part.FILE) if has_file else None
    if error.code == _EXPLICIT:
        return ContentProblem.EXPLICIT, Part.NONE
    if error.code == _HARMFUL_LINK:
        return ContentProblem.HARMFUL_LINK, Part.NONE
    if error.code in _AUTOMOD:
        return ContentProblem.BLOCKED_TEXT, Part.NONE
    if error.status != 400 or not error.code or error.code in _NOT_CONTENT:
        return None
    if error.code == _MALFORMED:
        return ContentProblem.MALFORMED, _named(error.text)
    return ContentProblem.OTHER, Part.NONE


def is_refusal(error: Exception) -> bool:
    """Return whether Discord rejected a request. After any other error, it may have accepted the request."""
    return isinstance(error, discord.HTTPException) and error.status < 500


def may_not_have_arrived(error: discord.HTTPException) -> bool:
    """Return whether a request should be sent again, because a proxy may have answered in Discord's place.

    Returns False for a 5xx, after which discord.py has already retried, and for a response that counts
    towards Discord's limit of invalid requests.
    """
    return not error.code and error.status < 500 and error.status not in (401, 403, 429)


def was_accepted_before(error: discord.HTTPException) -> bool:
    """Return whether Discord rejected a repeated response or deletion because it had accepted the first."""
    return error.code in (_UNKNOWN_MESSAGE, ACKNOWLEDGED)


def is_deleted(error: Exception) -> bool:
    """Return whether Discord rejected a request because its message was deleted."""
    return isinstance(error, discord.HTTPException) and error.code == _UNKNOWN_MESSAGE


def existence_after(error: discord.HTTPException) -> Existence:
    """Return whether a message exists, given the error that fetching the message raised."""
    if error.code in _CHANNEL_GONE:
        return Existence.CHANNEL_GONE
    if error.code in MESSAGE_GONE:
        return Existence.DELETED
    return Existence.NO_ACCESS if error.code in NO_ACCESS else Existence.ASSUMED


def is_route_refusal(error: discord.HTTPException, *, has_file: bool = False) -> bool:
    """Return whether Discord rejected the interaction token, and not the message or its content."""
    about_content = (*MESSAGE_GONE, _EXPLICIT, *(_NO_FILE if has_file else ()))
    return error.status in (401, 403, 404, 429) and error.code not in about_content


def _outcome(error: discord.HTTPException, image: str, *, has_file: bool) -> Outcome:
    status, code = error.status, error.code
    if status == 401 and error.text.startswith("401: Unauthorized"):  # Discord's own words, not a proxy's
        raise BotTokenRevoked from error
    if code in _CHANNEL_GONE:
        return Gone(channel=True)
    if code in MESSAGE_GONE:
        return Gone()
    if (problem := problem_of(error, has_file=has_file)) is not None:
        return Refused(*problem, image)
    if code in NO_ACCESS:
        return NoAccess()
    if code in _ARCHIVED:
        return Later(_ARCHIVED_WAIT)
    if status == 429:
        return Later(_OLD_WAIT if code == _OLD_MESSAGE else _BUSY_WAIT, whole_channel=True)
    return Later()


def _named(text: str) -> Part:
    found = Part.NONE
    for field in _FIELD.findall(text[:_MAX_TEXT]):
        names = field.split(".")
        for top in names:
            if inner := _PARTS.get(top):
                found |= next((inner[name] for name in names if name in inner), inner[""])
    return found
