"""Runs the tests marked `audit` once, after all others, over the outcomes and files of the whole run.

A worker of pytest-xdist sees only its share of the tests and its own folder. Workers therefore leave these
tests out, and the controller runs them at the end: it receives every report, and its base temporary
directory contains the workers'. Without xdist they run last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@dataclass
class Run:
    """The whole run so far, whichever processes it is spread over. Tests are named without parameters."""

    chosen: set[str] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    workers: set[str] = field(default_factory=set)
    """The ids of the xdist workers; empty in a serial run."""

    def folders(self, base: Path) -> list[Path]:
        """The base temporary directories of the processes that ran tests."""
        return [base / f"popen-{worker}" for worker in sorted(self.workers)] or [base]


RUN = pytest.StashKey[Run]()


class Audit:
    """The pytest plugin."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._postponed: set[str] = set()

    @pytest.hookimpl(trylast=True)  # -k and -m choose first
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        audits = [item for item in items if item.get_closest_marker("audit")]
        others = [item for item in items if not item.get_closest_marker("audit")]
        output: dict[str, Any] | None = getattr(config, "workeroutput", None)
        if output is None:
            items[:] = others + audits
        else:
            items[:] = others
            output["audits"] = [item.nodeid for item in audits]
        self._run.chosen |= {name_of(item.nodeid) for item in others}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._run.passed.add(name_of(report.nodeid))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._run.chosen |= {name_of(each) for each in ids}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._run.workers.add(node.gateway.id)
        self._postponed |= set(getattr(node, "workeroutput", {}).get("audits", ()))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        result = yield
        if self._postponed:
            before = session.testscollected
            items = session.perform_collect(sorted(self._postponed))
            session.testscollected += before
            for item, following in zip(items, [*items[1:], None], strict=True):
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return result


def name_of(nodeid: str) -> str:
    """The file and function of a test, without its parameters."""
    return nodeid.split("[")[0]
