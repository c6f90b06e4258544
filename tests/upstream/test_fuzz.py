"""Fuzzes recorded responses: each becomes a card that Discord accepts, or one of our own errors."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mjbot.core.card.card import render
from mjbot.core.card.components import guess_task_id, is_foreign, parse, parse_target
from mjbot.core.card.content import ImageState, content_of
from mjbot.core.card.menu import build_page
from mjbot.core.card.state import CardContext
from mjbot.core.i18n.text import units
from mjbot.core.model.snapshot import Seen, TaskSnapshot, advance
from mjbot.core.model.task import Task, parse_task_id
from mjbot.errors import MJBotError
from mjbot.errors.submits import SubmitError
from mjbot.upstream.api import read_fetch, read_list
from mjbot.upstream.responses import Response
from mjbot.upstream.submits import read_submit

SAMPLES = [
    json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "samples").glob("*.json"))
]
NASTY: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1e308,
    10**40,
    "",
    "\u202e\u2066\u0000\ud800",
    "@everyone <@1> <#2> [x](https://discord.gg/x) ||`*_~>#-",
    "https://discord.gg/" + "x" * 3_000,
    "\u200b" * 5_000,
    "👩‍👩‍👧‍👦" * 2_000,
    "-" * 100_000,
    "../../etc/passwd",
    "javascript:alert(1)",
    "file:///etc/passwd",
    [],
    {},
    [[[[]]]],
    {"customId": "x" * 9_000, "label": "\n" * 300, "emoji": "<:x:1>"},
    [{"customId": f"MJ::JOB::new::{n}", "label": "y" * 200} for n in range(130)],
)


def mutate(value: Any, rng: random.Random) -> Any:
    """The value with one part reatd, added, or removed."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        copy = dict(value)
        if rng.random() < 0.15:
            del copy[key]
        else:
            copy[key] = mutate(value[key], rng)
        return copy
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], mutate(value[at], rng), *value[at + rng.randrange(2) :]]
    if isinstance(value, str) and value and rng.random() < 0.5:
        at = rng.randrange(len(value))
        return value[:at] + rng.choice(string.printable) * rng.choice((1, 1, 40)) + value[at + 1 :]
    return rng.choice(NASTY)


def body_of(sample: dict[str, Any], rng: random.Random) -> bytes:
    body = sample["body"]
    for _ in range(rng.randrange(1, 5)):
        body = mutate(body, rng)
    data = (body if isinstance(body, str) else json.dumps(body)).encode("utf-8", "surrogatepass")
    return data[: rng.randrange(len(data) + 1)] if rng.random() < 0.1 else data


def test_a_mutated_response_is_a_valid_card_or_our_own_error(mutations: int) -> None:
    rng = random.Random(20_261_124)
    readers: tuple[Callable[[Response], Any], ...] = (read_fetch, read_list, read_submit)
    rendered = 0
    for _ in range(mutations):
        sample = rng.choice(SAMPLES)
        response = Response(int(sample.get("status") or 200), body_of(sample, rng))
        for read in readers:
            try:
                result = read(response)
            except (MJBotError, SubmitError):
                continue
            for task in result if isinstance(result, list) else [result]:
                if isinstance(task, Task):
                    rendered += 1
                    check(task, rng)
    assert rendered > mutations // 10


def check(task: Task, rng: random.Random) -> None:
    """The card, and every page of its menu, are within Discord's limits."""
    snapshot = advance(TaskSnapshot(task.id, opened_at=1.0), Seen(task), 2.0)
    locale = rng.choice(("en-US", "zh-CN", "zh-TW", "fr"))
    card = render(snapshot, CardContext(locale))
    content = content_of(card, rng.choice(list(ImageState)))
    assert 0 < units(card.title) <= 256
    assert units(content.description) <= 4096
    assert units(card.footer) <= 2048
    assert units(card.title) + units(content.description) + units(card.footer) <= 6000
    assert len(card.rows) <= 5
    targets = [each.custom_id or each.url for row in card.rows for each in row]
    assert len(set(targets)) == len(targets)
    for each in (button for row in card.rows for button in row):
        assert len(each.url) <= 512 if each.link else len(each.custom_id) <= 100
        assert each.link or parse(each.custom_id) is not None
        assert each.label or each.emoji
        assert units(each.label) <= 80
    for number in range(1, 7):
        page = build_page(task, {}, locale, number)
        options = page.menu.options if page.menu else ()
        assert len(options) <= 25
        assert len({each.value for each in options}) == len(options)
        assert all(1 <= units(each.label) <= 100 for each in options)


def test_any_custom_id_can_be_parsed_without_an_exception(mutations: int) -> None:
    rng = random.Random(7)
    shapes = ("mj1:press:1730618215930064:0123456789abn2x1ff", "mj1:form:1730618215930064:modal", "mj9:x:y:z")
    for _ in range(mutations):
        text = str(mutate(rng.choice(shapes), rng))
        found = parse(text)
        if found is not None:
            assert parse(str(found)) == found
            assert parse_target(found.arg).repeats >= 0
        is_foreign(text)
        guess_task_id(text)
        parse_task_id(text)
