"""The packages of the repository: imports run one way, those for annotations included."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kustomer_sandbox
import tap_kustomer

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

TAP = Path(tap_kustomer.__file__).parent
SANDBOX = Path(kustomer_sandbox.__file__).parent

# From the bottom to the top: each of these may import from the lines above it.
LAYERS = (
    ("log_lines",),
    ("atomic_files", "errors", "nesting", "resource", "secrecy", "suggestions", "times"),
    ("client",),
    ("config", "files", "reading", "shaping"),
    ("reporting", "streams"),
    ("singer",),
    ("sync",),
    ("login", "tap"),
    ("__main__",),
)
RANKS = {name: rank for rank, names in enumerate(LAYERS) for name in names}

# The modules that each module imports, by their names.
Imports = dict[str, set[str]]


def imports_of(package: Path) -> Imports:
    """The imports of a package among its own modules, wherever in a module they stand.

    A package imports nothing for its modules: `a.b` counts as one that imports `a.b` alone, though
    Python would import `a` before.
    """
    files = {name_of(file, package): file for file in sorted(package.rglob("*.py"))}
    return {
        name: {module for module in imported(ast.parse(file.read_text()), files) if module in files}
        for name, file in files.items()
    }


def name_of(file: Path, package: Path) -> str:
    path = file.relative_to(package.parent).with_suffix("")
    return ".".join(path.parts).removesuffix(".__init__")


def imported(tree: ast.AST, known: Container[str]) -> Iterator[str]:
    """The modules that a module imports, or imports something from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else str(node.module)


def members(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """The modules that a module imports from, each with a name that it imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((str(node.module), alias.name) for alias in node.names)


def circles(imports: Imports) -> Iterator[list[str]]:
    """The modules that import each other, as far as one search from each module finds them."""
    done: set[str] = set()

    def search(path: list[str]) -> Iterator[list[str]]:
        for module in sorted(imports[path[-1]] - done):
            if module in path:
                yield [*path[path.index(module) :], module]
            else:
                yield from search([*path, module])
        done.add(path[-1])

    for module in imports:
        if module not in done:
            yield from search([module])


def folder_of(module: str) -> str:
    """The folder of the tap that a module is in, or the module itself if it is in none."""
    return module.split(".")[1]


@pytest.mark.parametrize("package", [TAP, SANDBOX], ids=lambda package: package.name)
def test_no_module_imports_itself_by_way_of_others(package: Path) -> None:
    assert not [*circles(imports_of(package))]


def test_imports_run_one_way() -> None:
    imports = imports_of(TAP)
    del imports[TAP.name]

    upwards = {
        f"{module} imports {other}"
        for module, others in imports.items()
        for other in others - {TAP.name}
        if folder_of(other) != folder_of(module)
        and RANKS[folder_of(other)] >= RANKS[folder_of(module)]
    }

    assert not upwards


def test_every_folder_and_module_has_its_place() -> None:
    found = {
        path.name.removesuffix(".py")
        for path in TAP.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert found - {"__init__"} == RANKS.keys()


def test_an_import_for_annotations_closes_a_circle_too(tmp_path: Path) -> None:
    package = tmp_path / "example"
    package.mkdir()
    (package / "one.py").write_text("from example.two import Two\n")
    (package / "two.py").write_text(
        "if TYPE_CHECKING:\n    from example import three\n\ndef two():\n    import example.one\n"
    )
    (package / "three.py").write_text("from example import one\n")
    imports = imports_of(package)

    assert imports == {
        "example.one": {"example.two"},
        "example.two": {"example.three", "example.one"},
        "example.three": {"example.one"},
    }
    assert [*circles(imports)] == [
        ["example.one", "example.two", "example.one"],
        ["example.one", "example.two", "example.three", "example.one"],
    ]


def test_only_one_module_imports_what_the_sdk_keeps_to_itself() -> None:
    private = {
        name_of(file, TAP)
        for file in TAP.rglob("*.py")
        for module, member in members(ast.parse(file.read_text()))
        if module.startswith("singer_sdk")
        and any(part.startswith("_") for part in f"{module}.{member}".split("."))
    }

    assert private == {"tap_kustomer.singer.sdk"}
