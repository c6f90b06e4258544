"""Checks of the file ``.env`` in the current folder that pydantic-settings does not make."""

from __future__ import annotations

from pathlib import Path

from dotenv.parser import Binding, parse_stream

FILE = ".env"


def env_names() -> set[str]:
    """Return all names that have a value in the file. Raises OSError, UnicodeDecodeError."""
    return {each.key for each in _bindings() if each.key and each.value}


def unreadable_lines() -> list[str]:
    """Return a sentence for each line that is not a setting. Raises OSError, UnicodeDecodeError.

    pydantic-settings skips such a line, so the setting in it would seem to be missing. The sentence does not
    quote the line, which may contain a secret.
    """
    rule = "it must be NAME=value, and each quote must be closed"
    broken = [each for each in _bindings() if each.error]
    return [f"Line {_first_line(each)} of {FILE} cannot be read: {rule}." for each in broken]


def _bindings() -> list[Binding]:
    if not Path(FILE).is_file():
        return []
    with Path(FILE).open(encoding="utf-8") as file:
        return list(parse_stream(file))


def _first_line(binding: Binding) -> int:
    text = binding.original.string
    empty = text[: len(text) - len(text.lstrip())]  # the empty lines before it
    return binding.original.line + empty.count("\n")
