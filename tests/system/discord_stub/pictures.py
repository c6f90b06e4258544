"""What Discord adds to files and embeds: sizes of pictures, and addresses through its own proxy."""

from __future__ import annotations

import ipaddress
import mimetypes
import struct
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.system.discord_stub.form import JSON

REMOTE_SIZE = {"width": 1024, "height": 1024}
PNG = b"\x89PNG\r\n\x1a\n"


def describe(name: str, data: bytes) -> JSON:
    """The fields of an attachment that Discord finds out by itself."""
    kind = mimetypes.guess_type(name)[0]
    if data.startswith(PNG) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return {"content_type": "image/png", "width": width, "height": height}
    return {"content_type": kind} if kind else {}


def show(embeds: list[JSON], files: list[JSON]) -> list[JSON]:
    """Embeds as they come back from Discord: `attachment://…` resolved, pictures measured."""
    by_name = {file["filename"]: file for file in files}
    return [_delivered(embed, by_name) for embed in embeds]


def _delivered(embed: JSON, files: dict[str, JSON]) -> JSON:
    # What the bot wrote is kept as it wrote it, so whatever is changed here is a copy.
    delivered = embed | {"type": "rich"}
    for key in ("image", "thumbnail"):
        if embed.get(key):
            delivered[key] = _resolved(dict(embed[key]), files)
    return delivered


def _resolved(picture: JSON, files: dict[str, JSON]) -> JSON:
    address = str(picture.get("url"))
    file = files.get(address.removeprefix("attachment://"))
    if file is not None:
        picture |= {"url": file["url"], "proxy_url": file["url"]}
        picture |= {key: file.get(key, 0) for key in ("width", "height")}
    elif reachable(address):
        picture |= {"proxy_url": address, **REMOTE_SIZE}
    else:
        # Discord accepts the message and shows no picture: the size is the only sign of it.
        picture |= {"proxy_url": address, "width": 0, "height": 0}
    return picture


def reachable(address: str) -> bool:
    """Whether Discord's proxy, out on the internet, could fetch the address at all."""
    return _public(urlsplit(address).hostname or "")


@lru_cache
def _public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".internal"))
