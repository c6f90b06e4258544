"""What is published fits together: the workflow, the locked packages, the wheel and its page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
REPOSITORY = PROJECT["urls"]["Repository"]
WORKFLOW_TEXT = (ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8")
WORKFLOW = yaml.safe_load(WORKFLOW_TEXT)
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
README = READMES[0].read_text("utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
LOCKED = {
    "run": PROJECT["dependencies"],
    "demo": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["demo"]],
    "dev": [
        *PROJECT["dependencies"],
        *(each for some in PROJECT["optional-dependencies"].values() for each in some),
    ],
    **PYPROJECT["dependency-groups"],
}
PIN = re.compile(
    r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)(?: ; .+?)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)


def steps() -> list[dict[str, Any]]:
    return [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def pythons() -> list[str]:
    prefix = "Programming Language :: Python :: "
    found = [each.removeprefix(prefix) for each in PROJECT["classifiers"] if each.startswith(prefix)]
    return [each for each in found if re.fullmatch(r"3\.\d+", each)]


def pins(path: Path) -> dict[str, str]:
    """Versions by name, as a lock file pins them."""
    return {canonicalize_name(pin[1]): pin[2] for pin in PIN.finditer(path.read_text("utf-8"))}


def test_the_workflow_tests_the_pythons_that_are_promised() -> None:
    assert WORKFLOW["jobs"]["quick"]["strategy"]["matrix"]["python"] == pythons()
    assert PROJECT["requires-python"] == f">={pythons()[0]}"
    container = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    images = re.findall(r"^FROM \S+/python:([\d.]+)", container, re.M)
    assert images
    # Debian 12, on which the gate runs every test, has the oldest of them.
    assert WORKFLOW["jobs"]["gate"]["container"] == "debian:12"
    assert set(images) == {pythons()[0]}


def test_the_workflow_tests_the_systems_that_are_promised() -> None:
    matrix = WORKFLOW["jobs"]["quick"]["strategy"]["matrix"]
    tested = {each.partition("-")[0] for each in [*matrix["os"], *(more["os"] for more in matrix["include"])]}
    runners = {"MacOS": "macos", "Microsoft :: Windows": "windows", "POSIX": "ubuntu"}
    prefix = "Operating System :: "
    promised = [each.removeprefix(prefix) for each in PROJECT["classifiers"] if each.startswith(prefix)]
    assert tested == {runners[each] for each in promised}


def test_the_workflow_runs_only_the_gate_and_parts_of_it() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):.*##", makefile, re.M))
    commands = [step["run"] for step in steps() if "run" in step]
    assert ".ci/run" in commands
    assert re.search(r"^make [a-z ]*\btest\b", (ROOT / ".ci" / "run").read_text("utf-8"), re.M)
    parts = {"unit", "quick", "lint", "types"} & targets
    assert {command for command in commands if command != ".ci/run"} <= {f"make {part}" for part in parts}


def test_the_workflow_may_only_read_and_pins_what_it_uses() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in WORKFLOW["jobs"].values())
    assert "secrets" not in WORKFLOW_TEXT
    assert "pull_request_target" not in WORKFLOW_TEXT
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is True
    used = [step for step in steps() if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@(v\d+(\.\d+)*|[0-9a-f]{40})", step["uses"]) for step in used)
    checkouts = [step for step in used if "/checkout@" in step["uses"]]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_updates_of_discord_py_and_simcord_come_together() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))["updates"]
    pip, actions = updates
    assert (pip["package-ecosystem"], actions["package-ecosystem"]) == ("pip", "github-actions")
    assert {"discord.py", "simcord"} <= set(pip["groups"]["discord"]["patterns"])
    assert all((ROOT / folder.lstrip("/")).is_dir() for folder in pip["directories"])


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_file_pins_every_package_by_its_hashes_and_names_no_host(path: Path) -> None:
    text = path.read_text("utf-8")
    rest = re.sub(r"(?m)^#.*\n", "", PIN.sub("", text))
    assert rest.strip() == ""
    assert "://" not in text
    assert pins(path)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_file_fits_the_project_and_the_other_lock_files(path: Path) -> None:
    pinned, dev = pins(path), pins(ROOT / "requirements" / "dev.txt")
    for wanted in map(Requirement, LOCKED[path.stem]):
        assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), wanted
    assert {name: version for name, version in pinned.items() if dev.get(name, version) != version} == {}


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_link_of_the_readme_works_without_the_repository(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", path.read_text("utf-8"))
    ours = [link for link in links if link.startswith(REPOSITORY)]
    assert ours
    assert all(link.startswith("https://") for link in links)
    for link in ours:
        kind, branch, name = link.removeprefix(f"{REPOSITORY}/").split("/", 2)
        assert (ROOT / name).exists(), name
        expected = "tree" if (ROOT / name).is_dir() else "raw" if name.endswith((".png", ".webp")) else "blob"
        assert (kind, branch) == (expected, "main"), name


def test_the_changelog_has_a_dated_section_for_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    sections = re.findall(r"^## (.+)$", changelog, re.M)
    assert sections[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(PROJECT['version'])} - \d{{4}}-\d\d-\d\d", sections[1])


def test_the_index_of_the_documents_lists_every_page() -> None:
    pages = {page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md")} - {Path("README.md")}
    listed = set(re.findall(r"\]\(([^)#]+)", (ROOT / "docs" / "README.md").read_text("utf-8")))
    assert {str(page) for page in pages} <= listed


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_of_a_page_leads_to_a_file_and_a_heading(path: Path) -> None:
    for name, _, heading in re.findall(r"\]\((?!https?:)([^)#\s]*)(#([^)\s]+))?\)", path.read_text("utf-8")):
        target = path.parent / name if name else path
        assert target.exists(), name
        if heading:
            titles = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.M)
            assert heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_the_wheel_has_the_program_and_prints_its_example_settings(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (path,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        wheel.extractall(tmp_path / "installed")
        names = set(wheel.namelist())
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        described = Parser().parsestr(wheel.read(metadata).decode())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"mjbot", "cogs"}
    assert described["Version"] == PROJECT["version"]
    assert described.get_payload() == README
    printed = subprocess.run(
        [sys.executable, "-m", "mjbot", "env"],
        cwd=tmp_path / "installed",
        env={"PATH": os.environ["PATH"]},  # coverage counts the checkout, not this copy of it
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert printed.stdout == (ROOT / ".env.example").read_bytes()
    assert (tmp_path / "installed" / "mjbot" / "env.example").read_bytes() == printed.stdout
    shutil.rmtree(tmp_path / "installed")  # it holds the key that test_secrets looks for
