"""Permutations in braces and repeats: the order, the limit, and braces without a counterpart."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjbot.core.i18n.texts import Text
from mjbot.core.making.findings import Verdict
from mjbot.core.making.series import expand_series


@pytest.mark.parametrize(
    ("prompt", "expanded"),
    [
        ("a cat", ["a cat"]),
        ("a {red, green} bird", ["a red bird", "a green bird"]),
        ("{a, b} {c, d}", ["a c", "a d", "b c", "b d"]),
        ("a cat --ar {1:1, 16:9}", ["a cat --ar 1:1", "a cat --ar 16:9"]),
        ("a cat --{v 7, niji 7}", ["a cat --v 7", "a cat --niji 7"]),
        ("{a {b, c}, d}", ["a b", "a c", "d"]),
        (
            "{sculpture, painting} of a {gull {on a pier, on a beach}, dog}",
            [
                *("sculpture of a gull on a pier", "sculpture of a gull on a beach", "sculpture of a dog"),
                *("painting of a gull on a pier", "painting of a gull on a beach", "painting of a dog"),
            ],
        ),
        (r"a {red, pastel\, yellow} bird", ["a red bird", "a pastel, yellow bird"]),
        (r"a \{red, green\} bird", [r"a \{red, green\} bird"]),
        (r"{a \{x\}, b}", [r"a \{x\}", "b"]),
        (r"one\, two", [r"one\, two"]),
        ("a {, big} dog", ["a  dog", "a big dog"]),
        ("a {red} bird", ["a red bird"]),
        ("{猫, 狗}，水彩", ["猫，水彩", "狗，水彩"]),
        ("a cat --repeat 3", ["a cat"] * 3),
        ("a cat --r 2 --ar 1:1", ["a cat --ar 1:1"] * 2),
        ("a cat —r 2", ["a cat"] * 2),
        ("{a --r 2, b}", ["a", "a", "b"]),
        ("x--repeat 3", ["x"] * 3),
        ("一只猫，--r 2 --ar 1:1", ["一只猫， --ar 1:1"] * 2),
        ("cat——r 2", ["cat"] * 2),
        ("{a--r 2, b}", ["a", "a", "b"]),
        ("a cat-r 2, a spark ---r", ["a cat-r 2, a spark ---r"]),
        ("x--repeat 2 --r 3", ["x--repeat 2 --r 3"]),
        ("a cat --repeat 99", ["a cat --repeat 99"]),
        ("a cat --repeat many", ["a cat --repeat many"]),
        ("a cat --r 2 --r 3", ["a cat --r 2 --r 3"]),
        ("  a\n cat ", ["  a\n cat "]),
    ],
)
def test_a_prompt_is_expanded_in_the_order_of_its_text(prompt: str, expanded: list[str]) -> None:
    series = expand_series(prompt, limit=8)
    assert list(series.prompts) == expanded
    assert not series.exceeds
    assert not series.findings


def test_an_option_repeats_each_prompt_unless_the_text_says_how_often() -> None:
    assert expand_series("{a, b}", times=2, limit=8).prompts == ("a", "a", "b", "b")
    assert expand_series("{a --r 1, b}", times=2, limit=8).prompts == ("a", "b", "b")


@pytest.mark.parametrize(
    ("prompt", "piece", "fix"),
    [
        ("a {red, green bird", "a {red, green bird", r"\{"),
        ("a red} bird", "a red} bird", r"\}"),
        ("{a, {b, c}", "{a, {b, c}", r"\{"),
        ("{a, b}} c", "{a, b}} c", r"\}"),
        (r"{a, b\}", r"{a, b\}", r"\{"),
    ],
)
def test_a_brace_without_a_counterpart_is_named_and_the_prompt_stays(
    prompt: str, piece: str, fix: str
) -> None:
    series = expand_series(prompt, times=2, limit=8)
    assert series.prompts == (prompt, prompt)
    (finding,) = series.findings
    assert (finding.text, finding.piece, finding.fix) == (Text.PROMPT_BRACE, piece, fix)
    assert finding.verdict is Verdict.WARNING


@pytest.mark.parametrize(
    "prompt",
    [
        *("{a, b}" * 1_000, "{a, b, c {" * 500 + "}}" * 500, "{" + "a," * 4_000 + "}", "a --r 40"),
        *("{,}" * 1_000, "{a {b {c, d}, e}, f} --repeat 40", "{" * 1_000 + "a, b" + "}" * 1_000 + "{,}" * 9),
    ],
    ids=lambda prompt: prompt[:10],
)
def test_no_more_than_the_limit_is_built(prompt: str) -> None:
    """Two to the power of a thousand would not end."""
    series = expand_series(prompt, times=10**12, limit=8)
    assert len(series.prompts) == 8
    assert series.exceeds
    assert series.prompts == expand_series(prompt, times=10**12, limit=9).prompts[:8]


WORD = st.text("ab猫 ", max_size=3)
TREES = st.recursive(
    st.lists(WORD, min_size=1, max_size=1),
    lambda inner: st.lists(st.lists(inner, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3),
    max_leaves=6,
)


def written(tree: list[object]) -> str:
    """A tree is a text in a list, or a list of groups; a group is a tuple of alternatives."""
    return "".join(
        f"{{{','.join(map(written, each))}}}" if isinstance(each, tuple) else str(each) for each in tree
    )


def naive(tree: list[object]) -> list[str]:
    parts = [
        [each.strip() for one in part for each in naive(one)] if isinstance(part, tuple) else [str(part)]
        for part in tree
    ]
    return ["".join(each) for each in product(*parts)]


@given(TREES, st.integers(1, 12), st.integers(1, 3))
def test_the_expansion_is_the_beginning_of_all_combinations(
    tree: list[object], limit: int, times: int
) -> None:
    expected = [each for each in naive(tree) for _ in range(times)]
    series = expand_series(written(tree), times=times, limit=limit)
    assert list(series.prompts) == expected[:limit]
    assert series.exceeds is (len(expected) > limit)


@given(st.text("{},\\ab -r2", max_size=40), st.integers(1, 9))
def test_any_text_makes_at_least_one_prompt_or_a_finding(prompt: str, limit: int) -> None:
    series = expand_series(prompt, limit=limit)
    assert 1 <= len(series.prompts) <= limit
    if not set("{}") & set(prompt) and "-" not in prompt:
        assert series.prompts == (prompt,)
