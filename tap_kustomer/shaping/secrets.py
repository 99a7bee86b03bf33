"""What is never handed on: attributes and links that give access to something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


def compile_hiding(secrets: Collection[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The function that gives a copy of a resource without these.

    Args:
        secrets: Paths of attributes (`password`, `settings.secret`), also inside arrays, and of
            links (`links.related`).
    """
    paths = [
        tuple(secret.split("."))
        if secret.startswith("links.")
        else ("attributes", *secret.split("."))
        for secret in secrets
    ]

    def hide(resource: dict[str, Any]) -> dict[str, Any]:
        for path in paths:
            resource = _without(resource, path)
        return resource

    return hide


def _without(value: Any, path: tuple[str, ...]) -> Any:
    """A copy of nested objects and arrays that lacks what stands at this path."""
    if isinstance(value, list):
        return _each_without(value, path)
    if not isinstance(value, dict) or path[0] not in value:
        return value
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]}
    return {**value, path[0]: _without(value[path[0]], path[1:])}


def _each_without(items: list[Any], path: tuple[str, ...]) -> list[Any]:
    """Copies of the items, also in arrays within arrays: those may have any depth."""
    copies: list[Any] = []
    rest = [(items, copies)]
    while rest:
        originals, copied = rest.pop()
        for item in originals:
            if isinstance(item, list):
                copied.append([])
                rest.append((item, copied[-1]))
            else:
                copied.append(_without(item, path))
    return copies
