"""Clean and validate API keys and tokens that people paste into the settings."""

from __future__ import annotations

import re

_SCHEME = re.compile(
    r"(Authorization|mj-api-secret) *:( *(Bearer|Bot)(?= ))?|(Bearer|Bot)(?= )", re.IGNORECASE
)
"""A prefix that may have been copied together with a key, such as ``Authorization: Bearer``."""
_QUOTES = "\"'`“”‘’"


def header_value(secret: str) -> str:
    """Return a secret without surrounding white space. Raises ValueError with the reason if it is invalid.

    Quotes are not removed but refused: ``docker --env-file`` keeps quotes, so they are wrong in other
    settings, too.
    """
    secret = secret.strip()
    if len(secret) > 1 and secret[0] in _QUOTES and secret[-1] in _QUOTES:
        raise ValueError("must be without quotes around it")
    if not secret.isascii() or not secret.isprintable() or not secret:
        raise ValueError("holds characters that no key has; copy it again")
    return secret


def scheme_of(secret: str) -> str:
    """Return the authentication scheme that was copied in front of a key, or "" if there is none."""
    found = _SCHEME.match(secret)
    return found[0] if found else ""
