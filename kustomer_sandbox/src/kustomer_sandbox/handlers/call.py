"""A request that was let in, and what answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.access import Access
    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.options import Options
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.search.engine import SearchEngine


@dataclass
class Call:
    """A request that was let in."""

    path: str
    names: dict[str, str]
    parameters: dict[str, str]
    body: Any
    roles: frozenset[str]
    organisation: Organisation
    engine: SearchEngine
    access: Access
    options: Options


@dataclass(frozen=True)
class Endpoint:
    """A path, who may read it, and what answers."""

    path: str
    roles: tuple[str, ...]
    answer: Callable[[Call], Document]
    method: str = "GET"
