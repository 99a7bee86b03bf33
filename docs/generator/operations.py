"""Which of Kustomer's documented read operations the streams read, and why not the others.

`operations.toml` lists them all, as of June 2026 (https://developer.kustomer.com/api).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.endpoints import name_of
from generator.pages import NOTICE, code, grid, row
from tap_kustomer.reading.sources import Concatenation, LiveIds, PerParent, Search, id_of
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tap_kustomer.reading.sources import Source

_FILE: Final = Path(__file__).with_name("operations.toml")

_SEARCH: Final = "POST /v1/customers/search"
_ARCHIVE: Final = "POST /v1/customers/archive/search"

_INTRODUCTION: Final = """
# Kustomer's read operations

All operations that read, as Kustomer documented them in June 2026: first those that tables come
from, then the others, with the reason why no table does."""


@dataclass(frozen=True, slots=True)
class Operations:
    """All documented read operations, as `GET /v1/brands`.

    Attributes:
        read: Those that streams read.
        unread: The others, by the reason why no stream reads them.
    """

    read: tuple[str, ...]
    unread: dict[str, tuple[str, ...]]

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.read, *(one for ones in self.unread.values() for one in ones))


def documented_operations() -> Operations:
    """The operations that the file lists."""
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Operations(
        tuple(found["read"]), {one["reason"]: tuple(one["operations"]) for one in found["unread"]}
    )


def readers(operation: str, operations: Collection[str]) -> list[str]:
    """The streams that read an operation.

    Args:
        operation: One of the operations.
        operations: All of them.
    """
    return [
        name_of(stream)
        for stream in STREAMS
        if any(documented(each, operations) == operation for each in requests(stream.source))
    ]


def requests(source: Source) -> Iterator[str]:
    """The requests that give the rows of a source, without those for their parents."""
    match source:
        case Search():
            yield _SEARCH
            if source.archived:
                yield _ARCHIVE
            if source.fallback is not None:
                yield from requests(source.fallback)
        case LiveIds():
            yield from requests(source.search)
        case Concatenation():
            for each in source.sources:
                yield from requests(each)
        case PerParent() if source.path_id is not id_of:
            # An operation with the same path may take an id there.
            yield f"GET {source.path.replace('{id}', '{key}')}"
        case _:
            yield f"GET {source.path}"


def documented(request: str, operations: Collection[str]) -> str | None:
    """The operation that a request is one of; None if none is documented."""
    if request in operations:
        return request
    for operation in operations:
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation)), request):
            return operation
    return None


def operations_page() -> str:
    """The page `docs/operations.md`."""
    found = documented_operations()
    lines = [NOTICE, _INTRODUCTION, "", "## Read", "", *grid("operation", "tables")]
    lines += [row(f"`{one}`", code(readers(one, found.all))) for one in found.read]
    lines += ["", "## Not read"]
    for reason, operations in found.unread.items():
        lines += ["", f"**{reason}**", "", *(f"* `{one}`" for one in operations)]
    return "\n".join(lines) + "\n"
