"""Answers that are too long, too deep or too many: what is used of them is limited when they are read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mjbot.core.model.submits import MARK_BYTES, mark_of
from mjbot.core.model.task import Task
from mjbot.errors import UpstreamError
from mjbot.upstream.api import read_fetch, read_list
from mjbot.upstream.commands import read_marked
from mjbot.upstream.responses import Response, ResponseTooLarge
from mjbot.upstream.submits import read_submit

ID = "1763936412345678"


def read(**fields: Any) -> Task:
    return read_fetch(Response(200, json.dumps({"id": ID, "status": "SUCCESS", **fields}).encode()))


@pytest.mark.parametrize("field", ["prompt", "promptEn", "failReason", "progress", "status", "action"])
def test_a_text_of_seven_megabytes_is_cut_when_it_is_read(field: str) -> None:
    task = read(**{field: "x" * 7_000_000})
    assert sum(len(str(value)) for value in (task.prompt, task.text, task.fail_reason)) <= 24_000
    assert len(task.progress) <= 200
    assert len(task.status) <= 200
    assert len(task.action) <= 200


MANY = [f"{n:016d}" for n in range(5_000)]
MARK = mark_of(bytes(MARK_BYTES))


@pytest.mark.parametrize("result", [MANY, ",".join(MANY[:11]), [",".join(MANY[:11])] * 99, {"id": MANY}])
def test_a_submit_creates_no_more_tasks_than_a_series_can_have(result: Any) -> None:
    created = read_submit(Response(200, json.dumps({"code": 1, "result": result}).encode()))
    assert created.task_id == MANY[0]
    assert len(created.other_ids) <= 39


def test_of_a_list_full_of_one_mark_only_as_many_tasks_are_taken() -> None:
    rows = [{"id": each, "status": "SUCCESS", "state": MARK} for each in MANY]
    found = read_marked(Response(200, json.dumps(rows).encode()), frozenset({MARK}))
    assert len(found[MARK]) == 40


@pytest.mark.parametrize("number", [101, 10_000])
def test_only_as_many_buttons_are_read_as_a_card_and_its_menu_can_show(number: int) -> None:
    buttons = [{"customId": f"MJ::JOB::new::{n}", "label": "B"} for n in range(number)]
    assert len(read(buttons=buttons).buttons) == 100
    assert len(read(buttons=json.dumps(buttons[:1_000])).buttons) == min(number, 100)


@pytest.mark.parametrize(
    "field",
    [{"imageUrl": "https://a.example/" + "x" * 5_000}, {"videoUrls": ["https://a.example/" + "x" * 5_000]}],
)
def test_an_address_is_not_cut_but_left_out(field: dict[str, Any]) -> None:
    task = read(**field)
    assert task.image_url == ""
    assert task.video_urls == ()


def test_a_custom_id_is_not_cut_but_left_out() -> None:
    task = read(buttons=[{"customId": "MJ::" + "x" * 5_000, "label": "U1"}])
    assert task.buttons[0].custom_id == ""


def nested(depth: int, inner: str) -> bytes:
    return (b'{"data":' * depth) + inner.encode() + b"}" * depth


@pytest.mark.parametrize("depth", [10, 200, 2_000, 100_000])
@pytest.mark.parametrize("inner", ["{}", f'{{"id":"{ID}"}}', "[]", "null"])
def test_an_answer_that_is_nested_too_deep_is_unreadable(depth: int, inner: str) -> None:
    with pytest.raises(UpstreamError):
        read_fetch(Response(200, nested(depth, inner)))
    with pytest.raises(UpstreamError):
        read_fetch(Response(200, b"[" * depth + b"]" * depth))


@pytest.mark.parametrize("depth", [10, 2_000])
def test_a_field_that_is_nested_too_deep_costs_only_this_field(depth: int) -> None:
    deep: Any = {}
    for _ in range(min(depth, 500)):
        deep = {"a": deep}
    task = read(prompt="a cat", properties=deep, buttons=deep, videoUrls=deep)
    assert task.prompt == "a cat"


# Each of these made a batch read unreadable: every task of the batch was "not answering".
ODD = [
    b'"submitTime":' + b"9" * 5_000,  # more digits than Python converts
    b'"progress":-' + b"1" * 100_000,
    b'"prompt":"\xe4\xbd"',  # cut in the middle of a character
    b'"prompt":"\xff\xfe"',
    b'"prompt":"a\n\tb\x01"',  # control characters that are not escaped
    b'"finishTime":1e999',
    b'"progress":NaN',
    b'"id":{}',
    b'"buttons":[[[[{}]]]]',
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_what_is_odd_in_one_task_of_an_answer_costs_no_other_task(odd: bytes) -> None:
    body = b'[{"id":"%s","status":"SUCCESS"},{"id":"1763936412345679",%s}]' % (ID.encode(), odd)
    found = read_list(Response(200, body))
    assert found is not None
    assert found[0].id == ID
    assert found[0].status == "SUCCESS"


def test_a_batch_with_a_task_that_is_nested_too_deep_is_known_as_such() -> None:
    deep = b'[{"id":"%s","properties":' % ID.encode() + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}]"
    with pytest.raises(ResponseTooLarge):
        read_list(Response(200, deep))


def test_a_table_of_a_hundred_thousand_tasks_is_read_in_part() -> None:
    rows = [{"id": f"{n:08d}", "status": "SUCCESS"} for n in range(100_000)]
    found = read_list(Response(200, json.dumps(rows).encode()))
    assert found is not None
    assert len(found) == 1_000
