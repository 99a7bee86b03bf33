"""Replaces a piece of code in a function by another one, whatever the layout and the comments."""

from __future__ import annotations

import ast
from typing import TypeVar

from typing_extensions import override

N = TypeVar("N", bound=ast.AST)


def mutate(source: str, place: str, right: str, wrong: str) -> str:
    """The source of a module with one mistake in it.

    Args:
        source: Of the module.
        place: The function or constant that the mistake is made in, such as `Keyset._read`.
        right: An expression or some statements that are found there once.
        wrong: What replaces them.

    Raises:
        ValueError: There is no such place, or not exactly one such piece of code in it.
    """
    module = ast.parse(source)
    node = _find(module, place)
    old, new = ast.parse(right).body, ast.parse(wrong).body
    replacement: _Replacement = (
        _Expression(old[0].value, new[0].value)
        if _are_expressions(old, new)
        and isinstance(old[0], ast.Expr)
        and isinstance(new[0], ast.Expr)
        else _Statements(old, new)
    )
    replacement.visit(node)
    if replacement.found != 1:
        raise ValueError(f"{place} has {replacement.found} times: {right}")
    return ast.unparse(ast.fix_missing_locations(module))


def _are_expressions(*pieces: list[ast.stmt]) -> bool:
    return all(len(piece) == 1 and isinstance(piece[0], ast.Expr) for piece in pieces)


def _find(module: ast.Module, place: str) -> ast.AST:
    node: ast.AST = module
    for name in place.split("."):
        found = [child for child in ast.walk(node) if name in _names(child) and child is not node]
        if not found:
            raise ValueError(f"there is no {place}")
        node = found[0]
    return node


def _names(node: ast.AST) -> list[str]:
    """The names that a statement defines."""
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            return [name]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


class _Replacement(ast.NodeTransformer):
    found = 0


class _Expression(_Replacement):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self._old = ast.dump(old)
        self._new = new

    @override
    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and ast.dump(node) == self._old:
            self.found += 1
            return self._new
        return self.generic_visit(node)


class _Statements(_Replacement):
    def __init__(self, old: list[ast.stmt], new: list[ast.stmt]) -> None:
        self._old = [ast.dump(statement) for statement in old]
        self._new = new

    @override
    def generic_visit(self, node: N) -> N:
        super().generic_visit(node)  # First, or what replaces a statement would be searched too.
        for _, block in ast.iter_fields(node):
            if isinstance(block, list):
                dumps = [ast.dump(one) if isinstance(one, ast.stmt) else "" for one in block]
                for start in range(len(block) - len(self._old), -1, -1):
                    end = start + len(self._old)
                    if dumps[start:end] == self._old:
                        self.found += 1
                        block[start:end] = self._new
        return node
