"""One task as each kind of server sends it: the fields it has, and how it writes "not yet"."""

from __future__ import annotations

import zlib
from typing import Any

from mjbot.sandbox.buttons import Wire

_TIMES = ("submitTime", "startTime", "finishTime")
_FINAL = ("SUCCESS", "FAILURE", "CANCEL")


def original(task: Wire) -> Wire:
    """Novicezk's: no buttons, null for what is not there, and no progress on a failure."""
    kept = _nulls(task, ("state", "failReason", "imageUrl", *_TIMES))
    for name in ("buttons", "customId", "botType", "videoUrls"):
        del kept[name]
    return kept | {"progress": "" if task["status"] == "FAILURE" else task["progress"]}


def plus(task: Wire) -> Wire:
    """Litter-coder's: Discord's own numbers among the properties."""
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
    return _nulls(task, ("state", "failReason", *_TIMES)) | size | {"properties": properties}


def true(task: Wire) -> Wire:
    """Trueai's: seventy fields, of which some are people's own; no picture before the end."""
    status = task["status"]
    buttons = [each for each in task["buttons"] if each.get("customId")]
    extra: Wire = {
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
    return _nulls(task, ("state", "failReason", *_TIMES)) | extra


def gateway(task: Wire) -> Wire:
    """New-api's: zeros for times, few properties, and pictures behind an address of its own that is wrong."""
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
        "imageUrl": _own_address(task),
        "videoUrl": "",
        "videoUrls": task["videoUrls"] or None,
    }


def blank(task: Wire) -> Wire:
    """A gateway's row from a submit until it first looks at the proxy."""
    empty = dict.fromkeys(("status", "progress", "imageUrl", "failReason"), "")
    return gateway(task | empty | {"startTime": 0, "finishTime": 0, "buttons": []})


def _own_address(task: Wire) -> str:
    if not task["imageUrl"]:
        return ""
    running = task["status"] not in _FINAL
    mark = f"?rand={zlib.crc32(task['imageUrl'].encode())}" if running else ""
    return f"http://localhost:3000/mj/image/{task['id']}{mark}"


def _nulls(task: Wire, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: (value or None) if name in names else value for name, value in task.items()}
