"""The words of each recorded response are those of its golden file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.words import HERE, SAMPLES, words_of


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_recorded_response_makes_people_read_the_words_of_its_golden_file(sample: Path) -> None:
    golden = (HERE / f"{sample.stem}.txt").read_text(encoding="utf-8")
    assert words_of(sample) == golden, "if the change is meant, run `make golden`, and read the diff"


def test_every_golden_file_has_a_recorded_response() -> None:
    assert {path.stem for path in HERE.glob("*.txt")} == {path.stem for path in SAMPLES}
