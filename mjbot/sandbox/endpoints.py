"""The endpoints of the simulated service other than reads by id: submits, the list, seeds and cancels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mjbot.sandbox.answers import NOT_FOUND, ServerResponse, submit_response
from mjbot.sandbox.buttons import Payload
from mjbot.sandbox.dialects import Dialect
from mjbot.sandbox.making import problem_of, read_make
from mjbot.sandbox.script import LONG, Scene, Script
from mjbot.sandbox.submits import Decision, Sender
from mjbot.sandbox.world import World

_STRANGER = "1700000000000999"
_LISTED = 100  # as on trueai's server
_NOT_AN_ADMIN = "演示模式，禁止操作"


def no_route(dialect: Dialect, method: str, path: str, now: float) -> ServerResponse:
    """Return the error of this kind of server for a path that it does not have."""
    if not dialect.tells_methods:
        message = f"Invalid URL ({method} {path})"
        return ServerResponse(404, {"error": {"message": message, "type": "invalid_request_error"}})
    # novicezk's server is a Spring application; this is Spring's error body
    when = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    return ServerResponse(404, {"timestamp": when, "status": 404, "error": "Not Found", "path": path})


def submit(
    dialect: Dialect, world: World, kind: str, method: str, body: Mapping[str, Any], now: float
) -> ServerResponse:
    """Process a submit, and return the response of this kind of server.

    If the server does not support ``kind``, the response is an error.
    """
    path = f"/mj/submit/{kind}"
    if kind not in dialect.submits or (method != "POST" and not dialect.tells_methods):
        return no_route(dialect, method, path, now)
    if method != "POST":
        return ServerResponse(405, None)
    return dialect.respond(_decide(dialect, world, kind, body, now))


def _decide(dialect: Dialect, world: World, kind: str, body: Mapping[str, Any], now: float) -> Decision:
    task_id = str(body.get("taskId", ""))
    sender = Sender(str(body.get("notifyHook") or ""), str(body.get("state") or ""))
    match kind:
        case "imagine" | "describe" | "blend" | "shorten":
            make = read_make(kind, body, takes_links=dialect.takes_links)
            problem = problem_of(make, needs_data_urls=dialect.needs_data_urls)
            return Decision("invalid", text=problem) if problem else world.make(make, now, sender)
        case "upload-discord-images":
            pictures = body.get("base64Array")
            if not isinstance(pictures, list) or not pictures:
                return Decision("invalid", text="base64Array不能为空")
            return world.upload(len(pictures), now)
        case "change":
            return world.change(task_id, str(body.get("action")), body.get("index"), now, sender)
        case "action":
            return world.press(task_id, str(body.get("customId", "")), now, dialect.offers, sender)
    prompt, mask = str(body.get("prompt") or ""), str(body.get("maskBase64") or "")
    if dialect.needs_prompt and not prompt:
        return Decision("invalid", text="prompt不能为空")
    return world.submit_modal(task_id, prompt, mask, now, sender)


def seed(dialect: Dialect, world: World, task_id: str, now: float) -> ServerResponse:
    """Return the response to a request for the seed of a task's picture."""
    if not dialect.has_seeds:
        return no_route(dialect, "GET", f"/mj/task/{task_id}/image-seed", now)
    if world.peek(task_id, now) is None:
        return dialect.respond(Decision("parent_gone"))
    found = world.seed_of(task_id, now)
    return submit_response(1, "成功", found) if found else submit_response(4, "关联任务状态错误")


def cancel(dialect: Dialect, world: World, task_id: str, method: str, now: float) -> ServerResponse:
    """Cancel a task, and return the response of this kind of server.

    trueai's server allows only administrators to cancel, and sends them an empty body.
    """
    if dialect.cancels is None or (method != "POST" and not dialect.tells_methods):
        return no_route(dialect, method, f"/mj/task/{task_id}/cancel", now)
    if method != "POST":
        return ServerResponse(405, None)
    if dialect.cancels == "admins":
        if not world.admin:
            return ServerResponse(400, _NOT_AN_ADMIN)
        world.cancel(task_id, now, "FAILURE", "取消任务")
        return ServerResponse(200, None)
    if world.peek(task_id, now) is None:
        return ServerResponse(400, NOT_FOUND)
    cancelled = world.cancel(task_id, now, "CANCEL")
    return submit_response(1, "成功", task_id) if cancelled else submit_response(4, "任务已结束")


def task_list(dialect: Dialect, world: World, now: float) -> ServerResponse:
    """Return the response with the latest tasks of all users, newest first."""
    if not dialect.has_list:
        return no_route(dialect, "GET", "/mj/task/list", now)
    rows = everyone(world, now)[::-1][:_LISTED]
    return ServerResponse(200, [dialect.serialize(each) for each in rows])


def everyone(world: World, now: float) -> list[Payload]:
    """Return all tasks, and one task of another user."""
    found = [world.peek(task_id, now) for task_id in world.ids]
    stranger = Script(_STRANGER, LONG, "another user's", Scene(0), now - 60, mark="not ours")
    return [*(each for each in found if each is not None), stranger.payload(now, world.base_url)]
