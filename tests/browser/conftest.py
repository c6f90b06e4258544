"""The real demo, and a page of it in a real browser.

The tests of a module share a demo and a browser, each in a page of its own.
"""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import FLAGS, executable

ROOT = Path(__file__).parent.parent.parent
expect.set_options(20_000)  # ms; Playwright's five seconds are too few on a loaded machine
VIEWPORT = {"width": 1280, "height": 1500}


class Demo:
    """The command ``mjbot demo``, running."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        found = (re.search(r"http://127\.0\.0\.1:\d+/", line) for line in lines)
        self.address = next(match[0] for match in found if match)

    def end(self) -> str:
        """End it as Ctrl+C does; what it has printed after the address."""
        self.process.send_signal(signal.SIGINT)
        printed, _ = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return printed


@contextmanager
def kept_port() -> Iterator[int]:
    """A port that nothing else gets: a demo can listen there, end, and be followed by another."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", 0))  # and does not listen
        yield bound.getsockname()[1]


@contextmanager
def running_demo(*arguments: str, port: int = 0) -> Iterator[Demo]:
    command = [sys.executable, "-m", "mjbot", "demo", "--port", str(port), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, encoding="utf-8") as process:
        try:
            demo = Demo(process)
            yield demo
            if process.poll() is None:
                demo.end()
        finally:
            process.kill()


@contextmanager
def running_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of a module: Playwright keeps an event loop running, so no asynchronous test can run."""
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest) -> Iterator[Demo]:
    """The demo of a module, started with its `ARGUMENTS`."""
    with kept_port() as port, running_demo(*getattr(request.module, "ARGUMENTS", ()), port=port) as demo:
        yield demo


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    page = browser.new_page(viewport=VIEWPORT)  # type: ignore[arg-type]
    page.goto(demo.address)
    yield page
    page.close()
