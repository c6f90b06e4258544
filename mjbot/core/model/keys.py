"""API keys and tokens, as people paste them into the settings."""

from __future__ import annotations

import re

_SCHEME = re.compile(
    r"(Authorization|mj-api-secret) *:( *(Bearer|Bot)(?= ))?|(Bearer|Bot)(?= )", re.IGNORECASE
)
"""The prefix of a key, such as ``Authorization: Bearer``, which may have been copied with it."""
_QUOTES = "\"'`“”‘’"


def header_value(secret: str) -> str:
    """Return a secret without the spaces and line breaks around it. Raises ValueError with the reason.

    Quotes are refused, not removed: ``docker --env-file`` keeps them, in the other settings too.
    """
    secret = secret.strip()
    if len(secret) > 1 and secret[0] in _QUOTES and secret[-1] in _QUOTES:
        raise ValueError("must be without quotes around it")
    if not secret.isascii() or not secret.isprintable() or not secret:
        raise ValueError("holds characters that no key has; copy it again")
    return secret


def scheme_of(secret: str) -> str:
    """Return the scheme that was copied in front of a key, or ""."""
    found = _SCHEME.match(secret)
    return found[0] if found else ""
