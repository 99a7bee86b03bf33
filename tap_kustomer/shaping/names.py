"""From Kustomer's camelCase keys to the snake_case columns of a table."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_WORD_STARTS = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])"  # sentAt -> sent_At
    r"|(?<=[A-Z])(?=[A-Z][a-z])"  # SLAName -> SLA_Name
)
_NOT_A_WORD = re.compile(r"[^\w]+")


@lru_cache(maxsize=65_536)
def snake_case(key: str) -> str:
    """`lastMessageIn` becomes `last_message_in`; a key without any letter or digit stays as it is.

    >>> snake_case("satisfactionLevel"), snake_case("isPSTTime"), snake_case("ecomm-order")
    ('satisfaction_level', 'is_pst_time', 'ecomm_order')
    """
    words = _NOT_A_WORD.sub("_", _WORD_STARTS.sub("_", key).lower())
    return re.sub(r"__+", "_", words).strip("_") or key


def columns(keys: Iterable[str], taken: Iterable[str] = ()) -> Mapping[str, str]:
    """A name of its own for each key of one object: source key to column.

    Names differ by more than capitals, which most databases don't tell apart. Of keys with one
    name, the one that is spelled like it gets it, or else the first in alphabetical order. The rest
    keep their own spelling; where that differs from another name by capitals only, they get a
    number. The answer does not depend on the order in which the keys come.

    >>> dict(columns(["orderTotal", "order_total", "ordertotal"]))
    {'order_total': 'order_total', 'ordertotal': 'ordertotal', 'orderTotal': 'order_total_2'}

    Args:
        keys: Of the object.
        taken: Names that are not free any more.
    """
    return _columns(tuple(keys), frozenset(taken))


@lru_cache(maxsize=4_096)
def _columns(keys: tuple[str, ...], taken: frozenset[str]) -> Mapping[str, str]:
    in_order = sorted(set(keys), key=lambda key: (snake_case(key) != key, key))
    used = {name.casefold() for name in taken}
    names: dict[str, str] = {}
    for key in in_order:
        if (caseless := snake_case(key).casefold()) not in used:
            names[key] = snake_case(key)
            used.add(caseless)
    for key in in_order:
        if key not in names:
            names[key] = next(name for name in _other_names(key) if name.casefold() not in used)
            used.add(names[key].casefold())
    return names


def _other_names(key: str) -> Iterator[str]:
    yield key
    for number in count(2):
        yield snake_case(f"{snake_case(key)}_{number}")
