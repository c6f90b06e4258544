"""What the listener tells, in words for a person."""

from __future__ import annotations

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from mjbot.errors import StartupError

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_LABELS = ("outcome", "route", "result", "status")


async def status_lines(address: str) -> tuple[bool, list[str]]:
    """Whether all is well with the bot that listens at ``host:port``, and lines that say how it is.

    Raises `StartupError` when no address is set.
    """
    if not address:
        raise StartupError(
            "Set MJBOT_HTTP_LISTEN (such as 127.0.0.1:8080) and restart the bot, so that it can be asked."
        )
    host, _, port = address.rpartition(":")
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '[::]', '*') else host}:{port}"
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            async with session.get(f"{url}/readyz") as answer:
                ready = await answer.json()
            async with session.get(f"{url}/metrics") as answer:
                text = await answer.text()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return False, [f"NO  bot       nothing answers at {address}: it does not run, or listens elsewhere"]
    parts = {name: part for name, part in ready.items() if isinstance(part, dict)}
    return bool(ready["ok"]), [*(_part(name, part) for name, part in parts.items()), *_figures(text)]


def _part(name: str, part: dict[str, object]) -> str:
    words = {"gateway": "last heartbeat took {} s", "upstream": "last answered a poll {} s ago"}
    told = words.get(name, "worked {} s ago").format(part["age"])
    return f"{'ok' if part['ok'] else 'NO':<4}{name:<10}{told if part['age'] is not None else 'not seen yet'}"


def _figures(text: str) -> list[str]:
    """One line a counter or gauge, its labels beside each other."""
    lines = []
    for family in text_string_to_metric_families(text):
        samples = [s for s in family.samples if not s.name.endswith(("_created", "_bucket", "_sum"))]
        if samples:
            told = ", ".join(f"{_label(s.labels)}{s.value:g}" for s in samples)
            lines.append(f"    {family.name.removeprefix('mjbot_').replace('_', ' '):<20}{told}")
    return lines


def _label(labels: dict[str, str]) -> str:
    return "".join(f"{labels[name]} " for name in _LABELS if name in labels)
