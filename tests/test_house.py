"""The rules that a program can check: imports, names, sizes, and documents in step with the code."""

from __future__ import annotations

import ast
import re
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest

from mjbot import errors
from mjbot.errors import submits
from mjbot.settings import Settings

ROOT = Path(__file__).parent.parent
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
MODULES = sorted([*ROOT.glob("mjbot/**/*.py"), *ROOT.glob("cogs/**/*.py")])
# Each package may import only from these of ours (prefixes). What is not listed may import anything of ours.
MAY_IMPORT = {
    "mjbot.core": ("mjbot.core",),
    "mjbot.ports": ("mjbot.core", "mjbot.errors", "mjbot.ports"),
    "mjbot.errors": ("mjbot.core", "mjbot.errors"),
    "mjbot.clock": (),
    "mjbot.upstream": (
        "mjbot.core",
        "mjbot.ports",
        "mjbot.errors",
        "mjbot.clock",
        "mjbot.upstream",
    ),
    "mjbot.store": ("mjbot.core", "mjbot.ports", "mjbot.errors", "mjbot.store"),
    "mjbot.pictures": ("mjbot.core", "mjbot.ports", "mjbot.errors", "mjbot.clock", "mjbot.pictures"),
    "mjbot.guard": ("mjbot.clock",),
    "mjbot.reports": ("mjbot.core", "mjbot.errors", "mjbot.guard"),
    "mjbot.tracker": (
        *("mjbot.core", "mjbot.ports", "mjbot.errors", "mjbot.clock", "mjbot.guard"),
        "mjbot.reports",
    ),
    "mjbot.editor": ("mjbot.core", "mjbot.ports", "mjbot.clock", "mjbot.guard"),
    "mjbot.housekeeper": ("mjbot.ports", "mjbot.clock", "mjbot.errors", "mjbot.guard"),
    "mjbot.service": (
        "mjbot.core",
        "mjbot.ports",
        "mjbot.errors",
        "mjbot.clock",
        "mjbot.guard",
        "mjbot.tracker",
        "mjbot.editor",
        "mjbot.service",
    ),
    "mjbot.ui": (
        *("mjbot.core", "mjbot.ports", "mjbot.errors", "mjbot.clock", "mjbot.guard"),
        *("mjbot.service", "mjbot.ui"),
    ),
    "mjbot.ops": ("mjbot.core", "mjbot.ports", "mjbot.errors", "mjbot.clock", "mjbot.ops"),
    "mjbot.settings": ("mjbot.core", "mjbot.errors", "mjbot.redaction", "mjbot.env_file"),
    "mjbot.env_file": (),
    "mjbot.sandbox.server": ("mjbot.sandbox",),
    "mjbot.sandbox.world": ("mjbot.sandbox",),
    "mjbot.sandbox.art": ("mjbot.sandbox",),
    "mjbot.bot": (
        "mjbot.clock",
        "mjbot.errors",
        "mjbot.ports",
        "mjbot.service",
        "mjbot.ui",
        "mjbot.tracker",
        "mjbot.editor",
        "mjbot.housekeeper",
    ),
    "cogs": ("mjbot.ui", "mjbot.service", "mjbot.bot", "mjbot.core"),
}
PURE = {"__future__", "mjbot", "collections", "dataclasses", "emoji", "enum", "hashlib", "heapq"} | {
    *("functools", "ipaddress", "itertools", "math", "re", "typing", "unicodedata", "urllib")
}
DISCORD_PACKAGES = ("mjbot.ui", "mjbot.bot", "mjbot.app", "mjbot.edges", "mjbot.runner", "cogs")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def inside(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in packages)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_what_its_package_may(path: Path) -> None:
    name = name_of(path)
    package = max((each for each in MAY_IMPORT if inside(name, (each,))), key=len, default=None)
    ours = {each for each in imports_of(path) if inside(each, ("mjbot", "cogs"))}
    if package is not None:
        assert {each for each in ours if not inside(each, MAY_IMPORT[package])} == set()
    if inside(name, ("mjbot.core",)):
        assert {each.partition(".")[0] for each in imports_of(path)} <= PURE
    if name not in ("mjbot.runner", "mjbot.sandbox.demo"):
        assert "mjbot.app" not in ours
    if not inside(name, DISCORD_PACKAGES):
        assert not any(inside(each, ("discord",)) for each in imports_of(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not name_of(path).startswith("mjbot.core.i18n"):
        assert len(text.splitlines()) <= 270, "aim at 250; past this there are surely two subjects"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 45, node.name


def arrows(package: str) -> set[tuple[str, str]]:
    """The imports between the direct children of a package."""
    depth = package.count(".") + 1
    found = set()
    for path in MODULES:
        name = name_of(path)
        if not inside(name, (package,)) or name == package:
            continue
        for each in imports_of(path):
            if inside(each, (package,)) and each != package:
                found.add((name.split(".")[depth], each.split(".")[depth]))
    return {(one, other) for one, other in found if one != other}


@pytest.mark.parametrize(
    ("package", "most"), [("mjbot.core", 10), ("mjbot.service", 12), ("mjbot.ports", 6), ("mjbot", 118)]
)
def test_a_package_has_few_imports_between_its_parts_and_no_cycle(package: str, most: int) -> None:
    found = arrows(package)
    assert len(found) <= most
    order = TopologicalSorter[str]()
    for one, other in found:
        order.add(one, other)
    order.prepare()  # raises CycleError


@pytest.mark.parametrize("module", [errors, submits])
def test_the_tree_of_errors_names_every_one(module: ModuleType) -> None:
    tree = re.findall(r"(?m)^(?:[│ ]*[├└]── )?([A-Z]\w+)", module.__doc__ or "")
    defined = [
        each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Exception)
    ]
    assert {each.__name__ for each in defined} <= set(tree)


def test_no_two_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_every_autocomplete_is_quiet_when_it_fails() -> None:
    """discord.py logs a traceback for each keystroke of one that raises."""
    for path in (ROOT / "cogs").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef):
                decorators = [ast.unparse(each) for each in node.decorator_list]
                if any(".autocomplete(" in each for each in decorators):
                    assert "quiet_autocomplete" in decorators, node.name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_clock_reads_the_time_of_the_machine(path: Path) -> None:
    if name_of(path) not in ("mjbot.clock", "mjbot.sandbox.demo"):
        assert "time" not in imports_of(path)
        assert not re.search(r"datetime\.now|utcnow", path.read_text(encoding="utf-8"))


def test_only_one_function_prints_to_the_terminal() -> None:
    """It removes control characters."""
    for path in MODULES:
        if name_of(path) != "mjbot.terminal":
            assert not re.search(
                r"click\.s?echo|\bprint\(|sys\.std(out|err)", path.read_text(encoding="utf-8")
            )


def test_env_example_documents_every_setting_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    shown = dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?MJBOT_[A-Z0-9_]+=", line))
    assert shown.keys() == {f"MJBOT_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        text = shown[f"MJBOT_{name.upper()}"]
        expected = "" if field.is_required() or field.default == frozenset() else str(field.default)
        assert text == expected, name


def test_architecture_names_every_module_in_the_row_of_its_package() -> None:
    rows = re.findall(r"(?m)^\| `([\w/]+)` \| (.+) \|$", ARCHITECTURE)
    named = {package: sorted(re.findall(r"`(\w+)`", text)) for package, text in rows}
    expected: dict[str, list[str]] = {}
    for path in MODULES:
        package = path.parent.relative_to(ROOT).as_posix().removeprefix("mjbot/")
        if path.stem != "__init__":
            expected.setdefault(package, []).append(path.stem)
    assert named == {package: sorted(names) for package, names in expected.items()}


def test_architecture_has_two_pages_and_one_diagram() -> None:
    assert ARCHITECTURE.count("```mermaid") == 1
    assert len(ARCHITECTURE.splitlines()) <= 150
    assert len(ARCHITECTURE) <= 14_000  # two printed pages of 70 lines of 100 characters
