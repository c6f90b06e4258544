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
    components = {name: component for name, component in ready.items() if isinstance(component, dict)}
    return bool(ready["ok"]), [
        *(_part(name, component) for name, component in components.items()),
        *_figures(text),
    ]


def _part(name: str, component: dict[str, object]) -> str:
    words = {"gateway": "last heartbeat took {} s", "upstream": "last answered a poll {} s ago"}
    as_json = words.get(name, "worked {} s ago").format(component["age"])
    return f"{'ok' if component['ok'] else 'NO':<4}{name:<10}{as_json if component['age'] is not None else 'not seen yet'}"


def _figures(text: str) -> list[str]:
    """One line a counter or gauge, its labels beside each other."""
    lines = []
    for family in text_string_to_metric_families(text):
        samples = [s for s in family.samples if not s.name.endswith(("_created", "_bucket", "_sum"))]
        if samples:
            as_json = ", ".join(f"{_label(s.labels)}{s.value:g}" for s in samples)
            lines.append(f"    {family.name.removeprefix('mjbot_').replace('_', ' '):<20}{as_json}")
    return lines


def _label(labels: dict[str, str]) -> str:
    return "".join(f"{labels[name]} " for name in _LABELS if name in labels)
