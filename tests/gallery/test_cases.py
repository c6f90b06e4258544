"""The gallery is complete."""

from __future__ import annotations

from mjbot.core.card.state import CardState
from tests.gallery.__main__ import FOLDER
from tests.gallery.cases import groups


def test_every_state_is_in_the_gallery() -> None:
    visible = {shot.card.state for shots in groups("en-US").values() for shot in shots}
    assert visible == set(CardState)


def test_the_pictures_of_the_gallery_are_there() -> None:
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    for group in groups("en-US"):
        for locale in ("en-US", "zh-CN"):
            for width in ("wide", "narrow"):
                assert (FOLDER / f"{group}-{locale}-{width}.png").is_file()
                assert f"({group}-{locale}-{width}.png)" in listed
