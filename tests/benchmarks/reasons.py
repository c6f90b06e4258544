"""Why a target is missed, with the arithmetic. The page prints the reason of each missed target."""

from __future__ import annotations

from collections.abc import Mapping

from tests.benchmarks.targets import Runs, targets

UNKNOWN = "the reason is not known yet."

REASONS: Mapping[str, str] = {
    "steady: staleness p95": (
        "about 44 edits and 6.3 polls a second were made, fewer than the 47 and 7 that are permitted, "
        "because a request that is late delays the next. With these a queued task is read every 18 s, so "
        "that its first change, one of eight, is found late. A calculation with the same tasks gives 25 "
        "s. It gives 21 s with 47 edits and 7 polls, and 15 s if reads cost nothing."
    ),
    "mjbot-1000: CPU": (
        "the bot sends 120 edits a second. discord.py's `Webhook.edit_message` takes 0.49 ms for each, "
        "5.9 % of a core, and all of discord.py, aiohttp and asyncio up to 9.4 %. The rest takes at least as "
        "much: parsing, cards, queues, the database, and what is done around an edit (py-spy, one run). "
        "It is not impossible, but no part is slow by itself."
    ),
    "attach-1000: CPU": (
        "as above, and each edit downloads a picture and uploads it, which takes 1.1 ms more: 13 % of a core."
    ),
    "in every run: all reads in any one second": (
        "the limit counts when requests start. During its start the bot is busy with 1,000 cards, so that"
        " some requests are probably late and reach the service together with later ones."
    ),
}
"""The reason of each missed target, by the beginning of its text."""


def missed_lines(runs: Runs) -> str:
    """One line for each missed target, with the reason."""
    missed = [each.wanted for each in targets(runs) if not each.met]
    return "\n".join(f"- {wanted}: {_reason_of(wanted)}" for wanted in missed) or "None is missed."


def _reason_of(wanted: str) -> str:
    return next((reason for start, reason in REASONS.items() if wanted.startswith(start)), UNKNOWN)
