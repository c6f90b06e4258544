"""No pattern over outside text takes more than linear time. Growth is measured, not seconds."""

from __future__ import annotations

import ast
import importlib
import itertools
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import cogs
import mjbot
from mjbot.core.card.modals import initial_prompt
from mjbot.core.i18n.text import clean, clean_lines, cut, escape, without_secrets
from mjbot.core.model.addresses import address_of, looks_public, well_formed
from mjbot.core.model.references import parse_reference
from mjbot.core.model.task import Task, TaskId, parse_task_id

SMALL, FACTOR = 400, 16
LINEAR = 5 * FACTOR  # quadratic would be 256
PIECES = [
    *("a", " ", "\n", "\t\n", "0", "a.", "-", "#", ".", ":", "/", "\\", "a@b ", "<", "|"),
    *(
        "::video::",
        "::manual",
        "1\ufe0f\u20e3 a",
        "1\ufe0f\u20e3",
        "--zoom ",
        "https://",
        "https://a/task/a?",
    ),
    *("/task/", "sk-", "Bearer ", "In a:", "\nIn ", "components", ".url", "\U0001f1e9", "\u200d", "e\u0301"),
    *("**a", "~~", "[a](https://b", "## "),
    *("mj1:press:", "9531985d-", "100%", "embeds.0.", "0x", "::PicReader::1"),
]
AROUND = [("", ""), ("1\ufe0f\u20e3 a", "b"), ("", " !")]
TEXTS = [(f"{start}{{}}{end}", piece) for piece in PIECES for start, end in AROUND]


def patterns() -> Iterator[re.Pattern[str]]:
    """Every compiled pattern of the product; the simulated image service reads no outside text."""
    found: dict[str, re.Pattern[str]] = {}
    packages = ((mjbot.__path__, "mjbot."), (cogs.__path__, "cogs."))
    for module in itertools.chain.from_iterable(itertools.starmap(pkgutil.walk_packages, packages)):
        if module.name.startswith("mjbot.sandbox") or module.name == "mjbot.__main__":
            continue
        for value in vars(importlib.import_module(module.name)).values():
            for each in _flat(value):
                if isinstance(each, re.Pattern) and isinstance(each.pattern, str):
                    found[each.pattern] = each
    yield from found.values()


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, tuple | list | set | frozenset):
        for each in value:
            yield from _flat(each)
    elif isinstance(value, Mapping):
        for item in value.items():
            yield from _flat(item)
    else:
        yield value


def test_every_pattern_is_a_constant_of_its_module_so_that_it_is_measured() -> None:
    elsewhere = []
    for path in sorted([*Path("mjbot").rglob("*.py"), *Path("cogs").rglob("*.py")]):
        if path.parts[:2] == ("mjbot", "sandbox"):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            id(node)
            for each in tree.body
            if isinstance(each, ast.Assign | ast.AnnAssign)
            for node in ast.walk(each)
        }
        elsewhere += [
            (path.name, node.func.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr != "escape"
            and not (node.func.attr == "compile" and id(node) in constants)
        ]
    assert elsewhere == [("redaction.py", "compile")]  # of the secrets: literal alternatives


def growth(function: Callable[[str], object], text: str, piece: str) -> float:
    """How much longer a text of 16 times the size takes, and 0 below a millisecond.

    The time is that of the thread, and too large a growth is measured up to three times: other programs may
    have used the core and its caches.
    """

    def seconds(size: int, tries: int) -> float:
        whole = text.format(piece * (size // len(piece)))
        best = 1e9
        for _ in range(tries):
            begun = time.thread_time()
            function(whole)
            best = min(best, time.thread_time() - begun)
        return best

    if seconds(SMALL * FACTOR, 1) < 0.001:
        return 0.0
    for _ in range(3):
        found = seconds(SMALL * FACTOR, 3) / max(seconds(SMALL, 3), 1e-6)
        if found < LINEAR:
            break
    return found


@pytest.mark.parametrize("pattern", list(patterns()), ids=lambda each: each.pattern[:40])
def test_every_pattern_is_linear(pattern: re.Pattern[str]) -> None:
    for text, piece in TEXTS:
        for method in (pattern.search, pattern.fullmatch, pattern.findall):
            assert growth(method, text, piece) < LINEAR, (method, text, piece)


def prompt_of_a_modal(text: str) -> object:
    task = Task(TaskId("1763936412345678"), status="SUCCESS", prompt=text, text=text)
    return initial_prompt(task, "MJ::Job::PicReader::1"), initial_prompt(task, "MJ::CustomZoom::1")


FUNCTIONS = [
    clean,
    clean_lines,
    escape,
    without_secrets,
    address_of,
    well_formed,
    looks_public,
    parse_task_id,
    parse_reference,
]


@pytest.mark.parametrize("function", [*FUNCTIONS, prompt_of_a_modal])
def test_every_function_over_outside_text_is_linear(function: Callable[[str], object]) -> None:
    for text, piece in TEXTS:
        assert growth(function, text, piece) < LINEAR, (text, piece)


def test_cutting_a_text_is_linear() -> None:
    for text, piece in TEXTS:
        assert growth(lambda whole: cut(whole, 100), text, piece) < LINEAR, (text, piece)
