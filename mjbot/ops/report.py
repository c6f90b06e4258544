"""Formats the health and metrics of a running bot for `mjbot health`."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from mjbot.core.i18n.text import clean
from mjbot.errors import StartupError

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_LABELS = ("outcome", "route", "result", "status")


async def health_lines(address: str) -> tuple[bool, list[str]]:
    """Return whether the bot that listens at ``host:port`` is healthy, and the lines of a health report.

    Raises `StartupError` if ``address`` is empty.
    """
    if not address:
        raise StartupError("Set MJBOT_HTTP_LISTEN (such as 127.0.0.1:8080) and restart the bot first.")
    host, _, port = address.rpartition(":")
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '[::]') else host}:{port}"
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            async with session.get(f"{url}/readyz") as response:
                ready = _parsed(await response.read())
            async with session.get(f"{url}/metrics") as response:
                metrics = await response.text(errors="replace")
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return False, [f"NO  bot       no answer at {address}: the bot is not running, or listens elsewhere"]
    components = _components(ready)
    if not components:
        return False, [f"NO  bot       what answers at {address} is not mjbot: is MJBOT_HTTP_LISTEN right?"]
    return all(component["ok"] for component in components.values()), [
        *(_component_line(name, component) for name, component in components.items()),
        *_metric_lines(metrics),
    ]


def _parsed(body: bytes) -> Any:
    """Parse a body as JSON, or return None if it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _components(ready: Any) -> dict[str, dict[str, Any]]:
    """Return the components in the JSON of `/readyz`, or an empty dict for any other JSON."""
    fields = ready if isinstance(ready, dict) else {}
    found = {name: each for name, each in fields.items() if isinstance(each, dict)}
    known = all(isinstance(each.get("ok"), bool) and _is_age(each.get("age")) for each in found.values())
    return {clean(name): each for name, each in found.items()} if known else {}


def _is_age(age: object) -> bool:
    return age is None or (isinstance(age, int | float) and not isinstance(age, bool))


def _component_line(name: str, component: dict[str, Any]) -> str:
    ages = {"gateway": "last heartbeat took {} s", "upstream": "last answered a poll {} s ago"}
    age = ages.get(name, "worked {} s ago").format(component.get("age"))
    text = age if component.get("age") is not None else "not seen yet"
    return f"{'ok' if component['ok'] else 'NO':<4}{name:<10}{text}"


def _metric_lines(metrics: str) -> list[str]:
    """Return one line for each counter or gauge, with the values of all its labels."""
    try:
        families = list(text_string_to_metric_families(metrics))
    except ValueError:
        return ["    the metrics cannot be read"]
    lines = []
    for family in families:
        samples = [s for s in family.samples if not s.name.endswith(("_created", "_bucket", "_sum"))]
        if samples:
            values = ", ".join(f"{_label_prefix(s.labels)}{s.value:g}" for s in samples)
            lines.append(f"    {family.name.removeprefix('mjbot_').replace('_', ' '):<20}{values}")
    return lines


def _label_prefix(labels: dict[str, str]) -> str:
    return "".join(f"{labels[name]} " for name in _LABELS if name in labels)
