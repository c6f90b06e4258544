"""What a command adds to a prompt, which pictures are loaded, marks and ids, and where making is open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.card.components import CustomId, Verb
from mjbot.core.i18n.texts import Text
from mjbot.core.making.assembly import SHAPES, DrawingModel, MakeOptions, ReferenceUse, assemble_prompt
from mjbot.core.making.check import check_prompt
from mjbot.core.making.findings import Verdict
from mjbot.core.making.reference_pictures import MAX_BYTES, refuse_attachment
from mjbot.core.making.spending import (
    MakeScope,
    SpendingPolicy,
    making_in_words,
    refuse_making,
    scope_of_making,
)
from mjbot.core.model.makes import MAKE_BYTES, is_make, make_id
from mjbot.core.model.submits import mark_of, parse_mark
from mjbot.core.model.task import parse_task_id

NIJI = DrawingModel.NIJI
STYLE, OBJECT = ReferenceUse.STYLE, ReferenceUse.OBJECT
A, B = "https://cdn.example.com/a.png?ex=1&", "https://cdn.example.com/b.png"


@pytest.mark.parametrize(
    ("text", "options", "prompt"),
    [
        (" a  cat ", MakeOptions(), " a  cat "),
        ("a cat ", MakeOptions(shape="16:9"), "a cat --ar 16:9"),
        ("a cat --ar 1:1", MakeOptions(shape="16:9"), "a cat --ar 1:1"),
        ("a cat —aspect 1:1 ", MakeOptions(shape="16:9"), "a cat —aspect 1:1 "),
        ("a cat --ar16x9", MakeOptions(shape="16:9"), "a cat --ar16x9"),
        ("a cat --no hats", MakeOptions(shape="2:3"), "a cat --no hats --ar 2:3"),
        ("a cat", MakeOptions(model=NIJI), "a cat --niji 7"),
        ("a cat --niji 5", MakeOptions(model=NIJI), "a cat --niji 5"),
        ("a cat --v 7", MakeOptions(model=NIJI), "a cat --v 7"),
        ("a cat", MakeOptions(references=(A, B)), f"{A} {B} a cat"),
        ("a cat", MakeOptions("3:2", NIJI, (A,), STYLE), f"a cat --ar 3:2 --niji 7 --sref {A}"),
        ("a cat", MakeOptions(references=(A, B), use=STYLE), f"a cat --sref {A} {B}"),
        ("a cat --sref 12 --raw", MakeOptions(references=(A,), use=STYLE), f"a cat --sref {A} 12 --raw"),
        ("a cat —sref 12 --raw", MakeOptions(references=(A,), use=STYLE), f"a cat --sref {A} 12 --raw"),
        ("猫 ——sref 12 —raw", MakeOptions(references=(A, B), use=STYLE), f"猫 --sref {A} {B} 12 --raw"),
        (f"a cat －－oref {B}", MakeOptions(references=(A,), use=OBJECT), f"a cat --oref {A} {B}"),
        ("a cat –sref 12", MakeOptions("1:1", references=(A,), use=STYLE), f"a cat --sref {A} 12 --ar 1:1"),
        ("a cat", MakeOptions(references=(A,), use=OBJECT), f"a cat --oref {A}"),
        ("", MakeOptions("16:9", NIJI, (A,)), ""),
    ],
)
def test_options_are_added_to_a_prompt_unless_they_are_written_in_it(
    text: str, options: MakeOptions, prompt: str
) -> None:
    assert assemble_prompt(text, options) == prompt


@given(
    st.sampled_from(["a cat", "a cat --ar 1:1", "a cat --sref 12", "a cat --no hats", "a cat —v 7"]),
    st.builds(
        MakeOptions,
        st.sampled_from(["", *SHAPES]),
        st.sampled_from(DrawingModel),
        st.sampled_from([(), (A,), (A, B)]),
        st.sampled_from([ReferenceUse.IMAGE_PROMPT, STYLE]),
    ),
)
def test_options_make_no_finding_of_their_own(text: str, options: MakeOptions) -> None:
    assert check_prompt(assemble_prompt(text, options)).verdict <= Verdict.MENDED


def test_two_objects_are_too_many() -> None:
    prompt = assemble_prompt("a cat", MakeOptions(references=(A, B), use=OBJECT))
    assert check_prompt(prompt).findings[0].fix == f"--oref {A}"


@pytest.mark.parametrize(
    ("filename", "content_type", "size", "refusal"),
    [
        ("a.png", "image/png", 1, None),
        ("a.JPG", "image/jpeg", MAX_BYTES, None),
        ("a.webp", "IMAGE/WebP; charset=utf-8", 5, None),
        ("a.gif", "image/gif", 5, None),
        ("a.JPEG", None, 5, None),
        ("a.jfif", "", 5, None),
        ("a.png", "image/png", MAX_BYTES + 1, Text.PICTURE_TOO_LARGE),
        ("a.heic", "image/heic", 5, Text.PICTURE_TYPE),
        ("a.svg", "image/svg+xml", 5, Text.PICTURE_TYPE),
        ("a.png", "text/html", 5, Text.PICTURE_TYPE),
        ("a.mp4", "video/mp4", MAX_BYTES + 1, Text.PICTURE_TYPE),
        ("png", None, 5, Text.PICTURE_TYPE),
        ("a.png", "image/png", 0, Text.PICTURE_TYPE),
    ],
)
def test_an_attachment_is_judged_before_it_is_loaded(
    filename: str, content_type: str | None, size: int, refusal: Text | None
) -> None:
    assert refuse_attachment(filename, content_type, size) is refusal


@given(st.binary(min_size=MAKE_BYTES, max_size=MAKE_BYTES))
def test_the_id_of_a_make_fits_a_custom_id(entropy: bytes) -> None:
    task_id = make_id(entropy)
    assert is_make(task_id)
    assert parse_task_id(f"{task_id}0")  # is it one that a custom_id can hold?
    assert len(str(CustomId(Verb.OPEN_MODAL, task_id, "x" * 24))) <= 100
    mark = mark_of(b"\0" + entropy)
    assert parse_mark(mark) == mark
    for other in (mark.upper(), f"{mark} ", f"{mark}\n", mark[:-1], f"x{mark}", f"{mark}0"):
        assert not parse_mark(other)
        assert not is_make(other)


@pytest.mark.parametrize("state", ["", "mj1:", "mj1:" + "０" * 32, "mjbot:" + "0" * 32])
def test_the_state_of_others_is_no_mark(state: str) -> None:
    assert not parse_mark(state)


CLOSED = SpendingPolicy()
NAMED = SpendingPolicy(frozenset({1, 2}), anywhere=True)
ANYWHERE = SpendingPolicy(anywhere=True)
DIRECT = SpendingPolicy(in_direct_messages=True)


@pytest.mark.parametrize(
    ("policy", "bot_public", "guild_id", "refusal"),
    [
        (NAMED, True, 1, None),
        (NAMED, False, 3, Text.MAKE_NOT_IN_GUILD),
        (NAMED, True, 3, Text.MAKE_NOT_IN_GUILD),
        (CLOSED, False, 3, None),
        (CLOSED, True, 3, Text.MAKE_NOT_WHILE_PUBLIC),
        (CLOSED, None, 3, Text.MAKE_NOT_WHILE_PUBLIC),
        (ANYWHERE, True, 3, None),
        (DIRECT, True, 3, Text.MAKE_NOT_WHILE_PUBLIC),
        (CLOSED, False, None, Text.MAKE_NOT_IN_DIRECT),
        (NAMED, False, None, Text.MAKE_NOT_IN_DIRECT),
        (ANYWHERE, False, None, Text.MAKE_NOT_IN_DIRECT),
        (DIRECT, True, None, None),
    ],
)
def test_making_is_open_only_where_the_operator_opened_it(
    policy: SpendingPolicy, bot_public: bool | None, guild_id: int | None, refusal: Text | None
) -> None:
    assert refuse_making(policy, guild_id, bot_public=bot_public) is refusal


def test_the_scope_of_making_names_why_it_is_open() -> None:
    assert scope_of_making(NAMED, bot_public=True) is MakeScope.NAMED
    assert scope_of_making(CLOSED, bot_public=False) is MakeScope.INVITED
    assert scope_of_making(ANYWHERE, bot_public=False) is MakeScope.ANYWHERE
    assert scope_of_making(CLOSED, bot_public=None) is MakeScope.NOWHERE


@pytest.mark.parametrize(
    ("policy", "bot_public", "safe", "words"),
    [
        (NAMED, True, True, "open in the servers of MJBOT_ALLOWED_GUILDS"),
        (CLOSED, False, True, "only you can invite it"),
        (CLOSED, True, True, "closed in servers, because anyone can invite the bot"),
        (ANYWHERE, False, True, "MJBOT_MAKE_ANYWHERE"),
        (ANYWHERE, True, False, "strangers can spend your credit"),
        (ANYWHERE, None, False, "strangers can spend your credit"),
        (DIRECT, False, True, "open in direct messages"),
        (DIRECT, True, False, "open in direct messages. Anyone can add the bot"),
    ],
)
def test_the_operator_is_told_where_making_is_open_and_warned_of_strangers(
    policy: SpendingPolicy, bot_public: bool | None, safe: bool, words: str
) -> None:
    told = making_in_words(policy, bot_public=bot_public)
    assert told[0] is safe
    assert words in told[1]
