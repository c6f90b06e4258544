"""The limit on the pictures that makes keep in memory."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from mjbot.core.access.place import Place
from mjbot.core.i18n.texts import Text
from mjbot.errors import PressRefused
from mjbot.service.making.loaded_pictures import LoadedPictures

HERE, THERE = Place(1), Place(2)
ANN, BOB, CY, DEE = (1, HERE), (2, HERE), (3, HERE), (4, THERE)
EVE = (5, THERE)


@pytest.mark.parametrize(
    ("held", "asks", "fits"),
    [
        ([], (*ANN, 5), True),
        ([(*ANN, 5)], (*ANN, 5), True),
        ([(*ANN, 5), (*ANN, 5)], (*ANN, 1), False),
        ([(*ANN, 8)], (*ANN, 3), False),
        ([(*ANN, 10)], (*BOB, 5), True),
        ([(*ANN, 10), (*BOB, 10)], (*CY, 1), False),
        ([(*ANN, 10), (*BOB, 10)], (*DEE, 10), True),
        ([(*ANN, 10), (*BOB, 10), (*DEE, 10)], (*EVE, 1), False),
        ([(*ANN, 10), (*BOB, 10), (*DEE, 10)], (*EVE, 0), True),
        ([(*ANN, 10)], (*ANN, 0), True),
    ],
)
def test_memory_is_reserved_per_user_per_place_and_in_all_and_released(
    held: list[tuple[int, Place, int]], asks: tuple[int, Place, int], fits: bool
) -> None:
    loaded = LoadedPictures()
    with ExitStack() as stack:
        for each in held:
            stack.enter_context(loaded.reserve(*each))
        if fits:
            stack.enter_context(loaded.reserve(*asks))
        else:
            with pytest.raises(PressRefused) as refused:
                stack.enter_context(loaded.reserve(*asks))
            assert refused.value.text is Text.PICTURES_ON_THEIR_WAY
    with loaded.reserve(*asks):
        pass
