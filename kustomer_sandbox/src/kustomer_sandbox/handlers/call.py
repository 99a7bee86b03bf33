"""A request with a valid key, and the endpoint that answers it."""

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
    """A request with a valid key."""

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
    """A path, the roles that may read it, and its handler."""

    path: str
    roles: tuple[str, ...]
    answer: Callable[[Call], Document]
    method: str = "GET"
