"""How long the long tests are: short in `make test`, whole in `make soak`."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=5, help="how often test_kills ends the process")
    parser.addoption("--fuzz", type=int, default=2_000, help="how many mutations test_fuzz tries")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills"))


@pytest.fixture
def mutations(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fuzz"))
