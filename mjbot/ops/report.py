"""Formats the health and metrics of a running bot for `mjbot health`."""

from __future__ import annotations

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from mjbot.errors import StartupError

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_LABELS = ("outcome", "route", "result", "status")


async def health_lines(address: str) -> tuple[bool, list[str]]:
    """Return whether the bot that listens at ``host:port`` is healthy, and its health as lines.

    Raises `StartupError` if ``address`` is empty.
    """
    if not address:
        raise StartupError("Set MJBOT_HTTP_LISTEN (such as 127.0.0.1:8080) and restart the bot first.")
    host, _, port = address.rpartition(":")
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '[::]') else host}:{port}"
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            async with session.get(f"{url}/readyz") as response:
                ready = await response.json()
            async with session.get(f"{url}/metrics") as response:
                metrics = await response.text()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return False, [f"NO  bot       no answer at {address}: the bot is not running, or listens elsewhere"]
    components = {name: component for name, component in ready.items() if isinstance(component, dict)}
    return bool(ready["ok"]), [
        *(_component_line(name, component) for name, component in components.items()),
        *_metric_lines(metrics),
    ]


def _component_line(name: str, component: dict[str, object]) -> str:
    ages = {"gateway": "last heartbeat took {} s", "upstream": "last answered a poll {} s ago"}
    age = ages.get(name, "worked {} s ago").format(component["age"])
    text = age if component["age"] is not None else "not seen yet"
    return f"{'ok' if component['ok'] else 'NO':<4}{name:<10}{text}"


def _metric_lines(metrics: str) -> list[str]:
    """Return one line per counter or gauge, with the values of its labels side by side."""
    lines = []
    for family in text_string_to_metric_families(metrics):
        samples = [s for s in family.samples if not s.name.endswith(("_created", "_bucket", "_sum"))]
        if samples:
            values = ", ".join(f"{_label_prefix(s.labels)}{s.value:g}" for s in samples)
            lines.append(f"    {family.name.removeprefix('mjbot_').replace('_', ' '):<20}{values}")
    return lines


def _label_prefix(labels: dict[str, str]) -> str:
    return "".join(f"{labels[name]} " for name in _LABELS if name in labels)
