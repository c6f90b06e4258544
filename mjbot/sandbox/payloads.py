"""Serializes a task as each kind of server does, with the fields and the absent values of that server."""

from __future__ import annotations

import zlib
from typing import Any

from mjbot.sandbox.buttons import Payload

_TIMES = ("submitTime", "startTime", "finishTime")
_FINAL = ("SUCCESS", "FAILURE", "CANCEL")


def original(task: Payload) -> Payload:
    """Serialize a task like novicezk's server.

    It has no buttons, null for absent values, and no progress after a failure.
    """
    kept = _with_nulls(task, ("state", "failReason", "imageUrl", *_TIMES))
    for name in ("buttons", "customId", "botType", "videoUrls"):
        del kept[name]
    return kept | {"progress": "" if task["status"] == "FAILURE" else task["progress"]}


def plus(task: Payload) -> Payload:
    """Serialize a task like litter-coder's server, which adds Discord's own ids to the properties."""
    size = (
        {"imageHeight": 1024, "imageWidth": 1024}
        if task["imageUrl"]
        else {"imageHeight": None, "imageWidth": None}
    )
    properties = task["properties"] | {
        "messageId": "1300000000000000001",
        "flags": 0,
        "nonce": "1300000000000000002",
        "notifyHook": None,
        "discordInstanceId": "1100000000000000001",
    }
    return _with_nulls(task, ("state", "failReason", *_TIMES)) | size | {"properties": properties}


def true(task: Payload) -> Payload:
    """Serialize a task like trueai's server: seventy fields, including personal data, but no previews."""
    status = task["status"]
    buttons = [each for each in task["buttons"] if each.get("customId")]
    extra: Payload = {
        "parentId": None,
        "botType": "MID_JOURNEY",
        "realBotType": None,
        "userId": "someone",
        "clientIp": "203.0.113.7",
        "instanceId": "1100000000000000001",
        "isCompleted": status in _FINAL,
        "displays": {},
        "mode": "FAST",
        "thumbnailUrl": None,
        "imageUrls": None,
        "version": "v 7",
        "buttons": buttons,
        "imageUrl": task["imageUrl"] if status == "SUCCESS" else None,
        "progress": None if status == "NOT_START" else task["progress"],
        "videoUrls": [each | {"thumbnail": None} for each in task["videoUrls"]] or None,
    }
    return _with_nulls(task, ("state", "failReason", *_TIMES)) | extra


def new_api(task: Payload) -> Payload:
    """Serialize a task like new-api: 0 for missing times, few properties, and image URLs on localhost."""
    status = task["status"]
    keep = {name: task["properties"].get(name, "") for name in ("finalPrompt", "finalZhPrompt")}
    buttons = [
        {"customId": each.get("customId", ""), **{k: each[k] for k in ("emoji", "label", "type", "style")}}
        for each in task["buttons"]
    ]
    return {name: value for name, value in task.items() if name != "videoUrls"} | {
        "customId": "",
        "botType": "",
        "maskBase64": "",
        "properties": keep if status in _FINAL else None,
        "buttons": buttons if status == "SUCCESS" else None,
        "progress": "100%" if status == "FAILURE" else task["progress"],
        "imageUrl": _local_image_url(task),
        "videoUrl": "",
        "videoUrls": task["videoUrls"] or None,
    }


def new_api_blank(task: Payload) -> Payload:
    """Serialize a task like new-api between the submit and new-api's first poll of its proxy."""
    empty = dict.fromkeys(("status", "progress", "imageUrl", "failReason", "state"), "")
    return new_api(task | empty | {"startTime": 0, "finishTime": 0, "buttons": []})


def _local_image_url(task: Payload) -> str:
    if not task["imageUrl"]:
        return ""
    running = task["status"] not in _FINAL
    query = f"?rand={zlib.crc32(task['imageUrl'].encode())}" if running else ""
    return f"http://localhost:3000/mj/image/{task['id']}{query}"


def _with_nulls(task: Payload, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: (value or None) if name in names else value for name, value in task.items()}
