"""Options, Hypothesis profiles, the log of the run, and the tests that run over what all others left."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from mjbot.core.i18n.messages import TRANSLATIONS
from mjbot.core.i18n.texts import Text
from tests.audit import RUN, Audit, Run

# Modules whose tests share one expensive fixture, and therefore one worker, which begins with them.
TOGETHER = (
    *(f"tests/browser/test_{name}.py" for name in ("chinese", "making", "presses", "tour")),
    "tests/system/test_upstream_faults.py",
)

# No deadline: how long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("quick", deadline=None)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile("quick")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "audit: runs once, after all others, over what they left")
    config.stash[RUN] = Run()
    config.pluginmanager.register(Audit(config.stash[RUN]))


# Folders whose tests mostly wait, for processes and for time, and those whose tests mostly compute.
WAITING, COMPUTING = ("tests/benchmarks/", "tests/browser/", "tests/system/"), ("tests/bot/",)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mix tests that wait with tests that compute, so that parallel workers keep all cores busy.

    The quick tests come last: they even out when the workers end.
    """
    if hasattr(config, "workerinput"):
        waiting = [item for item in items if item.nodeid.startswith(WAITING)]
        computing = [item for item in items if item.nodeid.startswith(COMPUTING)]
        quick = [item for item in items if not item.nodeid.startswith(WAITING + COMPUTING)]
        places = [
            (number / len(group), item) for group in (waiting, computing) for number, item in enumerate(group)
        ]
        items[:] = [item for _, item in sorted(places, key=lambda each: each[0])] + quick


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives the next test to the next free worker, and all tests of a module in `TOGETHER` to one."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid

    def _pending_of(self, workload: dict[str, dict[str, bool]]) -> int:
        """How many of a worker's tests are not done; xdist asks after every test.

        A worker runs its units in order, so only the last ones can be open. xdist counts thousands each time.
        """
        pending = 0
        for unit in reversed(workload.values()):
            if all(unit.values()):
                break
            pending += list(unit.values()).count(False)
        return pending


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def everything_logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Write this process's log, at every level, next to the logs of the processes that tests start."""
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
    parser.addoption("--pictures", type=int, default=1, help="how many pictures the demo's page watches")


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills"))


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--pictures"))


@pytest.fixture
def mutations(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fuzz"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the texts without a translation, which are shown in English."""
    for locale, translations in TRANSLATIONS.items():
        if missing := [text for text in Text if text not in translations]:
            terminalreporter.write_line(f"not translated into {locale}: {', '.join(missing)}")
