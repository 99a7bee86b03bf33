"""The folders of the tap: imports run one way."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tap_kustomer

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(tap_kustomer.__file__).parent

# From the bottom to the top. Whoever stands in a line may import from the lines above it.
LAYERS = (
    ("errors", "lightly", "nesting", "resource", "secrecy", "suggestions", "times"),
    ("client", "writing"),
    ("config", "inputs", "reading", "shaping"),
    ("singer",),
    ("reporting", "streams"),
    ("sync",),
    ("tap",),
    ("__main__",),
)
RANKS = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def room(module: str) -> str:
    """The folder of the tap that a module stands in, or the module itself if it is in none."""
    return module.split(".")[1]


def imported(node: ast.AST) -> Iterator[str]:
    """The modules that are imported when code runs, be it within functions."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.ImportFrom) and node.module == "tap_kustomer":
        yield from (f"tap_kustomer.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tap_kustomer."):
        yield str(node.module)
    for child in ast.iter_child_nodes(node):
        yield from imported(child)


@pytest.mark.parametrize(
    "file", sorted(ROOT.rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_imports_run_one_way(file: Path) -> None:
    own = file.relative_to(ROOT).parts[0].removesuffix(".py")
    if own == "__init__":
        return

    for module in imported(ast.parse(file.read_text())):
        other = room(module)
        assert other == own or RANKS[other] < RANKS[own], f"{module} stands above {own}"


def test_every_folder_and_module_has_its_place() -> None:
    found = {
        path.name.removesuffix(".py")
        for path in ROOT.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert found - {"__init__"} == RANKS.keys()
