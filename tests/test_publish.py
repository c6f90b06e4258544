"""What a package index, GitHub and an operator without the repository see of the project is true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from mjbot import settings
from mjbot.__main__ import main
from mjbot.errors import StartupError

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
JOBS: dict[str, Any] = WORKFLOW["jobs"]
TARGETS = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
GATE = (ROOT / ".ci/run").read_text(encoding="utf-8")


def commands() -> list[str]:
    return [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]


def test_the_workflow_runs_only_make_targets_and_the_gate() -> None:
    for command in commands():
        assert command == ".ci/run" or set(command.split()[1:]) <= TARGETS, command
    assert ".ci/run" in commands()
    # What the matrix runs is part of what the gate runs.
    assert re.search(r"(?m)^make .*\btest\b", GATE)
    assert {"lint", "types", "quick"} <= TARGETS


def test_the_workflow_the_classifiers_and_the_container_agree_on_the_pythons() -> None:
    pythons = JOBS["quick"]["strategy"]["matrix"]["python"]
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if ":: Python :: 3." in line]
    assert named == pythons
    container = re.findall(r"python:(3\.\d+)-slim", (ROOT / "deploy/Containerfile").read_text("utf-8"))
    assert set(container) <= set(pythons)


def test_the_workflow_has_no_rights_and_no_secrets() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "secrets." not in text


def test_the_lock_has_a_hash_for_every_package_and_names_no_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        pins = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line, re.IGNORECASE)]
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins), path.name
        assert "://" not in text


def test_readme_shows_its_images_wherever_it_is_read() -> None:
    images = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert images
    base = PROJECT["urls"]["Repository"] + "/raw/main/"
    for image in images:
        assert image.startswith(base)
        assert (ROOT / image.removeprefix(base)).is_file()


def test_the_changelog_has_a_dated_section_for_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"(?m)^## {re.escape(PROJECT['version'])} - \d{{4}}-\d\d-\d\d$", changelog)


def test_mjbot_env_prints_the_example_settings() -> None:
    result = CliRunner().invoke(main, ["env"])
    assert result.exit_code == 0
    assert result.output == (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_wheel_carries_the_example_settings() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert wheel["force-include"] == {".env.example": "mjbot/env.example"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("USER_ASKS", "USER_COMMANDS_PER_MINUTE"),
        ("USER_PRESSES", "USER_PRESSES_PER_10_MIN"),
        ("GUILD_PRESSES", "GUILD_PRESSES_PER_HOUR"),
    ],
)
@pytest.mark.parametrize("where", ["environment", "file"])
def test_the_old_name_of_a_setting_is_answered_with_the_new_one(
    old: str, new: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if where == "environment":
        monkeypatch.setenv(f"MJBOT_{old}", "5")
    else:
        Path(".env").write_text(f"mjbot_{old.lower()}=5\n", encoding="utf-8")
    with pytest.raises(StartupError, match=f"^MJBOT_{old} is now MJBOT_{new}.$"):
        settings.load()
    result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 78
    result = CliRunner().invoke(main, ["check"])
    assert f"NO  settings  MJBOT_{old} is now MJBOT_{new}." in result.output
