"""What the hand-written documentation names is there: files, tests, make targets."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
TAP: Final = ROOT / "tap_kustomer"
DECISIONS: Final = ROOT / "docs" / "decisions"

# What all generated pages begin with: they name columns and tables, some like a test.
_GENERATED: Final = "<!-- Made by "

PAGES: Final = [
    page
    for page in (
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
    )
    if not page.read_text(encoding="utf-8").startswith(_GENERATED)
]

# The folders of the repository whose files the documentation names by their path.
_PATH: Final = re.compile(
    r"`((?:tap_kustomer|kustomer_sandbox|tests|docs|benchmarks|examples|plugins)/[\w./-]*)"
)
_TEST: Final = re.compile(r"\btest_\w+")
_MAKE: Final = re.compile(r"(?:^    |`)make ([a-z-]+)", re.MULTILINE)


def imports_of(package: Path) -> dict[str, set[str]]:
    """Return the modules of a package that each of its modules imports, by their names."""
    found: dict[str, set[str]] = {}
    for file in package.rglob("*.py"):
        name = ".".join(file.relative_to(package.parent).with_suffix("").parts)
        found[name] = {
            str(node.module)
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith(f"{package.name}.")
        }
    return found


def relative(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.fixture(scope="module")
def test_names() -> set[str]:
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return {file.stem for file in files}.union(*(names_in(file) for file in files))


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = set(_PATH.findall(page.read_text(encoding="utf-8")))
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_test_that_a_page_names_exists(page: Path, test_names: set[str]) -> None:
    named = set(_TEST.findall(page.read_text(encoding="utf-8")))
    assert sorted(named - test_names) == []


def test_the_tests_of_the_invariants_are_in_the_files_that_the_page_names() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text)
    assert len(named) > 20
    assert [(file, test) for file, test in named if test not in names_in(ROOT / file)] == []


def test_every_invariant_has_a_test() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    invariants = re.findall(r"^### \d+\. (.+?)\n(.+?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    assert len(invariants) >= 12
    assert [name for name, body in invariants if "::test_" not in body] == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert sorted(set(_MAKE.findall(page.read_text(encoding="utf-8"))) - targets) == []


def test_the_picture_of_the_packages_shows_who_imports_from_whom() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    arrows = set(re.findall(r"^    (\w+) --> (\w+)$", text, re.MULTILINE))
    packages = set(re.findall(r"^    (\w+)\[", text, re.MULTILINE))
    imports = {
        (folder_of(name), folder_of(module))
        for name, modules in imports_of(TAP).items()
        for module in modules
        if {folder_of(name), folder_of(module)} <= packages and folder_of(name) != folder_of(module)
    }
    assert arrows <= imports
    assert imports <= ways(arrows)


def test_every_field_of_the_summary_is_explained() -> None:
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| (`.+?) \|", page.partition("## Exit codes")[0], re.MULTILINE)
    source = (TAP / "reporting" / "summary.py").read_text(encoding="utf-8")
    fields = [
        key.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == "_document"
        for part in ast.walk(node)
        if isinstance(part, ast.Dict)
        for key in part.keys
        if isinstance(key, ast.Constant)
    ]
    assert sorted(re.findall(r"`(\w+)`", " ".join(explained))) == sorted(map(str, fields))


def folder_of(module: str) -> str:
    """Return the folder of the tap that a module is in, or the module itself."""
    return module.partition(".")[2].partition(".")[0]


def ways(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return all pairs of packages with a way of arrows from one to the other."""
    longer = arrows | {(start, end) for start, one in arrows for two, end in arrows if one == two}
    return longer if longer == arrows else ways(longer)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 200


def test_every_decision_is_listed() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in DECISIONS.glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == pages
