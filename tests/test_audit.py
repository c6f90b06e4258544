"""The tests marked `audit` see every process of a run: tried on small suites of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUITE = """
import logging

import pytest

from tests.audit import RUN


@pytest.mark.audit
def test_that_all_have_passed(request):
    run = request.config.stash[RUN]
    tests = {{"test_plain", "test_special"}}
    assert {{each.partition("::")[2] for each in run.chosen}} == tests
    assert {{each.partition("::")[2] for each in run.passed}} >= tests


@pytest.mark.parametrize("n", range(8))
def test_plain(n, tmp_path):
    logging.getLogger("mjbot").info("test %s", n)
    (tmp_path / "log.txt").write_text("nothing")


@pytest.mark.parametrize("n", range(8))
def test_special(n, tmp_path):
    {body}


from tests.test_secrets import test_nothing_that_the_suite_wrote_holds_a_secret as test_search
"""
SERIAL, PARALLEL = (), ("-n", "2")
both = pytest.mark.parametrize("arguments", [SERIAL, PARALLEL], ids=["serial", "parallel"])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder outside the base temporary directory, which is itself searched for secrets."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def outcome(folder: Path, body: str, *arguments: str) -> tuple[int, str]:
    """Run a suite with this body in one of its tests; the exit code and what pytest printed."""
    (folder / "conftest.py").write_text("from tests.conftest import *\n", encoding="utf-8")
    (folder / "test_small.py").write_text(SUITE.format(body=body), encoding="utf-8")
    command = [
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        ".",
        "-p",
        "no:cacheprovider",
        "-p",
        "xdist.plugin",
    ]
    result = subprocess.run(
        [sys.executable, *command, "--basetemp", "base", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


@both
def test_an_audit_runs_once_and_sees_the_tests_of_all_workers(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    code, output = outcome(folder, "pass", *arguments)
    assert code == 0, output
    assert "18 passed" in output
    assert "deselected" not in output


@both
def test_a_secret_that_one_worker_wrote_is_found(folder: Path, arguments: tuple[str, ...]) -> None:
    code, output = outcome(folder, '(tmp_path / "log.txt").write_text("canary-" * (n == 7))', *arguments)
    assert code == 1, output
    assert "1 failed, 17 passed" in output
    assert "log.txt: canary-" in output


def test_a_test_that_failed_in_a_worker_has_not_passed(folder: Path) -> None:
    code, output = outcome(folder, "assert False", *PARALLEL)
    assert code == 1, output
    assert "9 failed, 9 passed" in output
    assert "FAILED test_small.py::test_that_all_have_passed" in output


def test_a_worker_that_left_no_log_fails_the_search(folder: Path) -> None:
    removed = "[each.unlink() for each in tmp_path.parent.glob('suite.log')]"
    code, output = outcome(folder, removed, *PARALLEL)
    assert code == 1, output
    assert "1 failed, 17 passed" in output
    assert "suite.log" in output


def test_an_audit_that_was_not_chosen_does_not_run(folder: Path) -> None:
    code, output = outcome(folder, "pass", *PARALLEL, "-k", "plain")
    assert code == 0, output
    assert "8 passed" in output
