"""The removal of configured secrets from HTTP responses and logs. Error messages may contain secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_SHORTEST = 8  # characters of a part that is a secret of its own; shorter ones occur in ordinary text
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
_MARK = b"***"


def redactor(secrets: Iterable[str]) -> Callable[[bytes], bytes]:
    """Build a function that replaces these secrets, and their parts between separators, in a text."""
    parts = {part for secret in secrets for part in (secret, *_SEPARATORS.split(secret))}
    # The longest first: a part must not break the whole into pieces.
    longest_first = sorted((each for each in parts if len(each) >= _SHORTEST), key=len, reverse=True)
    if not longest_first:
        return bytes
    pattern = re.compile(b"|".join(re.escape(each.encode()) for each in longest_first))
    return lambda body: pattern.sub(_MARK, body)
