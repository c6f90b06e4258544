"""The browser that tests and the gallery drive: the system's Chromium, quiet and without a sandbox."""

from __future__ import annotations

import shutil

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]


def executable() -> str:
    """Where it is."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "this needs Chromium:  sudo apt install chromium"
    return found
