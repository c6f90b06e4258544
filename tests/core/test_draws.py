"""*Draw 1* to *Draw 5*: which prompts a text result has, and when our buttons replace the service's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.buttons import kind_of
from mjbot.core.card.components import action_digest
from mjbot.core.card.draws import numbered_prompts, prompt_to_draw, with_draws
from mjbot.core.card.state import CardContext
from mjbot.core.model.press import OFFERS_ALL, NotOffered
from mjbot.core.model.task import Button, Task, TaskId
from mjbot.sandbox.buttons import describe_buttons, shorten_buttons
from tests.gallery.cases import SHORTEN

ID = TaskId("1763936412345678")
TEXT = "1️⃣ a kite\n\n2️⃣ a red kite --ar 3:2"


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        (TEXT, {1: "a kite", 2: "a red kite --ar 3:2"}),
        ("1\u20e3a kite\r\n  2\u20e3  a red kite", {1: "a kite", 2: "a red kite"}),  # without U+FE0F
        ("1️⃣ a kite\nby the sea\n2️⃣ \n3️⃣ x", {1: "a kite by the sea", 3: "x"}),
        ("1️⃣ [a kite](https://x.example/?q=1) by **[Ann](https://y.example)**", {1: "a kite by Ann"}),
        ("1️⃣ a kite, 2️⃣ of them", {1: "a kite, 2️⃣ of them"}),  # in the middle of a line
        ("1️⃣ a kite\n1️⃣ another", {1: "a kite"}),
        ("1️⃣ a kite\n## Footnotes\nnothing to draw", {1: "a kite"}),
        (SHORTEN, {1: "lighthouse keeper, amber light", 2: "lighthouse keeper"}),
        ("## Important tokens\n1️⃣ **a** b\n**Shortened Prompts:**\n1️⃣ ~~a~~ b", {1: "a b"}),
        ("🔟 a kite\n0️⃣ none", {}),
        ("a kite", {}),
        ("", {}),
    ],
)
def test_the_numbered_prompts_of_a_text_are_what_a_person_reads(text: str, prompts: dict[int, str]) -> None:
    assert numbered_prompts(text) == prompts


@given(st.text(alphabet="1234\ufe0f\u20e3 \n#*~[]()ashortenedprompts:/"))
def test_any_text_can_be_parsed_and_no_prompt_is_empty(text: str) -> None:
    assert all(prompt.strip() for prompt in numbered_prompts(text).values())


def buttons(payloads: list[dict[str, object]], *, disabled: bool = False) -> tuple[Button, ...]:
    return tuple(
        Button(str(each["customId"]), str(each["label"]), str(each["emoji"]), disabled=disabled)
        for each in payloads
    )


DESCRIBED, SHORTENED = buttons(describe_buttons()), buttons(shorten_buttons())
FIRST = DESCRIBED[0].custom_id
ONE_REFUSED = NotOffered(actions=frozenset({(ID, action_digest(FIRST))}))
KIND_REFUSED = NotOffered(kinds=frozenset({kind_of(SHORTENED[0].custom_id)}))
DRAWS = ["Draw 1", "Draw 2"]


@pytest.mark.parametrize(
    ("sent", "not_offered", "can_make", "labels"),
    [
        ((), OFFERS_ALL, True, DRAWS),  # novicezk's
        ((), OFFERS_ALL, False, []),
        (DESCRIBED, OFFERS_ALL, True, ["", "", "", "", "", "Imagine all"]),  # they work
        (DESCRIBED, ONE_REFUSED, True, [*DRAWS, "", "Imagine all"]),
        (DESCRIBED, ONE_REFUSED, False, ["", "", "", "", "", "Imagine all"]),
        (SHORTENED, KIND_REFUSED, True, DRAWS),
        (buttons(shorten_buttons(), disabled=True), OFFERS_ALL, True, DRAWS),
    ],
)
def test_ours_replace_numbers_that_are_missing_or_refused(
    sent: tuple[Button, ...], not_offered: NotOffered, can_make: bool, labels: list[str]
) -> None:
    task = Task(ID, "SUCCESS", "DESCRIBE", text=TEXT, buttons=sent)
    shown = with_draws(task, CardContext(not_offered=not_offered, can_make=can_make))
    assert [each.label for each in shown.buttons] == labels
    if DRAWS[0] in labels:
        drawn = [prompt_to_draw(task, each.custom_id) for each in shown.buttons]
        assert drawn[:2] == ["a kite", "a red kite --ar 3:2"]
        assert set(drawn[2:]) <= {""}
