"""The demo shows everything that the bot can do; all tests use one demo, each in a page of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.demo_texts import ENGLISH
from tests.browser.conftest import VIEWPORT, Demo, running_browser, running_demo
from tests.browser.visitor import SECONDS, ask, press


@pytest.fixture(scope="module")
def tour() -> Iterator[tuple[Browser, Demo]]:
    with running_demo() as demo, running_browser() as browser:
        yield browser, demo


@pytest.fixture
def page(tour: tuple[Browser, Demo]) -> Iterator[Page]:
    browser, demo = tour
    page = browser.new_page(viewport=VIEWPORT)  # type: ignore[arg-type]
    page.goto(demo.address)
    yield page
    page.close()


def become(page: Page, name: str) -> None:
    with page.expect_navigation():  # it loads the page again
        page.locator("#viewer").select_option(label=name)
    expect(page.locator("#viewer option:checked")).to_have_text(name)
    expect(page.locator(".channel-message").first).to_be_visible(timeout=20 * SECONDS)


def test_the_channel_has_finished_cards_and_the_guide_last(page: Page) -> None:
    messages = page.locator(".channel-message")
    expect(messages.last).to_contain_text("Welcome to mjbot", timeout=20 * SECONDS)
    for task_id in (DemoIds.FAILED, DemoIds.VIDEO, DemoIds.GRID):
        expect(messages.filter(has_text=task_id)).not_to_have_count(0)


def test_every_word_that_the_guide_lists_finds_its_task_first(page: Page) -> None:
    words = {
        "dunes": DemoIds.QUEUED,
        "906217": DemoIds.RUNNING_CHINESE,
        "crane": DemoIds.FAILED,
        "waves": DemoIds.VIDEO,
        "town": DemoIds.MANY,
        "harbour": DemoIds.REFUSED,
    }
    page.locator("#composer-input").click()
    page.keyboard.type("/status ")
    field = page.locator("input.command-option-input")
    for word, task_id in words.items():
        assert f"`{word}`" in ENGLISH.welcome
        field.fill(word)
        option = page.locator("[role=option]").first
        expect(option).to_have_attribute("data-value", task_id, timeout=10 * SECONDS)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("press", "V1 of this picture"),
        ("form", "Custom Zoom of this picture"),
        ("command", DemoIds.DESCRIBE),
        ("line", "mjbot reads no messages"),
    ],
)
def test_what_a_visitor_makes_is_brought_into_view_from_far_above(page: Page, made: str, words: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 700})
    messages = page.locator(".channel-message")
    expect(messages.last).to_be_in_viewport(timeout=20 * SECONDS)
    if made == "form":
        press(ask(page, DemoIds.SINGLE), "Custom Zoom")
        expect(page.locator("textarea[name=prompt]")).to_be_visible(timeout=10 * SECONDS)
    expect(messages.filter(has_text=words)).to_have_count(0)
    page.locator("#timeline").evaluate("timeline => timeline.scrollTop = 0")
    if made == "press":
        press(messages.filter(has_text=DemoIds.GRID).first, "V1")
    elif made == "form":
        page.get_by_role("button", name="Submit", exact=True).click()
    else:
        page.locator("#composer-input").click()
        page.keyboard.type("hello" if made == "line" else f"/status {words}")
        page.keyboard.press("Enter")
    if made == "command":
        field = page.locator("input.command-option-input")
        expect(field).to_have_value(re.compile("Describe"), timeout=10 * SECONDS)
        page.keyboard.press("Enter")
    expect(messages.filter(has_text=words)).to_be_in_viewport(timeout=20 * SECONDS)


def test_buttons_past_25_are_in_a_private_menu(page: Page) -> None:
    card = ask(page, DemoIds.MANY)
    press(card, "More…")
    menu = page.locator(".channel-message.private").last
    menu.locator("select").select_option(label="Upscale (4x)")
    expect(page.locator(".channel-message").last).to_contain_text("Upscale", timeout=30 * SECONDS)


def test_a_refused_button_says_so_and_is_greyed_out(page: Page) -> None:
    card = ask(page, DemoIds.REFUSED)
    press(card, "Remaster")
    expect(page.locator(".channel-message.private").last).to_be_visible(timeout=20 * SECONDS)
    expect(card.get_by_role("button", name="Remaster")).to_be_disabled(timeout=20 * SECONDS)
    expect(card.get_by_role("button", name="U1")).to_be_enabled()


def test_a_manager_limits_the_buttons_and_a_second_person_is_refused(page: Page) -> None:
    page.locator("#composer-input").click()
    page.keyboard.type("/settings presses ")
    page.locator("[role=option][data-value=requester]").click()
    page.locator("#send").click()
    expect(page.locator(".channel-message.private").last).to_be_visible(timeout=20 * SECONDS)
    ask(page, DemoIds.SINGLE)
    become(page, ENGLISH.friend)
    expect(page.locator(".channel-message.private")).to_have_count(0)
    card = page.locator(".channel-message").filter(has_text=DemoIds.SINGLE).last
    press(card, "Zoom Out 2x")
    expect(page.locator(".channel-message.private").last).to_contain_text("can use", timeout=20 * SECONDS)
    page.keyboard.type("/settings")
    expect(page.locator("[role=option]")).to_have_count(0)
