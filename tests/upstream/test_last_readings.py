"""Tasks that are read again: only those that have changed are parsed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mjbot.upstream.last_readings import LastReadings
from mjbot.upstream.wire import parse_task

RAW: dict[str, Any] = {
    "id": "1730621718151844",
    "status": "IN_PROGRESS",
    "progress": "15%",
    "prompt": "a lighthouse",
    "submitTime": 1_730_621_718_151,
    "buttons": [],
    "properties": {"finalPrompt": "a lighthouse"},
}


class Noted(list[Mapping[str, Any]]):
    """The raw tasks that were parsed."""

    def __init__(self) -> None:
        super().__init__()
        self.readings = LastReadings(self.append)


def test_a_task_that_has_not_changed_is_parsed_once() -> None:
    noted = Noted()
    first, *later = [noted.readings.parse(dict(RAW)) for _ in range(3)]
    assert first == parse_task(RAW)
    assert all(each is first for each in later)
    assert len(noted) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"progress": "31%"},
        {"status": "SUCCESS"},
        {"progress": 15},
        {"progress": None},
        {"properties": {"finalPrompt": "a lighthouse --v 7"}},
        {"buttons": [{"customId": "MJ::JOB::upsample::1", "label": "U1"}]},
        {"failReason": "timeout"},
        {"submitTime": 1_730_621_718},
    ],
)
def test_any_change_of_a_task_is_read(change: dict[str, Any]) -> None:
    noted = Noted()
    noted.readings.parse(RAW)
    assert noted.readings.parse(RAW | change) == parse_task(RAW | change)
    assert noted.readings.parse(RAW) == parse_task(RAW)  # the last reading counts, not an earlier one
    assert len(noted) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"status": "SUCCESS"},  # not read again, so not kept
        {"status": "FAILURE", "failReason": "timeout"},
        {"prompt": "cut \ud83d"},  # what only the lenient parser accepts
        {"seed": 10**30},
        {"id": "?"},
    ],
)
def test_a_task_that_is_not_kept_is_parsed_at_each_reading(change: dict[str, Any]) -> None:
    noted = Noted()
    tasks = [noted.readings.parse(RAW | change) for _ in range(2)]
    assert tasks == [parse_task(RAW | change)] * 2
    assert len(noted) == 2


def test_two_tasks_do_not_share_a_reading() -> None:
    noted = Noted()
    other = RAW | {"id": "1730621718151845"}
    for raw in (RAW, other, RAW, other):
        task = noted.readings.parse(raw)
        assert task is not None
        assert task.id == raw["id"]
    assert len(noted) == 2
