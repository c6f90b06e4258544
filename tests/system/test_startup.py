"""What an operator reads when the process cannot start."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.system.process import measured

GOOD = {
    "MJBOT_DISCORD_TOKEN": "token-canary",
    "MJBOT_DISCORD_API_URL": "http://127.0.0.1:9/api/v10",
    "MJBOT_UPSTREAM_URL": "http://127.0.0.1:9",
    "MJBOT_UPSTREAM_KEY": "key-canary",
}


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mjbot", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **measured(), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_settings_each_missing_one_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, "run")
    assert result.returncode == 78
    for name in ("DISCORD_TOKEN", "UPSTREAM_URL", "UPSTREAM_KEY"):
        assert f"MJBOT_{name}: is not set" in result.stderr


def test_without_a_network_one_line_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, "run", **GOOD)
    assert result.returncode == 69
    assert "Discord cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr
    assert "canary" not in result.stderr


def test_a_taken_port_of_the_demo_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run(tmp_path, "demo", "--port", str(port))
    assert result.returncode == 69
    assert f"Port {port} is taken." in result.stderr
    assert "Traceback" not in result.stderr
