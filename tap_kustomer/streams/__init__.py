"""One class for each Kustomer object: what it is, where it is read, what it carries."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Final

from tap_kustomer.streams.base import KustomerStream

if TYPE_CHECKING:
    from collections.abc import Iterator


def _declared() -> Iterator[type[KustomerStream]]:
    """The streams of all modules of this package: the classes that give themselves a name."""
    for module in iter_modules(__path__, prefix=f"{__name__}."):
        for found in vars(import_module(module.name)).values():
            is_own = isinstance(found, type) and found.__module__ == module.name
            if is_own and issubclass(found, KustomerStream) and "name" in vars(found):
                yield found


STREAMS: Final = tuple(sorted(_declared(), key=lambda stream: stream.name))
