"""How long the long tests are: short in `make test`, whole in `make soak`."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator

import pytest

PASSED = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PASSED] = set()
    config.addinivalue_line("markers", "last: runs after all others, because it looks at what they left")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note what has passed, for the test that checks what the documents say has."""
    report = yield
    if report.when == "call" and report.passed:
        item.config.stash[PASSED].add(item.nodeid.split("[")[0])
    return report


@pytest.fixture(scope="session", autouse=True)
def everything_logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Write what this process logs, at every level, beside what the processes of the tests write."""
    handler = logging.FileHandler(tmp_path_factory.getbasetemp() / "suite.log", encoding="utf-8")
    logger = logging.getLogger("mjbot")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield
    logger.removeHandler(handler)
    handler.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=5, help="how often test_kills ends the process")
    parser.addoption("--fuzz", type=int, default=2_000, help="how many mutations test_fuzz tries")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills"))


@pytest.fixture
def mutations(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fuzz"))
