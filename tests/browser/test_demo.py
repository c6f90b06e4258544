"""The demo as a visitor meets it: the real command, a real browser, a mouse and a keyboard."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect, sync_playwright

from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.world import World
from tests.browser.chromium import FLAGS, executable

ROOT = Path(__file__).parent.parent.parent
SECONDS = 1000
PICTURE = "img.embed-image[src]"
# README shows this picture: copy it to docs/demo.png when the page has changed.
SHOT = ROOT / "build" / "demo.png"


@pytest.fixture
def service() -> str:
    """The kind of image service that the demo speaks with; "" for the plain one."""
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


def pixels(image: Locator) -> Image.Image:
    """The picture behind an <img>, as the page received it."""
    data = image.evaluate(
        """image => {
            const canvas = document.createElement("canvas");
            canvas.width = image.naturalWidth;
            canvas.height = image.naturalHeight;
            canvas.getContext("2d").drawImage(image, 0, 0);
            return canvas.toDataURL("image/png").split(",")[1];
        }"""
    )
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def settled(message: Locator) -> None:
    """Wait until a card is done and its picture is drawn."""
    expect(message.get_by_text("Done", exact=True)).to_be_visible(timeout=60 * SECONDS)
    expect(message.get_by_role("button").first).to_be_visible(timeout=10 * SECONDS)


def ask(page: Page, search: str, task_id: str) -> None:
    """Type /status, pick a task from what is offered, and send."""
    page.locator("#channel-composer-input").click()
    page.keyboard.type("/status")
    page.keyboard.press("Enter")
    option = page.locator("input.command-option-input")
    option.press_sequentially(search, delay=20)
    page.locator("[role=option]").first.click(timeout=10 * SECONDS)
    expect(option).to_have_value(task_id)
    page.locator("#send-message").click()


def test_a_visitor_watches_a_picture_appear_and_presses_u1(page: Page) -> None:
    ask(page, DemoIds.RUNNING[-6:], DemoIds.RUNNING)
    messages = page.locator(".channel-message")
    card = messages.filter(has_text=DemoIds.RUNNING).first
    expect(card).to_be_visible(timeout=10 * SECONDS)

    percents: set[str] = set()
    previews: dict[str, bytes] = {}
    done = card.get_by_text("Done", exact=True)
    for _ in range(400):
        if done.count():
            break
        percents |= set(re.findall(r"\d+%", card.inner_text()))
        picture = card.locator(PICTURE)
        if picture.count() and (source := picture.first.get_attribute("src")) not in previews:
            previews[source or ""] = pixels(picture.first).tobytes()
        page.wait_for_timeout(250)
    assert len(percents) >= 3
    assert len(set(previews.values())) >= 2

    settled(card)
    world = World.demo(0.0)
    expected = Image.open(io.BytesIO(world.final_picture(DemoIds.RUNNING))).convert("RGB")
    expect(card.locator(PICTURE).first).to_be_visible()
    deadline = 40
    while not same(pixels(card.locator(PICTURE).first), expected) and deadline:
        deadline -= 1
        page.wait_for_timeout(250)
    assert same(pixels(card.locator(PICTURE).first), expected)

    card.get_by_role("button", name="U1", exact=True).click()
    child = messages.filter(has_text="Upscale ·").first
    expect(child).to_be_visible(timeout=30 * SECONDS)
    settled(child)
    expect(child.locator(PICTURE).first).to_be_visible()
    page.wait_for_timeout(1500)
    SHOT.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOT)


@pytest.mark.parametrize("service", ["original", "plus", "true", "gateway"])
def test_the_demo_shows_a_result_of_each_kind_of_service(page: Page, service: str) -> None:
    ask(page, DemoIds.GRID[-6:], DemoIds.GRID)
    card = page.locator(".channel-message").filter(has_text=DemoIds.GRID).first
    expect(card.get_by_text("Done", exact=True)).to_be_visible(timeout=20 * SECONDS)
    expect(card.locator(PICTURE).first).to_be_visible(timeout=20 * SECONDS)
    expect(card.get_by_role("button", name="U1", exact=True)).to_have_count(0 if service == "original" else 1)


def same(one: Image.Image, other: Image.Image) -> bool:
    """True when two pictures are equal, pixel by pixel."""
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None
