"""Attributes and links that never leave the tap, because they give access to something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

# A text without these is not the JSON of an object, nor of a text that is.
_MEMBER_MARKS: Final = ("{", '"')


def compile_secret_removal(secrets: Collection[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make the function that copies a resource without its secrets.

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
            resource = _without_path(resource, path)
        return resource

    return hide


def _without_path(value: Any, path: tuple[str, ...]) -> Any:
    """Copy a value without what it has at a path. A text that may be JSON becomes null."""
    if isinstance(value, list):
        return _items_without_path(value, path)
    if isinstance(value, str) and any(mark in value for mark in _MEMBER_MARKS):
        return None
    if not isinstance(value, dict) or path[0] not in value:
        return value
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]}
    return {**value, path[0]: _without_path(value[path[0]], path[1:])}


def _items_without_path(items: list[Any], path: tuple[str, ...]) -> list[Any]:
    """Copy items, also those of arrays within arrays, of any depth."""
    copies: list[Any] = []
    rest = [(items, copies)]
    while rest:
        originals, copied = rest.pop()
        for item in originals:
            if isinstance(item, list):
                copied.append([])
                rest.append((item, copied[-1]))
            else:
                copied.append(_without_path(item, path))
    return copies
