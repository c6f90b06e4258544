"""Write the golden files again; the diff shows every sentence that has changed. Read it."""

from __future__ import annotations

from tests.golden.words import HERE, SAMPLES, words_of

for old in HERE.glob("*.txt"):
    old.unlink()
for sample in SAMPLES:
    (HERE / f"{sample.stem}.txt").write_text(words_of(sample), encoding="utf-8")
