"""The demo as a visitor meets it: the real command, a real browser, a mouse and a keyboard."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect, sync_playwright

from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.world import World

ROOT = Path(__file__).parent.parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
SECONDS = 1000


@pytest.fixture
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "mjbot", "demo", "--port", "0"]
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
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "the browser test needs Chromium:  sudo apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1500})
        page.goto(address)
        yield page
        browser.close()


def pixels(image: Locator) -> Image.Image:
    """The picture behind an <img>, as the page received it."""
    data = image.evaluate(
        """async image => {
            const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
            let text = "";
            for (const byte of bytes) text += String.fromCharCode(byte);
            return btoa(text);
        }"""
    )
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def test_a_visitor_watches_a_picture_appear_and_presses_u1(page: Page) -> None:
    page.locator("#channel-composer-input").click()
    page.keyboard.type("/status")
    page.keyboard.press("Enter")
    option = page.locator("input.command-option-input")
    expect(option).to_be_visible()
    option.press_sequentially("lake", delay=20)
    choice = page.get_by_role("option").first
    expect(choice).to_be_visible(timeout=10 * SECONDS)
    option.fill(DemoIds.RUNNING)
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")

    first = page.locator("article, [data-message-id]").filter(has_text=DemoIds.RUNNING).first
    expect(first).to_be_visible(timeout=10 * SECONDS)
    percents: set[str] = set()
    previews: set[str] = set()
    while not first.get_by_text("Done", exact=True).count():
        text = first.inner_text()
        percents |= set(re.findall(r"\d+%", text))
        picture = first.locator("img[src^='blob:'], img[src*='/api/assets/']")
        if picture.count():
            previews.add(picture.last.get_attribute("src") or "")
        page.wait_for_timeout(250)
    assert len(percents) >= 3
    assert len(previews) >= 2
