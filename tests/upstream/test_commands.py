"""The commands: their bodies, the answers to them, and what is learnt of a service that lacks one."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from mjbot.clock import Clock
from mjbot.core.model.submits import (
    MARK_BYTES,
    Blend,
    BlendShape,
    ButtonPress,
    Command,
    Describe,
    Imagine,
    ModalAnswer,
    Shorten,
    SubmitRequest,
    mark_of,
    parse_mark,
)
from mjbot.core.model.task import NO_MARK, NO_TASK, TaskId, merged
from mjbot.errors import (
    CancelRefused,
    KeyRefused,
    Redirected,
    RouteMissing,
    SeedUnavailable,
    TaskNotFound,
    UnexpectedHtml,
    UpstreamError,
    UpstreamForbidden,
    UpstreamUnavailable,
)
from mjbot.errors.submits import CommandNotOffered, QueueFull, RefusalReason, SubmitRefused, SubmitUnclear
from mjbot.upstream.api import MidjourneyProxyApi, read_fetch
from mjbot.upstream.commands import read_cancel, read_marked, read_seed, read_upload
from mjbot.upstream.offers import Offers
from mjbot.upstream.responses import Response
from mjbot.upstream.submits import read_submit
from tests.upstream.test_reading import load_response

TASK = TaskId("1763936412345678")
PNG = "data:image/png;base64,iVBO"
MARK = mark_of(bytes(range(MARK_BYTES)))


def answer(status: int, body: object) -> Response:
    text = body if isinstance(body, str) else json.dumps(body)
    return Response(status, text.encode())


@pytest.mark.parametrize(
    ("request_", "endpoint", "body"),
    [
        (Imagine("a cat"), "imagine", {"prompt": "a cat", "botType": "MID_JOURNEY"}),
        (
            Imagine("一只猫 --ar 2:3", (PNG, PNG), niji=True, mark=MARK),
            "imagine",
            {
                "prompt": "一只猫 --ar 2:3",
                "base64Array": [PNG, PNG],
                "botType": "NIJI_JOURNEY",
                "state": MARK,
            },
        ),
        (Describe(PNG, MARK), "describe", {"base64": PNG, "state": MARK}),
        (
            Describe("https://cdn.example.com/a.png?ex=1&"),
            "describe",
            {"link": "https://cdn.example.com/a.png?ex=1&"},
        ),
        (
            Blend((PNG, PNG), BlendShape.PORTRAIT, mark=MARK),
            "blend",
            {"base64Array": [PNG, PNG], "dimensions": "PORTRAIT", "botType": "MID_JOURNEY", "state": MARK},
        ),
        (Shorten("a b", mark=MARK), "shorten", {"prompt": "a b", "botType": "MID_JOURNEY", "state": MARK}),
        (ButtonPress(TASK, "MJ::x"), "action", {"taskId": TASK, "customId": "MJ::x"}),
        (ButtonPress(TASK, "MJ::x", MARK), "action", {"taskId": TASK, "customId": "MJ::x", "state": MARK}),
        (
            ButtonPress(TASK, "change::upsample::2", MARK),
            "change",
            {"taskId": TASK, "action": "UPSCALE", "index": 2, "state": MARK},
        ),
        (
            ModalAnswer(TASK, "a cat", PNG, MARK),
            "modal",
            {"taskId": TASK, "prompt": "a cat", "maskBase64": PNG, "state": MARK},
        ),
    ],
)
def test_every_submit_has_its_endpoint_and_body(
    request_: SubmitRequest, endpoint: str, body: dict[str, Any]
) -> None:
    sent = MidjourneyProxyApi("https://mj.example.com/mj-fast", "k", "raw").submit(request_)
    assert sent.url == f"https://mj.example.com/mj-fast/mj/submit/{endpoint}"
    assert json.loads(json.dumps(sent.json)) == body


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        (MARK, MARK),
        *[(each, NO_MARK) for each in ("", None, 17, "mj1:", f"{MARK}0", f" {MARK}", MARK.upper())],
        ("another client's", NO_MARK),
        ({"user": "someone"}, NO_MARK),
    ],
)
def test_only_a_mark_of_ours_is_kept(state: object, mark: str) -> None:
    task = read_fetch(answer(200, {"id": TASK, "status": "SUBMITTED", "state": state}))
    assert task.mark == mark


def test_a_mark_fits_everywhere_and_stays_with_the_task() -> None:
    assert len(MARK) < 40
    assert parse_mark(MARK) == MARK
    held = read_fetch(answer(200, {"id": TASK, "status": "SUBMITTED", "state": MARK}))
    seen = read_fetch(answer(200, {"id": TASK, "status": "IN_PROGRESS", "state": None}))
    assert merged(held, seen).mark == MARK


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("用户今日绘图次数已达上限", RefusalReason.DAILY_LIMIT),
        ("提交失败，用户今日绘图次数已达上限，请明天再试", RefusalReason.DAILY_LIMIT),
        ("Your daily limit is reached", RefusalReason.DAILY_LIMIT),
        ("总绘图次数已达上限", RefusalReason.TOTAL_LIMIT),
        ("账号已被临时封锁", RefusalReason.ACCOUNT_BLOCKED),
        ("禁止上传", RefusalReason.UPLOADS_OFF),
        ("禁止上传图片", RefusalReason.UPLOADS_OFF),
        ("并发数已达上限", RefusalReason.QUEUE_FULL),
        ("队列数已达上限", RefusalReason.QUEUE_FULL),
        ("无可用的账号实例", RefusalReason.NO_ACCOUNT),
        ("base64不能为空", RefusalReason.NOT_ACCEPTED),
        ("prompt is required", RefusalReason.NOT_ACCEPTED),
    ],
)
@pytest.mark.parametrize("code", [4, 9, -1])
def test_a_limit_of_the_account_is_told_by_its_kind(code: int, message: str, reason: RefusalReason) -> None:
    with pytest.raises(SubmitRefused) as caught:
        read_submit(answer(200, {"code": code, "description": message, "result": None}))
    assert caught.value.reason is reason
    assert isinstance(caught.value, QueueFull) == (reason is RefusalReason.QUEUE_FULL)


def test_uploaded_pictures_have_their_addresses() -> None:
    first, second = read_upload(load_response("89"))
    assert first.startswith("https://cdn.discordapp.com/attachments/")
    assert first.endswith("&")
    assert first != second


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(200, {"code": 4, "description": "禁止上传"}), SubmitRefused),
        (answer(200, {"code": 23, "description": "队列已满"}), QueueFull),
        (answer(404, {"status": 404, "error": "Not Found"}), RouteMissing),
        (answer(500, ""), SubmitUnclear),
        (answer(200, "[" * 100_000), SubmitUnclear),
    ],
)
def test_an_upload_is_refused_or_unclear_like_a_submit(response: Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_upload(response)


@pytest.mark.parametrize(
    ("response", "seed"),
    [
        (load_response("92"), "636646138"),
        (answer(200, {"code": 1, "result": 636646138}), "636646138"),
        (answer(200, {"code": "1", "result": " 0 "}), "0"),
    ],
)
def test_a_seed_is_read_in_any_form(response: Response, seed: str) -> None:
    assert read_seed(response) == seed


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(400, {"code": 4, "description": "关联任务状态错误"}), SeedUnavailable),
        (answer(200, {"code": 4, "description": "未获取到 message hash"}), SeedUnavailable),
        (answer(200, {"code": 1, "result": None}), SeedUnavailable),
        (answer(200, {"code": 1, "result": "no seed"}), SeedUnavailable),
        (answer(200, {"success": False, "code": -1, "message": "x"}), SeedUnavailable),
        (answer(400, {"code": 4, "description": "task_no_found "}), TaskNotFound),
        (answer(404, {"error": {"message": "Invalid URL (GET /mj/task/1/image-seed)"}}), RouteMissing),
        (answer(504, "<html>"), UpstreamUnavailable),
        (answer(401, ""), KeyRefused),
    ],
)
def test_a_seed_that_is_not_told_has_its_reason(response: Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_seed(response)


@pytest.mark.parametrize(
    "response",
    [
        answer(200, ""),
        answer(204, ""),
        answer(200, {"code": 1, "description": "成功"}),
        answer(200, {"id": TASK, "status": "CANCEL"}),
    ],
)
def test_a_cancelled_task_is_one_in_any_form(response: Response) -> None:
    read_cancel(response)


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(400, "演示模式，禁止操作"), CommandNotOffered),
        (answer(200, {"success": False, "message": "演示模式，禁止操作"}), CommandNotOffered),
        (answer(403, "禁止操作"), CommandNotOffered),
        (answer(403, ""), UpstreamForbidden),  # it may concern this task only
        (answer(403, {"message": "Forbidden"}), UpstreamForbidden),
        (answer(403, {"code": 4, "description": "无权操作该任务"}), UpstreamForbidden),
        (answer(403, "this task belongs to another account"), UpstreamForbidden),
        (answer(403, "<html>"), UpstreamUnavailable),
        (answer(200, {"code": 4, "description": "任务已结束"}), CancelRefused),
        (answer(200, {"success": False, "code": -1, "message": "x"}), CancelRefused),
        (answer(400, {"code": 4, "description": "task_no_found "}), TaskNotFound),
        (answer(404, ""), RouteMissing),
        (answer(200, "<html>"), UnexpectedHtml),
        (answer(503, ""), UpstreamUnavailable),
    ],
)
def test_nothing_is_called_cancelled_that_the_service_did_not_cancel(
    response: Response, error: type[Exception]
) -> None:
    with pytest.raises(error):
        read_cancel(response)


OURS = {"id": TASK, "status": "IN_PROGRESS", "state": MARK}
THEIRS = {"id": "1763936412345679", "status": "SUCCESS", "state": "theirs", "clientIp": "203.0.113.7"}


@pytest.mark.parametrize(
    "body",
    [
        [THEIRS, OURS],
        {"code": 1, "data": [OURS, THEIRS]},
        {"result": [OURS]},
        [OURS, THEIRS, OURS],
        [None, 17, "x", [], {"state": None}, {"state": {}}, {"id": TASK}, OURS],
        [THEIRS] * 1_500 + [OURS],
    ],
)
def test_a_task_is_found_by_its_mark(body: object) -> None:
    found = read_marked(answer(200, body), frozenset({MARK, mark_of(bytes(MARK_BYTES))}))
    assert {mark: [task.id for task in tasks] for mark, tasks in found.items()} == {MARK: [TASK]}


@pytest.mark.parametrize(
    "body", [[], [THEIRS], [THEIRS | {"state": MARK, "id": "no id"}], [OURS | {"state": MARK[:-1]}]]
)
def test_a_list_without_the_mark_finds_nothing(body: object) -> None:
    assert read_marked(answer(200, body), frozenset({MARK})) == {}


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(200, ""), UpstreamUnavailable),
        (answer(200, "null"), UpstreamUnavailable),
        (answer(200, {"code": 4}), UpstreamUnavailable),
        (answer(200, '[{"id"'), UpstreamUnavailable),
        (answer(401, ""), KeyRefused),
        (answer(404, {"status": 404}), RouteMissing),
        (answer(200, "<html>"), UnexpectedHtml),
    ],
)
def test_what_is_no_list_proves_nothing(response: Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_marked(response, frozenset({MARK}))


def test_a_missing_endpoint_is_learnt_for_itself_and_for_ten_minutes() -> None:
    now = 0.0
    offers = Offers(Clock(lambda: now))
    with pytest.raises(CommandNotOffered), offers.asking(Command.DESCRIBE):
        raise RouteMissing
    assert [offers.of(each) for each in (Command.DESCRIBE, Command.BLEND)] == [False, None]
    with pytest.raises(CommandNotOffered), offers.asking(Command.DESCRIBE):
        pytest.fail("it is not asked for again")
    now = 600.0
    assert offers.of(Command.DESCRIBE) is None
    with offers.asking(Command.DESCRIBE):
        pass
    assert offers.of(Command.DESCRIBE) is True


@pytest.mark.parametrize(
    ("endpoint", "error"),
    [
        ("imagine", RouteMissing),  # every server has it: the address is wrong
        ("action", RouteMissing),
        ("modal", RouteMissing),
        ("describe", Redirected),
        ("describe", UnexpectedHtml),
        ("describe", UpstreamUnavailable),
        ("cancel", UpstreamForbidden),  # perhaps of this task only
    ],
)
def test_what_does_not_prove_that_an_endpoint_is_missing_is_not_learnt(
    endpoint: str, error: type[Exception]
) -> None:
    offers = Offers(Clock(lambda: 0.0))
    with pytest.raises(error), offers.asking(endpoint):
        raise error
    assert {offers.of(each) for each in Command} == {None}


@pytest.mark.parametrize("read", [read_cancel, read_seed])
@pytest.mark.parametrize(
    ("response", "task_id", "missing"),
    [
        (answer(404, ""), TASK, False),
        (answer(404, {"detail": "Not Found"}), TASK, False),
        (answer(404, {"status": 404, "error": "Not Found", "path": f"/mj/task/{TASK}/cancel"}), TASK, False),
        (answer(404, {"code": 4, "description": ""}), TASK, False),
        (answer(404, "record not found"), TASK, False),
        (answer(200, {"code": 404, "msg": "Not Found"}), TASK, False),
        (answer(404, {"error": {"message": f"Invalid URL (POST /mj/task/{TASK}/cancel)"}}), TASK, True),
        (answer(404, {"message": "no Route matched with those values"}), TASK, True),
        (answer(404, "404 page not found"), TASK, True),
        (answer(404, {"detail": f"No static resource mj/task/{TASK}/image-seed."}), TASK, True),
        (answer(404, {"message": f"Cannot POST /mj/task/{TASK}/cancel"}), TASK, True),
        (answer(405, ""), TASK, True),
        (answer(404, ""), NO_TASK, True),
        (answer(404, {"status": 404, "error": "Not Found"}), NO_TASK, True),
    ],
)
def test_a_404_for_one_task_says_nothing_of_the_endpoint_unless_in_words(
    read: Callable[[Response], object], response: Response, task_id: TaskId, missing: bool
) -> None:
    offers = Offers(Clock(lambda: 0.0))
    command = Command.CANCEL if read is read_cancel else Command.SEED
    with suppress(CommandNotOffered, UpstreamError), offers.asking(command, task_id):
        read(response)
    assert (offers.of(command) is False) == missing
