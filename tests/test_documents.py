"""What the documents say of the tests is so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import PASSED

ROOT = Path(__file__).parent.parent
RELIABILITY = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
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


@pytest.mark.last
def test_what_the_reliability_table_names_has_passed(request: pytest.FixtureRequest) -> None:
    """Of what was chosen to run: whoever runs one file is not held to the others."""
    before = (item for item in request.session.items if item.get_closest_marker("last") is None)
    chosen = {item.nodeid.split("[")[0] for item in before}
    named = {f"{file}::{test}" for file, test in NAMED} & chosen
    passed: set[str] = request.config.stash[PASSED]
    assert sorted(named - passed) == []


def test_every_row_of_the_reliability_table_names_a_test() -> None:
    rows = [
        line for line in RELIABILITY.splitlines() if line.startswith("| ") and not line.startswith("|---")
    ]
    heads = [row for row in rows if row.rstrip(" |").endswith("test")]
    bare = [row for row in rows if row not in heads and "::test_" not in row and "the same" not in row]
    assert bare == []
    assert len(NAMED) >= 25
