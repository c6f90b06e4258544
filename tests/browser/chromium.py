"""The system's Chromium, which tests and the gallery use: no sandbox, no background traffic."""

from __future__ import annotations

import shutil

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]


def executable() -> str:
    """Its path."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "this needs Chromium:  sudo apt install chromium"
    return found
