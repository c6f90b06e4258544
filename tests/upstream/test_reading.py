"""Parsing recorded responses: the expected result of each, and that no mutation ever crashes."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from mjbot.clock import Clock
from mjbot.core.card.card import Picture, render
from mjbot.core.card.state import CardContext
from mjbot.core.model.task import Task, TaskId
from mjbot.errors import (
    KeyRefused,
    MJBotError,
    QuotaExceeded,
    RouteMissing,
    TaskNotFound,
    UnexpectedHtml,
    UpstreamForbidden,
    UpstreamRateLimited,
    UpstreamUnavailable,
)
from mjbot.errors.submits import RefusalReason, SubmitError, SubmitRefused, SubmitUnclear
from mjbot.pictures import Pictures
from mjbot.service.pressing.result_cards import first_snapshot
from mjbot.upstream.api import MidjourneyProxyApi, auth_headers, base_of, read_fetch, read_list
from mjbot.upstream.drift import Drift
from mjbot.upstream.last_readings import LastReadings
from mjbot.upstream.responses import Response, retry_after
from mjbot.upstream.submits import read_submit

SAMPLES = {path.name[:2]: path for path in sorted((Path(__file__).parent / "samples").glob("*.json"))}


def load_response(number: str) -> Response:
    sample = json.loads(SAMPLES[number].read_text(encoding="utf-8"))
    body = sample["body"]
    is_json = sample["content_type"] is not None and "json" in sample["content_type"]
    return Response(sample["status"], (json.dumps(body) if is_json else body or "").encode())


@pytest.mark.parametrize(
    ("number", "status", "percent", "buttons", "image"),
    [
        ("01", "NOT_START", None, 0, False),
        ("02", "SUBMITTED", 0, 0, False),
        ("03", "IN_PROGRESS", None, 0, False),
        ("04", "IN_PROGRESS", 46, 0, True),
        ("05", "IN_PROGRESS", None, 0, True),
        ("07", "SUCCESS", 100, 0, True),
        ("08", "FAILURE", None, 0, False),
        ("11", "SUCCESS", 100, 0, True),
        ("36", "IN_PROGRESS", 40, 0, False),
        ("38", "SUCCESS", 100, 9, True),
        ("42", "SUCCESS", 100, 0, False),
        ("44", "IN_PROGRESS", 65, 0, False),
        ("45", "SUCCESS", 100, 9, True),
        ("46", "SUCCESS", 100, 6, True),
        ("48", "MODAL", None, 0, False),
        ("51", "NOT_START", None, 0, False),
        ("53", "SUCCESS", 100, 15, True),
        ("54", "SUCCESS", 100, 15, True),
        ("57", "CANCEL", None, 0, False),
        ("58", "SUCCESS", 100, 9, True),
        ("61", "SUCCESS", 100, 16, True),
        ("63", "IN_PROGRESS", 45, 0, False),
        ("64", "QUEUED", 0, 0, False),
        ("65", "SUCCESS", 100, 0, False),
        ("68", "SUCCESS", 100, 26, True),
        ("70", "SUCCESS", 100, 18, True),
    ],
)
def test_a_recorded_task_is_parsed(
    number: str, status: str, percent: int | None, buttons: int, image: bool
) -> None:
    task = read_fetch(load_response(number))
    body = json.loads(SAMPLES[number].read_text(encoding="utf-8"))["body"]
    assert task.id == str(body["id"])
    assert task.status == status
    assert (task.percent, len(task.buttons), bool(task.image_url)) == (percent, buttons, image)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("10", TaskNotFound),
        ("12", KeyRefused),
        ("13", KeyRefused),
        ("15", UpstreamForbidden),
        ("16", UpstreamUnavailable),
        ("17", UpstreamRateLimited),
        ("18", TaskNotFound),
        ("23", KeyRefused),
        ("24", UpstreamForbidden),
        ("25", UpstreamRateLimited),
        ("27", UpstreamUnavailable),
        ("28", TaskNotFound),
        ("30", UnexpectedHtml),
        ("32", UpstreamUnavailable),
        ("33", UpstreamUnavailable),
        ("34", UnexpectedHtml),
        ("73", TaskNotFound),
    ],
)
def test_a_recorded_error_has_its_own_class(number: str, error: type[MJBotError]) -> None:
    with pytest.raises(MJBotError) as caught:
        read_fetch(load_response(number))
    assert type(caught.value) is error


def test_a_batch_read_that_refuses_our_ids_counts_as_missing() -> None:
    assert read_list(load_response("94")) is None


@pytest.mark.parametrize("number", ["96", "97"])
def test_an_error_of_an_image_route_is_not_a_task(number: str) -> None:
    with pytest.raises(UpstreamForbidden):
        read_fetch(load_response(number))


def test_a_response_of_another_route_is_not_a_task() -> None:
    with pytest.raises(UpstreamUnavailable):
        read_fetch(load_response("92"))  # the seed of an image


def test_every_recorded_response_is_tested_here() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert [number for number in SAMPLES if f'"{number}"' not in here] == []


def test_a_task_of_a_webhook_is_parsed_like_any_other() -> None:
    sample = json.loads(SAMPLES["99"].read_text(encoding="utf-8"))
    task = read_fetch(Response(200, json.dumps(sample["request"]["body"]).encode()))
    assert (task.id, task.status, task.prompt, task.buttons) == ("14001929738841602", "SUCCESS", "猫猫", ())


@pytest.mark.parametrize(
    ("number", "ahead"),
    [
        (3, 3),
        ("12", 12),
        (0, None),
        (-1, None),
        (None, None),
        ("many", None),
        (True, None),
        (10**9, None),
        ([], None),
    ],
)
def test_the_place_in_the_queue_is_read_with_the_task(number: object, ahead: int | None) -> None:
    body = {"id": "1730700000000001", "status": "SUBMITTED", "properties": {"numberOfQueues": number}}
    task = read_fetch(Response(200, json.dumps(body).encode()))
    assert task.ahead == ahead


def test_an_image_url_of_a_relay_is_kept_as_sent() -> None:
    assert read_fetch(load_response("39")).image_url == "http://localhost:3000/mj/image/1711217942120900"


def test_the_urls_of_videos_are_parsed_in_order() -> None:
    task = read_fetch(load_response("41"))
    assert [url.rpartition("/")[2] for url in task.video_urls] == ["0.mp4", "1.mp4", "2.mp4", "3.mp4"]


@pytest.mark.parametrize(
    ("number", "field"),
    [
        ("58", "buttons as str"),
        ("63", "id as int"),
        ("64", "an unknown status"),
    ],
)
def test_an_unexpected_field_is_counted_and_logged_once(
    number: str, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    drift = Drift()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            read_fetch(load_response(number), LastReadings(drift.note).parse)
    assert drift.counts[field] == 3
    assert sum(field in record.message for record in caplog.records) == 1


@pytest.mark.parametrize("number", ["01", "04", "07", "36", "38", "45", "48", "51", "53"])
def test_a_task_of_a_known_server_has_no_unexpected_field(number: str) -> None:
    drift = Drift()
    read_fetch(load_response(number), LastReadings(drift.note).parse)
    assert not drift.counts


def test_the_number_of_drift_kinds_is_bounded() -> None:
    drift = Drift()
    for number in range(200):
        kind = type(f"k{number}", (), {})
        drift.note({"id": kind(), "status": "SUCCESS"})
    assert len(drift.counts) == 50


@pytest.mark.parametrize("number", ["50", "93"])
def test_a_recorded_batch_is_parsed(number: str) -> None:
    body = json.loads(SAMPLES[number].read_text(encoding="utf-8"))["body"]
    assert [task.id for task in read_list(load_response(number)) or ()] == [each["id"] for each in body]


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("74", None),
        ("75", None),
        ("86", None),
        ("87", None),
        ("78", RefusalReason.BANNED_WORD),
        ("79", RefusalReason.NO_ACCOUNT),
        ("80", RefusalReason.NOT_ACCEPTED),
        ("20", RefusalReason.NOT_OFFERED),
        ("21", RefusalReason.NOT_READY),
        ("82", RefusalReason.PARENT_GONE),
        ("17", RefusalReason.QUEUE_FULL),
    ],
)
def test_a_recorded_submit_is_accepted_or_refused_with_its_reason(
    number: str, outcome: RefusalReason | None
) -> None:
    if outcome is None:
        assert read_submit(load_response(number)).task_id.isdigit()
        return
    with pytest.raises(SubmitRefused) as caught:
        read_submit(load_response(number))
    assert caught.value.reason is outcome


@pytest.mark.parametrize(
    "body",
    [
        {"code": 21, "description": "Waiting for window confirm", "result": "17000000000000001"},
        {"code": 1, "description": "Waiting for window confirm", "result": "17000000000000001"},
        {"code": 1, "description": "窗口等待", "result": "17000000000000001", "properties": None},
        {"code": 1, "description": "ok", "result": "17000000000000001", "properties": {"remix": True}},
    ],
)
def test_a_modal_is_recognized_by_any_of_its_signs(body: dict[str, Any]) -> None:
    result = read_submit(Response(200, json.dumps(body).encode()))
    assert result.needs_modal
    assert result.task_id == "17000000000000001"


@pytest.mark.parametrize(
    "body",
    [
        {
            "code": 21,
            "description": "任务已存在",
            "properties": {"status": "SUCCESS", "imageUrl": "https://h.example/a"},
        },
        {"code": 21, "description": "", "properties": {"status": "IN_PROGRESS"}},
        {"code": 21, "description": "任务已存在"},
        {"code": 1, "description": "task already exists", "properties": None},
        {"code": 1, "description": "ok", "properties": {"status": "FAILURE"}},
    ],
)
def test_a_task_that_existed_before_the_press_is_not_called_queued(body: dict[str, Any]) -> None:
    result = read_submit(Response(200, json.dumps({"result": "17000000000000001"} | body).encode()))
    assert (result.existed, result.needs_modal) == (True, False)
    card = render(first_snapshot(result.task_id, None, result, "", 1.0), CardContext())
    assert (card.title, card.facts) == ("Loading…", "")


def test_a_recorded_modal_has_the_proposed_prompt() -> None:
    sample = json.loads(SAMPLES["83"].read_text(encoding="utf-8"))["body"]
    result = read_submit(load_response("83"))
    assert (result.needs_modal, result.prompt) == (True, sample["properties"]["finalPrompt"])


@pytest.mark.parametrize(
    "body",
    [
        {"code": "1", "description": "提交成功", "result": "1700000000000001"},
        {"code": 1, "result": {"taskId": "1700000000000001"}},
        {"code": "22", "result": {"task_id": 1700000000000001}},
        {"code": 1, "result": {"id": "1700000000000001", "status": "SUBMITTED"}},
    ],
)
def test_an_accepted_submit_is_one_in_whatever_types_its_fields_are(body: dict[str, Any]) -> None:
    assert read_submit(Response(200, json.dumps(body).encode())).task_id == "1700000000000001"


@pytest.mark.parametrize(
    "result", ["1700000000000001,1700000000000002", ["1700000000000001", "1700000000000002"]]
)
def test_all_tasks_of_one_press_are_parsed(result: object) -> None:
    body = {"code": 1, "description": "ok", "result": result}
    result = read_submit(Response(200, json.dumps(body).encode()))
    assert (result.task_id, result.other_ids) == ("1700000000000001", ("1700000000000002",))


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, {"code": 9, "description": "提交失败，队列已满，请稍后重试"}, RefusalReason.QUEUE_FULL),
        (200, {"code": 23, "description": "full", "result": None}, RefusalReason.QUEUE_FULL),
        (429, {"code": 30, "description": "当前分组负载已饱和"}, RefusalReason.QUEUE_FULL),
        (503, {"error": {"message": "当前分组上游负载已饱和，请稍后再试"}}, RefusalReason.QUEUE_FULL),
        (503, {"code": "saturated", "message": "当前分组负载已饱和"}, RefusalReason.QUEUE_FULL),
        (500, {"error": {"message": "The upstream load is saturated, try later"}}, RefusalReason.QUEUE_FULL),
        (200, {"code": 9, "description": "负载已饱和"}, RefusalReason.QUEUE_FULL),
        (200, {"success": False, "code": -1, "message": "no"}, RefusalReason.NOT_ACCEPTED),
        (404, {"code": 3, "description": "关联任务不存在或已失效"}, RefusalReason.PARENT_GONE),
        (200, {"code": 3, "description": "无可用的账号实例"}, RefusalReason.NO_ACCOUNT),
        (200, {"code": 24, "properties": {"bannedWord": "x"}}, RefusalReason.BANNED_WORD),
        (200, {"code": 9, "description": "Remix mode is not enabled"}, RefusalReason.NOT_ACCEPTED),
        (200, {"code": 9, "description": "当前账号未开启视频"}, RefusalReason.NOT_ACCEPTED),
        (
            503,
            {"error": {"message": "分组下无可用渠道", "type": "x"}},
            RefusalReason.NO_ACCOUNT,
        ),
        (503, {"error": {"message": "no available channel for mj_imagine"}}, RefusalReason.NO_ACCOUNT),
        (413, {"error": "Payload Too Large"}, RefusalReason.NOT_ACCEPTED),
        (422, {"detail": [{"msg": "field required"}]}, RefusalReason.NOT_ACCEPTED),
        (402, {"message": "payment required"}, RefusalReason.NOT_ACCEPTED),
        (
            400,
            {"error": {"message": "bad request"}},
            RefusalReason.NOT_ACCEPTED,
        ),
        (200, {"code": 4, "description": "未知的 Action 类型"}, RefusalReason.NOT_OFFERED),
        (400, {"description": "unknown action ", "code": 4}, RefusalReason.NOT_OFFERED),
        # Codes as texts, texts in other fields, and a status that only the body states.
        (200, {"code": "4", "description": "关联任务状态错误"}, RefusalReason.NOT_READY),
        (200, {"code": "23", "msg": "队列已满"}, RefusalReason.QUEUE_FULL),
        (200, {"code": -1, "msg": "unknown action"}, RefusalReason.NOT_OFFERED),
        (200, {"code": 3, "msg": "关联任务不存在或已失效"}, RefusalReason.PARENT_GONE),
        (200, {"success": False, "message": "当前账号未开启视频"}, RefusalReason.NOT_ACCEPTED),
        (200, {"success": False, "msg": "no channel for this group"}, RefusalReason.NO_ACCOUNT),
        (200, {"code": 400, "msg": "参数错误"}, RefusalReason.NOT_ACCEPTED),
        (200, {"code": "422", "msg": "prompt is required"}, RefusalReason.NOT_ACCEPTED),
        # Every status that says that the request itself was refused.
        (406, {}, RefusalReason.NOT_ACCEPTED),
        (409, {"message": "conflict"}, RefusalReason.NOT_ACCEPTED),
        (410, {"message": "this model is deprecated"}, RefusalReason.NOT_ACCEPTED),
        (451, {}, RefusalReason.NOT_ACCEPTED),
    ],
)
def test_a_refusal_has_its_reason(status: int, body: dict[str, Any], reason: RefusalReason) -> None:
    with pytest.raises(SubmitRefused) as caught:
        read_submit(Response(status, json.dumps(body).encode()))
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "response",
    [
        Response(500, b""),
        Response(502, b"<html>"),
        Response(200, b""),
        Response(200, b'{"code":5}'),
        Response(200, b'{"code":9}'),
        Response(200, b'{"code":9,"description":"read timeout"}'),
        Response(400, b'{"code":5,"description":"read_response_body_failed"}'),
        Response(408, b'{"error":"Request Timeout"}'),
        Response(424, b'{"error":"upstream"}'),
        Response(499, b""),
        Response(200, b'{"code":500,"msg":"system error"}'),
        Response(200, b'{"code":504,"msg":"bad gateway"}'),
        Response(200, b'{"success":false,"message":"read timeout"}'),
        Response(200, b'{"success":false}'),
        Response(500, b'{"success":false,"code":-1,"message":"x"}'),
        Response(503, b'{"message":"connection pool saturated"}'),
        load_response("89"),  # accepted, but the result holds URLs in place of ids
    ],
)
def test_a_submit_without_a_clear_response_is_never_a_refusal(response: Response) -> None:
    with pytest.raises(SubmitUnclear):
        read_submit(response)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"description": "quota_not_enough", "code": 4}),
        (403, {"error": {"message": "用户额度不足", "type": "new_api_error"}}),
        (402, {"error": {"message": "insufficient balance"}}),
        (200, {"code": 500, "msg": "余额不足"}),
        (200, {"code": 0, "msg": "账户余额不足，请充值"}),
        (200, {"code": "quota_not_enough", "message": ""}),
        (200, {"success": False, "detail": "Insufficient credits"}),
    ],
)
def test_a_press_without_credit_is_told_as_credit(status: int, body: dict[str, Any]) -> None:
    with pytest.raises(QuotaExceeded):
        read_submit(Response(status, json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, '{"detail":"Not Found"}'),
        (404, '{"timestamp":"2026-01-01","status":404,"error":"Not Found","path":"/v1/mj/task/1/fetch"}'),
        (404, '{"message":"no Route matched with those values"}'),
        (404, '{"error":{"message":"Invalid URL (GET /v1/mj/task/1/fetch)","type":"invalid_request_error"}}'),
        (404, "404 page not found"),
        (404, '{"code":404,"msg":"Not Found"}'),
        (404, ""),
        (405, '{"detail":"Method Not Allowed"}'),
        (301, "<html>Moved</html>"),
        (302, ""),
    ],
)
def test_an_unknown_404_or_a_redirect_is_a_wrong_address_and_no_missing_task(status: int, body: str) -> None:
    with pytest.raises(RouteMissing):
        read_fetch(Response(status, body.encode()))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (204, ""),
        (200, ""),
        (200, "null"),
        (400, '{"description":"task_no_found ","type":"upstream_error","code":4}'),
        (404, '{"code":4,"description":"task_not_found"}'),
        (200, '{"code":4}'),
        (404, '{"message":"任务不存在"}'),
        (200, '{"success":false,"code":-1,"message":"Task not found"}'),
        (404, '{"detail":"Task not found"}'),
        (404, '{"msg":"task not exist"}'),
        (200, '{"code":0,"msg":"任务不存在","data":null}'),
        (200, '{"code":404,"msg":"任务不存在"}'),
        (400, '{"error":{"code":"task_not_exist","message":""}}'),
        (400, '{"message":"task is not exist"}'),
        (404, "task not found"),
        (404, '"任务不存在"'),
    ],
)
def test_a_missing_task_is_one_that_the_family_says_is_missing(status: int, body: str) -> None:
    with pytest.raises(TaskNotFound):
        read_fetch(Response(status, body.encode()))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"code":401,"msg":"认证失败，无法访问系统资源"}', KeyRefused),
        ('{"code":"401","message":"Unauthorized"}', KeyRefused),
        ('{"code":403,"msg":"没有权限"}', UpstreamForbidden),
        ('{"code":404,"msg":"Not Found"}', RouteMissing),
        ('{"code":429,"msg":"访问过于频繁，请稍候再试"}', UpstreamRateLimited),
        ('{"code":500,"msg":"系统异常"}', UpstreamUnavailable),
    ],
)
def test_a_status_that_only_the_body_states_is_read_like_one_of_http(
    body: str, error: type[MJBotError]
) -> None:
    response = Response(200, body.encode())
    with pytest.raises(error) as caught:
        read_fetch(response)
    assert type(caught.value) is error
    if error is not UpstreamUnavailable:  # that one leaves open whether the submit was started
        with pytest.raises(error):
            read_submit(response)


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff  ", " \n"])
def test_a_byte_order_mark_before_json_is_skipped(mark: str) -> None:
    body = f'{mark}{{"id":"1763936412345678","status":"SUCCESS"}}'
    assert read_fetch(Response(200, body.encode())).status == "SUCCESS"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3600", 300.0), ("12", 12.0), ("-1", None), ("inf", 300.0), ("nan", None), ("soon", None)],
)
def test_a_wait_that_is_asked_for_is_kept_up_to_five_minutes(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}) == seconds


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://h", "https://h/mj"),
        ("https://h/", "https://h/mj"),
        ("https://h/mj", "https://h/mj"),
        ("https://h/mj/", "https://h/mj"),
        ("https://h/mj-fast", "https://h/mj-fast/mj"),
        ("https://h:81/mj-fast/mj/", "https://h:81/mj-fast/mj"),
    ],
)
def test_a_base_url_may_have_mj_and_a_trailing_slash(address: str, base: str) -> None:
    assert base_of(address) == base


def test_each_auth_form_has_its_header() -> None:
    assert auth_headers("bearer", "k") == {"Authorization": "Bearer k"}
    assert auth_headers("raw", "k") == {"Authorization": "k"}
    assert auth_headers("mj-api-secret", "k") == {"mj-api-secret": "k"}


def test_ids_are_sent_as_strings_and_quoted_in_paths() -> None:
    api = MidjourneyProxyApi("https://h", "k", "bearer")
    assert api.list_by_condition([TaskId("12345")]).json == {"ids": ["12345"]}
    assert api.fetch(TaskId("a/b")).url == "https://h/mj/task/a%2Fb/fetch"


def test_a_lone_surrogate_in_a_prompt_does_not_break_the_bot() -> None:
    body = {"id": "12345678", "status": "SUCCESS", "prompt": "a \ud83d", "imageUrl": "http://[x/a.png"}
    task = read_fetch(Response(200, json.dumps(body).encode()))
    assert TypeAdapter(Task).dump_json(task)
    picture = Picture(task.image_url, final=True)
    pictures = Pictures(None, Clock(), "auto")  # type: ignore[arg-type]
    assert pictures.link(picture) is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_mutated_response_is_parsed_or_raises_our_own_error(number: str, data: st.DataObject) -> None:
    sample: Any = json.loads(SAMPLES[number].read_text(encoding="utf-8"))["body"]
    if isinstance(sample, dict) and sample:
        key = data.draw(st.sampled_from(sorted(sample)))
        how = data.draw(st.sampled_from(["drop", "retype", "nest"]))
        if how == "drop":
            del sample[key]
        elif how == "retype":
            sample[key] = data.draw(anything)
        else:
            sample = data.draw(st.sampled_from([{"data": sample}, [sample], {"code": 1, "result": sample}]))
    body = json.dumps(sample).encode()
    body = body[: data.draw(st.integers(0, len(body)))] if data.draw(st.booleans()) else body
    response = Response(data.draw(st.sampled_from([200, 204, 400, 401, 403, 404, 429, 500, 503])), body)
    for read in (read_fetch, read_list, read_submit):
        with contextlib.suppress(MJBotError, SubmitError):
            read(response)


@pytest.mark.parametrize(
    "body", [b'{"id": "1730621718151844", "status": "IN_PRO', b'[{"id": "17306', b"[0,0", b"{", b"nul"]
)
def test_a_truncated_body_says_nothing_about_the_task(body: bytes) -> None:
    for read in (read_fetch, read_list):
        with pytest.raises(UpstreamUnavailable):
            read(Response(200, body))
