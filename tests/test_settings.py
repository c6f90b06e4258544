"""Settings as an operator meets them: through the command line, in a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = (Path(__file__).parent.parent / ".env.example").read_text(encoding="utf-8")
REQUIRED = {
    "MJBOT_DISCORD_TOKEN": "token-canary",
    "MJBOT_UPSTREAM_URL": "http://127.0.0.1:9",
    "MJBOT_UPSTREAM_KEY": "key-canary",
}
RENAMED = {
    "MJBOT_USER_ASKS": "MJBOT_USER_COMMANDS_PER_MINUTE",
    "MJBOT_USER_PRESSES": "MJBOT_USER_PRESSES_PER_10_MIN",
    "MJBOT_GUILD_PRESSES": "MJBOT_GUILD_PRESSES_PER_HOUR",
}


def mjbot(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return subprocess.run(
        [sys.executable, "-m", "mjbot", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **measured, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_env_prints_the_example_settings(tmp_path: Path) -> None:
    result = mjbot(tmp_path, "env")
    assert (result.returncode, result.stdout) == (0, EXAMPLE)


@pytest.mark.parametrize("command", ["run", "health"])
def test_an_old_name_of_a_setting_is_answered_with_its_new_one(tmp_path: Path, command: str) -> None:
    result = mjbot(tmp_path, command, **REQUIRED, **dict.fromkeys(RENAMED, "5"))
    assert result.returncode == 78
    lines = [f"{old} is now {new}." for old, new in RENAMED.items()]
    assert sorted(result.stderr.splitlines()) == sorted(lines)


def test_an_old_name_in_the_env_file_is_a_failed_check(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MJBOT_USER_ASKS=5\n", encoding="utf-8")
    result = mjbot(tmp_path, "check", **REQUIRED)
    assert result.returncode == 1
    assert result.stdout == "NO  settings  MJBOT_USER_ASKS is now MJBOT_USER_COMMANDS_PER_MINUTE.\n"


def test_a_failed_check_points_to_the_example_in_a_line_that_is_no_check(
    tmp_path: Path,
) -> None:
    result = mjbot(tmp_path, "check", **{**REQUIRED, "MJBOT_POLL_MIN": "0"})
    *checks, hint = result.stdout.splitlines()
    assert [line.split()[:2] for line in checks] == [["NO", "settings"]]
    assert hint == "`mjbot env` prints an example of every setting."

    report = json.loads(mjbot(tmp_path, "check", "--json", **{**REQUIRED, "MJBOT_POLL_MIN": "0"}).stdout)
    assert [check["text"].partition(":")[0] for check in report["checks"]] == ["MJBOT_POLL_MIN"]


_NO_ADDRESS = "must be an address that begins with http:// or https:// (SOCKS is not possible)"
_NO_PORT = "must be a host and a port, such as http://127.0.0.1:7890"
PROXIES = {
    "127.0.0.1:7890": _NO_ADDRESS,
    "socks5://127.0.0.1:1080": _NO_ADDRESS,
    "http://": _NO_ADDRESS,
    "http://ann:canary@": _NO_ADDRESS,
    "http://127.0.0.1:99999": _NO_PORT,
    "http://ann:canary@127.0.0.1:0": _NO_PORT,
    "http://127.0.0.1:7890/path": _NO_PORT,
    "http://127.0.0.1:7890?x=1": _NO_PORT,
}


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(tmp_path: Path, proxy: str) -> None:
    result = mjbot(tmp_path, "run", **REQUIRED, MJBOT_DISCORD_PROXY=proxy)
    assert result.returncode == 78
    assert f"MJBOT_DISCORD_PROXY: {PROXIES[proxy]}" in result.stderr
    assert "canary" not in result.stderr
