"""The demo as a visitor uses it, with mouse and keyboard: it shows everything that the bot can do."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from mjbot.sandbox.demo import PICTURE_SIDE
from mjbot.sandbox.demo_tasks import DemoIds
from mjbot.sandbox.demo_texts import ENGLISH
from mjbot.sandbox.world import World
from tests.browser.conftest import Demo
from tests.browser.steps import play_keys, readme_steps
from tests.browser.visitor import PICTURE, SECONDS, Frame, Frames, ask, pixels, press, same, settled


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


def test_the_steps_of_the_readme_show_a_picture_that_grows_and_its_upscale(page: Page, pictures: int) -> None:
    messages = page.locator(".channel-message")
    expect(messages.last).to_contain_text("Welcome to mjbot", timeout=20 * SECONDS)
    (button,) = play_keys(page, readme_steps("en-US"))
    card = messages.filter(has_text=DemoIds.RUNNING)
    expect(card).to_be_visible(timeout=20 * SECONDS)
    for number in range(pictures):
        if number:
            before = messages.count()
            press(card, "🔄")
            card = messages.nth(before)
            expect(card).to_be_visible(timeout=30 * SECONDS)
        frames = Frames(card)
        settled(card)
        page.wait_for_timeout(500)  # frames after the last change
        no_frame_is_broken_empty_or_collapsed(frames.seen())
    u1 = card.get_by_role("button", name=button.word, exact=True)
    busy = u1.evaluate("button => { button.click(); return button.classList.contains('busy'); }")
    assert busy, "a click shows at once that it works"
    child = messages.filter(has_text=f"{button.word} of this picture")
    settled(child)
    expect(child.locator(PICTURE)).to_be_visible()
    child.get_by_role("link").filter(has_not=page.locator("img")).first.click()
    expect(card).to_have_class(re.compile("flash"))  # the link to the parent leads to it in the page


def no_frame_is_broken_empty_or_collapsed(seen: list[Frame]) -> None:
    assert len({each.source for each in seen}) >= 4
    assert len({found[0] for each in seen if (found := re.search(r"\d+%", each.text))}) >= 3
    assert [each for each in seen if each.broken or not each.pictures] == []
    assert [each for each in seen if each.height < seen[0].height - 40] == []  # a line of text may go
    ticks = [found[1] for each in seen if (found := re.search(r"Started (\d+) seconds ago", each.text))]
    assert len(set(ticks)) >= 10


def test_enter_while_the_page_loads_does_not_load_it_again(page: Page, demo: Demo) -> None:
    held: list[Route] = []
    page.route("**/start?*", lambda route: held.append(route))
    page.goto(demo.address)
    page.locator("#composer-input").click(force=True)
    page.keyboard.type("/status")
    page.keyboard.press("Enter")
    assert page.url == demo.address
    held[0].continue_()
    expect(page.locator(".channel-message").first).to_be_visible(timeout=20 * SECONDS)
    expect(page.locator("#composer-input")).to_be_focused()


def test_a_line_with_the_command_and_enter_twice_opens_a_card(page: Page) -> None:
    messages = page.locator(".channel-message")
    expect(messages.last).to_be_visible(timeout=20 * SECONDS)
    cards = messages.filter(has_text=DemoIds.MODAL)
    expect(cards).to_have_count(0)
    page.keyboard.type(f"/status {DemoIds.MODAL[-6:]}")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(cards).to_be_visible(timeout=20 * SECONDS)


def test_a_picture_is_the_one_that_the_service_made(page: Page) -> None:
    card = page.locator(".channel-message").filter(has_text=DemoIds.GRID).first
    expect(card.locator(PICTURE)).to_be_visible(timeout=20 * SECONDS)
    made = World.demo(0.0, side=PICTURE_SIDE).final_picture(DemoIds.GRID)
    assert same(pixels(card.locator(PICTURE)), Image.open(io.BytesIO(made)).convert("RGB"))


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
