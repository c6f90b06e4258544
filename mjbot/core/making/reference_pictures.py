"""Which reference pictures may be downloaded, and the size of the copies that are sent to the service."""

from __future__ import annotations

from typing import Final

from mjbot.core.i18n.texts import Text

MIB: Final = 1024 * 1024
MAX_BYTES: Final = 10 * MIB
TARGET_SIDE: Final = 2_048
"""The maximum length, in pixels, of the longer side of a picture that is sent to the service."""
TARGET_BYTES: Final = 2_000_000
"""The target size, in bytes, of a picture that is sent. Relays abort an upload after 60 seconds."""
MAX_ADDRESS: Final = 2_000
_TYPES = ("image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif")
_EXTENSIONS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif")


def refuse_attachment(filename: str, content_type: str | None, size: int) -> Text | None:
    """Return why an attachment must not be downloaded, or None if it may be. ``size`` is in bytes.

    The texts have the placeholders ``name`` and ``n`` (in MB). Discord omits the type of some files. The
    first bytes of the file are checked after the download.
    """
    kind = (content_type or "").partition(";")[0].strip().lower()
    is_picture = kind in _TYPES if kind else filename.lower().endswith(_EXTENSIONS)
    if not is_picture or size <= 0:
        return Text.PICTURE_TYPE
    return Text.PICTURE_TOO_LARGE if size > MAX_BYTES else None
