"""Output to the terminal: log lines, and the output of the commands.

No other module prints. Control characters are never printed, because an untrusted name could contain escape
sequences that the terminal would interpret.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from typing import Literal

import click

from mjbot.core.i18n.text import printable


class TextFormatter(logging.Formatter):
    """Formats a record as text without control characters."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the time, level, logger and message, and the traceback if there is one."""
        return printable(super().format(record))


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the time, level, logger and message, and the task ID and traceback if there are any."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if task := getattr(record, "task", None):
            line["task"] = task
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return printable(json.dumps(line, ensure_ascii=False))


class RedactingFormatter(logging.Formatter):
    """Wraps a formatter and removes the configured secrets from its output. Libraries may log secrets."""

    def __init__(self, inner: logging.Formatter, redact: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._inner = inner
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Format the record, then remove the secrets."""
        return self._redact(self._inner.format(record).encode(errors="replace")).decode()


def set_up_logs(
    level: str, log_format: Literal["text", "json"], redact: Callable[[bytes], bytes] = bytes
) -> None:
    """Send log lines to standard error. Only discord.py's warnings are logged: other lines contain IDs."""
    handler = logging.StreamHandler()
    text = TextFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(RedactingFormatter(JsonFormatter() if log_format == "json" else text, redact))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("discord").setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # A traceback for each malformed request would let anyone fill the log.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    # A traceback for each connection of the gateway that fails; mjbot.ui.gateway reports them.
    logging.getLogger("discord.shard").setLevel(logging.CRITICAL)
    # It warns at every start that voice packages are missing; this bot does not use voice.
    logging.getLogger("discord.client").setLevel(logging.ERROR)


def say(text: str, *, error: bool = False, end: str = "\n") -> None:
    """Print a text. Control characters are removed; characters that the terminal cannot show are replaced."""
    stream = sys.stderr if error else sys.stdout
    encoding = stream.encoding or "utf-8"
    shown = printable(text).encode(encoding, "replace").decode(encoding)
    click.echo(shown + end, file=stream, nl=False)
