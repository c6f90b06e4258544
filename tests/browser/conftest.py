"""The real demo, and a page of it in a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import FLAGS, executable

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def service() -> str:
    """The dialect of the demo's image service; "" for the plain one."""
    return ""


@pytest.fixture
def address(service: str) -> Iterator[str]:
    command = [sys.executable, "-m", "mjbot", "demo", "--port", "0"]
    command += ["--service", service] if service else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\S+", line):
                yield found[0]
                break
        process.terminate()
        assert process.wait(20) == 0


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1500})
        page.goto(address)
        yield page
        browser.close()
