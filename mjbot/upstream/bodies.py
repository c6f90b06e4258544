"""The endpoint and the JSON body of each kind of submit.

Pictures are sent as complete data URLs, which every server accepts. novicezk's server refuses bare base64
(https://github.com/novicezk/midjourney-proxy, SubmitController).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mjbot.core.model.submits import (
    Blend,
    ButtonPress,
    Command,
    Describe,
    Imagine,
    ModalAnswer,
    Shorten,
    SubmitRequest,
)
from mjbot.upstream.grid_changes import parse_grid_change

_ENDPOINTS: Mapping[type[SubmitRequest], str] = {
    Imagine: Command.IMAGINE,
    Describe: Command.DESCRIBE,
    Blend: Command.BLEND,
    Shorten: Command.SHORTEN,
    ButtonPress: "action",
    ModalAnswer: "modal",
}


def endpoint_of(request: SubmitRequest) -> str:
    """Return the last segment of the URL path for a submit."""
    if isinstance(request, ButtonPress) and parse_grid_change(request.custom_id):
        return "change"
    return _ENDPOINTS[type(request)]


def body_of(request: SubmitRequest) -> dict[str, Any]:
    """Return the JSON body of a submit, including the mark that identifies its task, if there is one."""
    return _fields(request) | ({"state": request.mark} if request.mark else {})


def _fields(request: SubmitRequest) -> dict[str, Any]:
    match request:
        case Imagine(prompt, pictures, niji):
            images = {"base64Array": list(pictures)} if pictures else {}
            return {"prompt": prompt, **images, **_bot(niji)}
        case Describe(picture):
            return {"base64": picture} if picture.startswith("data:") else {"link": picture}
        case Blend(pictures, shape, niji):
            return {"base64Array": list(pictures), "dimensions": shape, **_bot(niji)}
        case Shorten(prompt, niji):
            return {"prompt": prompt, **_bot(niji)}
        case ButtonPress(task_id, custom_id):
            if change := parse_grid_change(custom_id):
                return {"taskId": str(task_id), "action": change.action, "index": change.index}
            return {"taskId": str(task_id), "customId": custom_id}
        case ModalAnswer(task_id, prompt, mask):
            return {"taskId": str(task_id), "prompt": prompt} | ({"maskBase64": mask} if mask else {})


def _bot(niji: bool) -> dict[str, str]:
    return {"botType": "NIJI_JOURNEY" if niji else "MID_JOURNEY"}
