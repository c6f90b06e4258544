"""What "More…" shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.buttons import CardButton
from mjbot.core.card.components import action_digest
from mjbot.core.card.menu import EMPTY_PAGE, build_page
from mjbot.core.card.rows import MAX_ON_CARD, PER_ROW, ROWS, OwnButtons, build_rows
from mjbot.core.model.press import NotOffered, Press
from mjbot.core.model.task import Button, Task, TaskId

TASK = TaskId("1730618215930064")
ACTION = st.just("action")
LINK = st.just("link")


def make_task(kinds: list[str]) -> Task:
    buttons = [
        Button(f"MJ::JOB::new_{n}::1", f"B{n}")
        if kind == "action"
        else Button("", f"B{n}", style=5, url=f"https://example.org/{n}")
        for n, kind in enumerate(kinds)
    ]
    return Task(TASK, status="SUCCESS", buttons=tuple(buttons))


@given(
    st.lists(st.sampled_from(["action", "action", "link"]), max_size=120),
    st.sampled_from(["", "E", "S", "ES"]),
)
def test_card_and_pages_show_every_button_once_and_every_page_fits(kinds: list[str], ours: str) -> None:
    task = make_task(kinds)
    own = OwnButtons(*(tuple(CardButton(each, each) for each in ours if each == kind) for kind in "ES"))
    rows = build_rows(task, {}, "en", own=own)
    assert len(rows) <= ROWS
    assert all(1 <= len(row) <= PER_ROW for row in rows)
    found = [each.label for row in rows for each in row if each.label != "More…"]
    assert len(found) >= min(len(kinds), MAX_ON_CARD)  # ours push out none of them
    number = 1
    while (page := build_page(task, {}, "en", number, own=own)) != EMPTY_PAGE:
        assert len(page.rows) + (page.menu is not None) <= ROWS
        assert all(len(row) <= PER_ROW for row in page.rows)
        assert page.menu is None or 1 <= len(page.menu.options) <= 25
        found += [each.label for each in page.menu.options] if page.menu else []
        found += [each.label for row in page.rows for each in row if each.link or each.label in ours]
        number += 1
    assert sorted(found) == sorted([*(f"B{n}" for n in range(len(kinds))), *ours])


def test_an_option_describes_the_state_of_its_action() -> None:
    task = make_task(["action"] * (MAX_ON_CARD + 4))
    made, in_flight, refused = (
        action_digest(f"MJ::JOB::new_{n}::1") for n in range(MAX_ON_CARD, MAX_ON_CARD + 3)
    )
    presses = {made: Press.ACCEPTED, in_flight: Press.SENDING, refused: Press.REFUSED}
    unknown = NotOffered(frozenset({(TASK, refused)}), frozenset({f"MJ::JOB::new_{MAX_ON_CARD + 3}"}))
    menu = build_page(task, presses, "en", 1, unknown).menu
    assert menu is not None
    assert [each.description for each in menu.options] == ["Already used", *["Not available now"] * 3]


def test_pages_lead_forward_and_back() -> None:
    task = make_task(["action"] * 100)
    turns = [[each.label for row in build_page(task, {}, "en", n).rows for each in row] for n in range(1, 6)]
    assert turns == [["More…"], ["Back", "More…"], ["Back", "More…"], ["Back"], []]


def test_an_action_not_offered_is_disabled_on_every_card() -> None:
    rows = build_rows(make_task(["action"] * 2), {}, "en", NotOffered(kinds=frozenset({"MJ::JOB::new_1"})))
    assert [each.disabled for row in rows for each in row] == [False, True]
