"""From Kustomer's camelCase keys to the snake_case columns of a table."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def columns(keys: Iterable[str]) -> dict[str, str]:
    """A name of its own for each key of one object: source key to column.

    Two keys that would get the same name both survive: a key that is in snake_case already keeps
    its name, the first other one in alphabetical order gets it, the rest keep their own spelling.
    The answer does not depend on the order in which the keys come.
    """
    known = set(keys)
    names = {key: key for key in known if snake_case(key) == key}
    taken = set(names)
    for key in sorted(known - taken):
        name = snake_case(key)
        # The source spelling can't be taken: no other key is spelled like it, and a snake_case
        # name equals a source key only if that key has claimed it above.
        names[key] = key if name in taken else name
        taken.add(names[key])
    return names
