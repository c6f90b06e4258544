"""Which reference pictures are loaded, decided before the download, and how large a copy may be."""

from __future__ import annotations

from typing import Final

from mjbot.core.i18n.texts import Text

MIB: Final = 1024 * 1024
MAX_BYTES: Final = 10 * MIB
TARGET_SIDE: Final = 2_048
"""The longer side in pixels of what is sent to the service."""
TARGET_BYTES: Final = 2_000_000
"""The size of what is sent: relays give up an upload after 60 seconds."""
MAX_ADDRESS: Final = 2_000
_TYPES = ("image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif")
_EXTENSIONS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif")


def refuse_attachment(filename: str, content_type: str | None, size: int) -> Text | None:
    """Return why an attachment is not loaded, or None. ``size`` in bytes; the first bytes decide later.

    The texts have the placeholders ``name`` and ``n``, in MB. Discord leaves out the type of some files.
    """
    kind = (content_type or "").partition(";")[0].strip().lower()
    is_picture = kind in _TYPES if kind else filename.lower().endswith(_EXTENSIONS)
    if not is_picture or size <= 0:
        return Text.PICTURE_TYPE
    return Text.PICTURE_TOO_LARGE if size > MAX_BYTES else None
