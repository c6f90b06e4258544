"""Log lines for people (text) or machines (json)."""

from __future__ import annotations

import json
import logging
from typing import Literal


class JsonFormatter(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger and message; the task's id and the traceback if there is one."""
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
        return json.dumps(line, ensure_ascii=False)


def set_up(level: str, form: Literal["text", "json"]) -> None:
    """Send log lines to standard error. discord.py speaks only of warnings: its chatter holds ids."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if form == "json" else text)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("discord").setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # A traceback for each request that is none would let anybody fill the log.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    # At every start it warns that voice packages are missing; this bot has no voice.
    logging.getLogger("discord.client").setLevel(logging.ERROR)
