"""The documents name tests that exist, run and pass, and quote what the bot really says."""

from __future__ import annotations

import ast
import asyncio
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from mjbot.__main__ import main
from mjbot.core.i18n.texts import Text
from mjbot.ops import Metrics
from mjbot.ops.connections import LimitedConnections
from mjbot.runner import EX_CONFIG, EX_FAILED, EX_OK, EX_SOFTWARE, EX_UNAVAILABLE
from mjbot.settings import Settings
from mjbot.ui import gateway
from tests.audit import RUN, Run
from tests.benchmarks.reasons import UNKNOWN

ROOT = Path(__file__).parent.parent
RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
BENCHMARKS = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
TROUBLE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
FEATURES = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", RELIABILITY)))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[name for _, name in NAMED])
def test_a_row_of_the_reliability_table_names_a_test_that_runs(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == test
    ]
    assert len(found) == 1
    marks = " ".join(ast.unparse(each) for each in found[0].decorator_list)
    assert "skip" not in marks
    assert "xfail" not in marks


@pytest.mark.audit
def test_what_the_reliability_table_names_has_passed(request: pytest.FixtureRequest) -> None:
    run = request.config.stash[RUN]
    assert run.passed, "no test has passed: there is nothing to compare the table with"
    assert unproved(run) == []


def unproved(run: Run) -> list[str]:
    """Tests of the table that were chosen to run and have not passed."""
    named = {f"{file}::{test}" for file, test in NAMED}
    return sorted((named & run.chosen) - run.passed)


def test_a_named_test_that_did_not_pass_is_noticed() -> None:
    named = [f"{file}::{test}" for file, test in NAMED]
    assert unproved(Run(chosen=set(named), passed=set(named))) == []
    assert unproved(Run(chosen=set(named), passed=set(named[1:]))) == named[:1]
    assert unproved(Run(chosen=set(named[1:]), passed=set(named[1:]))) == []


def test_every_row_of_the_reliability_table_names_a_test() -> None:
    rows = [
        line for line in RELIABILITY.splitlines() if line.startswith("| ") and not line.startswith("|---")
    ]
    heads = [row for row in rows if row.rstrip(" |").endswith("test")]
    bare = [row for row in rows if row not in heads and "::test_" not in row and "the same" not in row]
    assert bare == []
    assert len(NAMED) >= 25


def test_the_tables_quote_texts_as_users_read_them() -> None:
    rows = [line for page in (TROUBLE, RELIABILITY) for line in page.splitlines() if line.startswith("| ")]
    quotes = [
        part.strip() for row in rows for quote in re.findall(r'"(.+?)"', row) for part in quote.split("…")
    ]
    assert len(quotes) >= 6
    english = "\n".join(text.english for text in Text)
    assert [quote for quote in quotes if quote not in english] == []


OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
BUDGETS = (ROOT / "docs" / "budgets.md").read_text(encoding="utf-8")
PAGES = {
    "README": README,
    "README.zh-CN": CHINESE,
    "SECURITY": SECURITY,
    "operations": OPERATIONS,
    "reliability": RELIABILITY,
    "troubleshooting": TROUBLE,
    "features": FEATURES,
    "commands": (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"),
    "budgets": BUDGETS,
}


def test_the_table_of_exit_codes_has_every_code_of_the_program() -> None:
    described = [int(code) for code in re.findall(r"(?m)^\| (\d+) \|", OPERATIONS)]
    assert described == [EX_OK, EX_FAILED, EX_UNAVAILABLE, EX_SOFTWARE, EX_CONFIG]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_only_settings_metrics_commands_and_targets_that_exist(page: str) -> None:
    text = PAGES[page]
    settings = {name.lower() for name in re.findall(r"MJBOT_([A-Z0-9_]+)", text)}
    assert settings <= set(Settings.model_fields)
    exported = set(re.findall(r"(?m)^# TYPE (\w+)", Metrics().text().decode()))
    registered = set(re.findall(r'"(mjbot_\w+)"', (ROOT / "mjbot" / "app.py").read_text(encoding="utf-8")))
    assert set(re.findall(r"`(mjbot_\w+)`", text)) <= exported | registered
    assert set(re.findall(r"`mjbot ([a-z]+)", text)) <= set(main.commands)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)(?:`|^)make ([a-z]+)", text)) <= set(re.findall(r"(?m)^([a-z]+):", makefile))
    named = re.findall(r"`((?:deploy|docs|requirements|mjbot)/[\w./-]*)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_page_for_operators_states_the_limits_of_the_code() -> None:
    limits = LimitedConnections(asyncio.Protocol)
    sentence = f"keeps at most {limits._most} connections, each for at most {limits._seconds:.0f} seconds"
    assert sentence in OPERATIONS
    assert f"fewer than {gateway._FEW_SESSIONS} of" in OPERATIONS
    assert f"the default of {Settings.model_fields['keep_days'].default} days" in OPERATIONS
    unit = (ROOT / "deploy" / "mjbot.service").read_text(encoding="utf-8")
    assert "RestartSec=30\n" in unit
    assert "RestartMaxDelaySec=1800\n" in unit
    assert "from 30 seconds to half an hour" in OPERATIONS


def test_a_row_of_the_budgets_names_a_module_that_exists() -> None:
    rows = [row for row in BUDGETS.splitlines() if row.startswith("| ") and not row.startswith("| what |")]
    named = [re.findall(r"`([\w/]+)`", row.rstrip("| ").rpartition("|")[2]) for row in rows]
    assert all(named)
    assert [name for row in named for name in row if not (ROOT / "mjbot" / f"{name}.py").exists()] == []


def headings(page: str) -> list[str]:
    return re.findall(r"(?m)^#+(?= )", re.sub(r"(?ms)^ *```.*?```$", "", page))


def code(page: str) -> list[str]:
    blocks = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```$", page)
    return [line.strip() for block in blocks for line in block.splitlines()]


def commands(page: str) -> list[str]:
    """Each line that a page says to run; the Chinese page starts the demo in Chinese."""
    return [line.replace(' ARGS="--language zh-CN"', "") for line in code(page)]


def links(page: str) -> list[str]:
    """All addresses, without those by which the two pages lead to each other."""
    found = re.findall(r"\]\(([^)]+)\)", page)
    assert re.search(r"/README(\.zh-CN)?\.md$", found[0])
    return sorted(found[1:])


@pytest.mark.parametrize("part", [headings, commands, links], ids=lambda part: part.__name__)
def test_the_chinese_readme_has_what_the_english_one_has(part: Callable[[str], list[str]]) -> None:
    assert part(CHINESE) == part(README)
    assert part(README)


@pytest.mark.parametrize("page", [README, CHINESE], ids=["en", "zh"])
def test_a_line_of_the_readme_can_be_pasted_into_a_shell(page: str) -> None:
    inline = re.findall(r"`((?:make|mjbot|python|sudo|install) [^`]+)`", page)
    for line in [*code(page), *inline]:
        assert shlex.split(line)
        assert not set("<>$…“”") & set(line), line


def test_the_benchmarks_say_why_each_missed_target_is_missed() -> None:
    (missed,) = (part for part in BENCHMARKS.split("\n## ") if part.startswith("Missed, and why"))
    assert missed.count("\n- ") == BENCHMARKS.count("- **missed**")
    assert UNKNOWN not in missed


@pytest.mark.parametrize("page", [README, CHINESE], ids=["en", "zh"])
def test_the_readme_quotes_the_benchmarks_and_every_missed_target(page: str) -> None:
    (claims,) = (part for part in page.split("\n## ") if "benchmarks.md" in part)
    measured = set(re.findall(r"\d[\d.,]*\d|\d", BENCHMARKS))
    targets, missed = len(re.findall(r"(?m)^- (?:met|\*\*)", BENCHMARKS)), BENCHMARKS.count("- **missed**")
    numbers = re.findall(r"\d[\d.,]*\d|\d", re.sub(r"\(http[^)]+\)|(?m:^## .*)", "", claims))
    said = {"95", "99", str(targets), str(missed)}  # percentiles, and the count of targets
    assert said <= set(numbers)
    assert set(numbers) - said - measured == set()
    named = {float(each.replace(",", "")) for each in numbers}
    results = re.findall(r"- \*\*missed\*\*.*: ([\d.]+)", BENCHMARKS)
    assert [each for each in results if float(each) not in named] == []
