"""The prompt check: a table of prompts with their sources, and what holds for every prompt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mjbot.core.i18n.texts import Text
from mjbot.core.making.check import check_prompt
from mjbot.core.making.findings import Verdict
from mjbot.core.making.parameters import KNOWN, PARAMETERS, takes_value
from mjbot.core.making.parsing import mend_dashes

AS_IT_IS, MENDED, WARNING, REFUSED = Verdict.AS_IT_IS, Verdict.MENDED, Verdict.WARNING, Verdict.REFUSED
# Sources, each with the day on which it was read.
V7 = "docs.evolink.ai, V7 prompt guide, 2026-11-27"
V8 = "docs.evolink.ai, V8.1 prompt guide, 2026-11-27"
LIST = "Midjourney's list of parameters (2023-04), WangShuXian6/blog#147, 2026-11-28"
SPACES = "artificial-intelligence-wiki.com, Midjourney parameters, 2026-11-28"
SLIPS = "cnblogs.com/ting1/p/17417983, notes on values, 2026-11-28"
TTAPI = "docs.mjapiapp.com, FAQ of failed jobs ([Invalid parameter]), 2026-11-28"
LENGTH = "useapi.net, post-jobs-imagine, 2026-11-27"
EMPTY = "novicezk SubmitController: prompt不能为空, 2026-11-23"
OURS = "deduced, 2026-11-28"
PICTURE = "https://cdn.example.com/a.png"

# The prompt, the verdict, the text of the gravest finding, its fix, the source.
CASES = [
    ("a cat", AS_IT_IS, None, "", V7),
    ("画一只猫", AS_IT_IS, None, "", OURS),
    ("a cat --ar 16:9", AS_IT_IS, None, "", V7),
    ("a cat --aspect 2:3 --v 6.1", AS_IT_IS, None, "", LIST),
    ("a cat --s 0", AS_IT_IS, None, "", V7),
    ("a cat --stylize 1000", AS_IT_IS, None, "", V7),
    ("a cat --c 100 --w 3000", AS_IT_IS, None, "", V7),
    ("a cat --q 4", AS_IT_IS, None, "", V7),
    ("a cat --q .25", AS_IT_IS, None, "", LIST),
    ("a cat --seed 4294967295", AS_IT_IS, None, "", V7),
    ("a cat --exp 100", AS_IT_IS, None, "", V8),
    (f"{PICTURE} a cat --iw 0.5", AS_IT_IS, None, "", V7),
    (f"a cat --sref {PICTURE} --sw 300 --sv 6", AS_IT_IS, None, "", V7),
    ("a cat --sref 1234 5678::2 random", AS_IT_IS, None, "", V7),
    (f"a cat --oref {PICTURE} --ow 1000", AS_IT_IS, None, "", V7),
    ("tulips --no red, yellow flowers", AS_IT_IS, None, "", V7),
    ("a cat --tile --raw --draft", AS_IT_IS, None, "", V7),
    ("a cat --niji 6", AS_IT_IS, None, "", LIST),
    ("a cat --niji", AS_IT_IS, None, "", LIST),
    ("a cat --v 8.1 --hd", AS_IT_IS, None, "", V8),
    ("a cat --p abc123 m7", AS_IT_IS, None, "", OURS),
    ("a cat --p --ar 1:1", AS_IT_IS, None, "", OURS),
    ("a cat --style raw --stop 80", AS_IT_IS, None, "", LIST),
    ("a cat --video --motion high --bs 4 --end loop", AS_IT_IS, None, "", V7),
    ("hot:: dog::2", AS_IT_IS, None, "", LIST),
    ("a cat --fast", AS_IT_IS, None, "", V7),
    ("wait -- what, a well-known state-of-the-art cat", AS_IT_IS, None, "", OURS),
    ("the letter -s on a wall, -5 degrees", AS_IT_IS, None, "", OURS),
    ("a storm — the ship sinks", AS_IT_IS, None, "", OURS),
    (f"{PICTURE}?ex=1&is=2&hm=3& a cat", AS_IT_IS, None, "", OURS),
    ("1️⃣ a `lake` *here* <@1>", AS_IT_IS, None, "", OURS),
    ("a cat --foo 3", AS_IT_IS, Text.PROMPT_UNKNOWN, "", OURS),
    ("a cat --sref-mode x", AS_IT_IS, Text.PROMPT_UNKNOWN, "", OURS),
    ("a cat --v 7 --newthing", AS_IT_IS, Text.PROMPT_UNKNOWN, "", OURS),
    ("一只猫--ar 16:9", AS_IT_IS, Text.PROMPT_FORM, "… --ar 16:9", OURS),
    ("女孩，--niji 6 --ar 9:16", AS_IT_IS, Text.PROMPT_FORM, "… --niji 6", OURS),
    ("a -p cat, a -style", AS_IT_IS, None, "", OURS),
    ("hot::2 dog --v 7", AS_IT_IS, Text.PROMPT_WEIGHT, "", V7),
    ("a cat —ar 16:9", MENDED, Text.PROMPT_MENDED, "--ar 16:9", LIST),
    ("a cat –ar 16:9", MENDED, Text.PROMPT_MENDED, "--ar 16:9", LIST),
    ("一只猫 ——ar 16:9", MENDED, Text.PROMPT_MENDED, "--ar 16:9", OURS),
    ("a cat －－v 7", MENDED, Text.PROMPT_MENDED, "--v 7", OURS),
    ("a cat -ar 16:9", MENDED, Text.PROMPT_MENDED, "--ar 16:9", SLIPS),
    ("a cat -v 7", MENDED, Text.PROMPT_MENDED, "--v 7", SLIPS),
    ("a cat -s 250 -c 20", MENDED, Text.PROMPT_MENDED, "--s 250", SLIPS),
    ("a cat ---raw", MENDED, Text.PROMPT_MENDED, "--raw", OURS),
    ("a cat -tile", MENDED, Text.PROMPT_MENDED, "--tile", OURS),
    ("a cat —no plants", MENDED, Text.PROMPT_MENDED, "--no plants", SLIPS),
    ("a cat —niji", MENDED, Text.PROMPT_MENDED, "--niji", OURS),
    (f"a cat —sref {PICTURE}", MENDED, Text.PROMPT_MENDED, f"--sref {PICTURE}", OURS),
    ("a cat --ar 16x9", WARNING, Text.PROMPT_VALUE, "--ar 16:9", V7),
    ("a cat --ar 16/9", WARNING, Text.PROMPT_VALUE, "--ar 16:9", V7),
    ("a cat --ar 16：9", WARNING, Text.PROMPT_VALUE, "--ar 16:9", V7),
    ("a cat --ar 1.5:1", WARNING, Text.PROMPT_VALUE, "--ar 3:2", SLIPS),
    ("a cat --ar 1.3:1", WARNING, Text.PROMPT_VALUE, "--ar 13:10", SLIPS),
    ("a cat --ar 0:9", WARNING, Text.PROMPT_VALUE, "--ar 16:9", V7),
    ("a cat --ar wide", WARNING, Text.PROMPT_VALUE, "--ar 16:9", V7),
    ("a cat --ar 16:9, --v 7", WARNING, Text.PROMPT_VALUE, "--ar 16:9", SPACES),
    ("a cat --s 50 , --raw", WARNING, Text.PROMPT_VALUE, "--s 50", SPACES),
    ("a cat --ar 16:9.", WARNING, Text.PROMPT_VALUE, "--ar 16:9", SPACES),
    ("a cat --s 2000", WARNING, Text.PROMPT_VALUE, "--s 1000", V7),
    ("a cat --s 99.6", WARNING, Text.PROMPT_VALUE, "--s 100", V7),
    ("a cat --chaos 101", WARNING, Text.PROMPT_VALUE, "--chaos 100", V7),
    ("a cat --chaos -5", WARNING, Text.PROMPT_VALUE, "--chaos 0", V7),
    ("a cat --weird 5000", WARNING, Text.PROMPT_VALUE, "--weird 3000", V7),
    ("a cat --q 3", WARNING, Text.PROMPT_VALUE, "--q 1", V7),
    ("a cat --seed 4294967296", WARNING, Text.PROMPT_VALUE, "--seed 4294967295", V7),
    ("a cat --seed abc", WARNING, Text.PROMPT_VALUE, "--seed 1234", TTAPI),
    ("a cat --exp 101", WARNING, Text.PROMPT_VALUE, "--exp 100", V7),
    (f"{PICTURE} a cat --iw 4", WARNING, Text.PROMPT_VALUE, "--iw 3", V7),
    ("a cat --sref 1 --sw 1001", WARNING, Text.PROMPT_VALUE, "--sw 1000", V7),
    ("a cat --sref 1 --sv 9", WARNING, Text.PROMPT_VALUE, "--sv 6", V7),
    (f"a cat --oref {PICTURE} --ow 0", WARNING, Text.PROMPT_VALUE, "--ow 1", V7),
    (f"a cat --oref {PICTURE} {PICTURE}", WARNING, Text.PROMPT_VALUE, f"--oref {PICTURE}", OURS),
    ("a cat --sref moody", WARNING, Text.PROMPT_VALUE, "--sref 1234", OURS),
    ("a cat --video --motion fast", WARNING, Text.PROMPT_VALUE, "--motion low", V7),
    ("a cat --video --bs 3", WARNING, Text.PROMPT_VALUE, "--bs 1", V7),
    ("a cat --stop 5", WARNING, Text.PROMPT_VALUE, "--stop 10", LIST),
    ("a cat --v seven", WARNING, Text.PROMPT_VALUE, "--v 7", TTAPI),
    ("a cat --repeat 99", WARNING, Text.PROMPT_VALUE, "--repeat 40", LIST),
    ("a cat —ar 16x9", WARNING, Text.PROMPT_VALUE, "--ar 16:9", OURS),
    ("a cat --ar", WARNING, Text.PROMPT_VALUE_MISSING, "--ar 16:9", V7),
    ("a cat --no --ar 1:1", WARNING, Text.PROMPT_VALUE_MISSING, "--no text", V7),
    ("a cat --sref", WARNING, Text.PROMPT_VALUE_MISSING, "--sref 1234", V7),
    ("a cat --ar16:9", WARNING, Text.PROMPT_FORM, "--ar 16:9", SPACES),
    ("a cat --ar=16:9", WARNING, Text.PROMPT_FORM, "--ar 16:9", SPACES),
    ("a cat --v7", WARNING, Text.PROMPT_FORM, "--v 7", SPACES),
    ("a cat --tile, --raw", WARNING, Text.PROMPT_FORM, "--tile", SPACES),
    ("a cat --no, hats", WARNING, Text.PROMPT_FORM, "--no hats", SPACES),
    ("a cat -- ar 16:9", WARNING, Text.PROMPT_FORM, "--ar 16:9", TTAPI),
    ("a cat --ar 16:9 on the moon", WARNING, Text.PROMPT_WORDS_AFTER, "on the moon --ar 16:9", SPACES),
    ("a cat --tile on the moon", WARNING, Text.PROMPT_WORDS_AFTER, "on the moon --tile", SPACES),
    ("a cat --sref 12 on the moon", WARNING, Text.PROMPT_WORDS_AFTER, "on the moon --sref 12", SPACES),
    ("a --niji girl", WARNING, Text.PROMPT_WORDS_AFTER, "girl --niji", SPACES),
    ("a cat -s 250 on the moon", WARNING, Text.PROMPT_FORM, "--s 250", SLIPS),
    ("a cat -ar 16:9, -v 7", WARNING, Text.PROMPT_FORM, "--ar 16:9", SLIPS),
    ("a cat --ar 1:1 --ar 16:9", WARNING, Text.PROMPT_TWICE, "--ar 16:9", OURS),
    ("a cat --ar 1:1 --aspect 16:9", WARNING, Text.PROMPT_TWICE, "--aspect 16:9", OURS),
    ("a cat --niji 6 --v 7", WARNING, Text.PROMPT_EXCLUDE, "--niji 6", V7),
    ("a cat --sw 100", WARNING, Text.PROMPT_NEEDS, "--sref", V7),
    ("a cat --ow 100", WARNING, Text.PROMPT_NEEDS, "--oref", V7),
    ("a cat --iw 2", WARNING, Text.PROMPT_NEEDS_PICTURE, "", V7),
    (f"a cat --cref {PICTURE} --v 7", WARNING, Text.PROMPT_VERSION, "--oref", V7),
    (f"a cat --oref {PICTURE} --v 6.1", WARNING, Text.PROMPT_VERSION, "--v 7", V7),
    ("cdn.example.com/a.png a cat", WARNING, Text.PROMPT_ADDRESS, "https://cdn.example.com/a.png", OURS),
    ("a cat --sref a.example/b.jpg", WARNING, Text.PROMPT_ADDRESS, "https://a.example/b.jpg", OURS),
    ("--ar 16:9", WARNING, Text.PROMPT_ONLY_PARAMETERS, "", OURS),
    ("a cat --repeat 3", WARNING, Text.PROMPT_REPEAT, "", LIST),
    ("x--repeat 3 a --r 2", WARNING, Text.PROMPT_REPEAT, "", OURS),
    ("一只猫--repeat=3", WARNING, Text.PROMPT_REPEAT, "", OURS),
    ("cat——r:2", WARNING, Text.PROMPT_REPEAT, "", OURS),
    ("a cat,--r 2 --r 2", WARNING, Text.PROMPT_REPEAT, "", OURS),
    ("x" * 2049, WARNING, Text.PROMPT_TOO_LONG, "", LENGTH),
    ("", REFUSED, Text.PROMPT_EMPTY, "", EMPTY),
    (" \n\t ", REFUSED, Text.PROMPT_EMPTY, "", EMPTY),
    ("\u200b\u3000\ufeff", REFUSED, Text.PROMPT_EMPTY, "", EMPTY),
]


@pytest.mark.parametrize(("prompt", "verdict", "text", "fix", "source"), CASES)
def test_a_prompt_gets_its_verdict_and_a_fix(
    prompt: str, verdict: Verdict, text: Text | None, fix: str, source: str
) -> None:
    found = check_prompt(prompt)
    assert found.verdict is verdict, (source, found)
    assert (found.findings[0].text if found.findings else None) is text
    if found.findings:
        assert found.findings[0].fix == fix
        assert found.findings[0].piece.strip("—–－-…") in prompt or text is Text.PROMPT_EXCLUDE
    if verdict is AS_IT_IS:
        assert found.prompt == prompt


def test_the_table_has_eighty_cases_and_every_verdict() -> None:
    assert len({prompt for prompt, *_ in CASES}) >= 80
    assert {verdict for _, verdict, *_ in CASES} == set(Verdict)
    assert {text for _, _, text, *_ in CASES if text} == {
        text for text in Text if text.startswith("prompt.") and text is not Text.PROMPT_BRACE
    }


def test_the_example_of_a_parameter_is_a_value_that_it_takes() -> None:
    for each in PARAMETERS:
        assert takes_value(each, each.example.replace("…", "a")), each.names
        assert not each.needs or each.needs in KNOWN
        assert not each.replaced_by or each.replaced_by in KNOWN
    assert len(KNOWN) == sum(len(each.names) for each in PARAMETERS)


@pytest.mark.parametrize(
    "prompt", ["Formula -c 3 things", "a -v 7 sketch --ar 16x9", "a cat --s 2000", "x" * 2049]
)
def test_a_prompt_with_a_warning_can_be_sent_as_it_is(prompt: str) -> None:
    found = check_prompt(prompt)
    assert found.verdict is WARNING
    assert found.prompt == prompt


def test_a_picture_beside_the_prompt_counts() -> None:
    assert check_prompt("a cat --iw 2", pictures=1).verdict is AS_IT_IS
    assert check_prompt("--ar 16:9", pictures=1).verdict is AS_IT_IS


def test_a_finding_shows_the_piece_as_code() -> None:
    (found,) = check_prompt("a cat --ar 16`x`9").findings
    assert found.sentence("en") == "Midjourney probably refuses `--ar 16ˋxˋ9`. Write `--ar 16:9`."
    assert found.sentence("zh-TW") == "Midjourney 很可能不接受 `--ar 16ˋxˋ9`。請寫成 `--ar 16:9`。"


def test_the_recorded_prompts_all_pass() -> None:
    """Servers have taken them."""

    def prompts(value: object) -> list[str]:
        if isinstance(value, dict):
            names = ("prompt", "promptEn", "finalPrompt")
            own = [each for name in names if isinstance(each := value.get(name), str) and each]
            return own + [each for inner in value.values() for each in prompts(inner)]
        return [each for inner in value for each in prompts(inner)] if isinstance(value, list) else []

    folder = Path(__file__).parent.parent / "upstream" / "samples"
    recorded = {
        prompt
        for path in folder.glob("*.json")
        for prompt in prompts(json.loads(path.read_text(encoding="utf-8")))
    }
    assert len(recorded) > 15
    lists = {each for each in recorded if each.startswith("1️⃣")}  # of describe: a result, not a prompt
    for prompt in recorded - lists:
        assert check_prompt(prompt).verdict is AS_IT_IS, prompt
        assert check_prompt(prompt).prompt == prompt
    assert all(check_prompt(prompt).verdict is not REFUSED for prompt in lists)


NAMES = st.sampled_from(sorted(KNOWN))
DASHES = st.sampled_from(["--", "-", "—", "–", "——", "---", "－－", "-- "])
VALUES = st.sampled_from(
    [
        "",
        "16:9",
        "16x9",
        "1.5:1",
        "0:0",
        "7",
        "250",
        "-3",
        "abc",
        "random",
        PICTURE,
        "a cat",
        "，",
        ".",
        "9" * 30,
    ]
)
PIECES = st.one_of(
    st.tuples(DASHES, NAMES, st.sampled_from([" ", "", "=", "  ", "\n"]), VALUES).map("".join),
    st.text(max_size=12),
    st.sampled_from(["a cat", "::2", "a.b/c.png", "\ud800", "{", "`", "--", "-"]),
)
PROMPTS = st.lists(PIECES, max_size=8).map(" ".join)


@given(PROMPTS)
@example("—no -ar 16:9")
@example("-tile -raw word")
@example("-no -s")
def test_no_prompt_raises_and_mending_twice_is_mending_once(prompt: str) -> None:
    once = check_prompt(prompt)
    twice = check_prompt(once.prompt)
    assert twice.prompt == once.prompt
    assert twice.verdict is not MENDED
    assert all(each.text is not Text.PROMPT_MENDED for each in twice.findings)
    if once.verdict is AS_IT_IS:
        assert once.prompt == prompt
    for each in once.findings:
        assert each.sentence("zh-CN")


@given(PROMPTS)
def test_mending_changes_only_dashes(prompt: str) -> None:
    mended, findings = mend_dashes(prompt)
    assert (mended == prompt) is not bool(findings)
    dashes = str.maketrans("", "", "-‐‑‒–—―−─﹘﹣－")
    assert mended.translate(dashes) == prompt.translate(dashes)
