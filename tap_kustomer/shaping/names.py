"""From Kustomer's camelCase keys to the snake_case columns of a stream."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

# The longest name in PostgreSQL, in bytes. It cuts longer ones silently.
LONGEST: Final = 63

_DIGEST_BYTES: Final = 4

_WORD_STARTS = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])"  # sentAt -> sent_At
    r"|(?<=[A-Z])(?=[A-Z][a-z])"  # SLAName -> SLA_Name
)
_NOT_A_WORD = re.compile(r"[^\w]+")
_SUFFIX = re.compile(rf"_[0-9a-f]{{{2 * _DIGEST_BYTES}}}$")


@lru_cache(maxsize=65_536)
def snake_case(key: str) -> str:
    """Convert a key to snake_case; one without any letter or digit stays as it is.

    >>> snake_case("satisfactionLevel"), snake_case("isPSTTime"), snake_case("ecomm-order")
    ('satisfaction_level', 'is_pst_time', 'ecomm_order')
    """
    words = _NOT_A_WORD.sub("_", _WORD_STARTS.sub("_", key).lower())
    return re.sub(r"__+", "_", words).strip("_") or key


def column_names(
    keys: Iterable[str], taken: Iterable[str] = (), longest: int | None = None
) -> Mapping[str, str]:
    """Unique names for the keys of one object: column by key.

    Names differ by more than case and underscores, which many targets ignore. If several keys have
    the same name, the key that is spelled like it gets it, otherwise the first in alphabetical
    order. The others, and names that are too long, get a suffix that depends on the key alone. The
    order of the keys does not matter.

    >>> dict(column_names(["orderTotal", "order_total"]))
    {'order_total': 'order_total', 'orderTotal': 'order_total_991d7b87'}

    Args:
        keys: Keys of the object.
        taken: Names in use.
        longest: Length limit for names, in bytes; None for no limit.
    """
    return _columns(tuple(keys), frozenset(taken), longest)


@lru_cache(maxsize=4_096)
def _columns(
    keys: tuple[str, ...], taken: frozenset[str], longest: int | None
) -> Mapping[str, str]:
    return distinct({key: snake_case(key) for key in keys}, taken, longest)


def without_case_and_underscores(name: str) -> str:
    """Fold a name as targets do that ignore case and underscores."""
    return name.casefold().replace("_", "")


def distinct(
    wanted: Mapping[str, str],
    taken: Iterable[str] = (),
    longest: int | None = None,
    fold: Callable[[str], str] = without_case_and_underscores,
) -> dict[str, str]:
    """Unique names for sources: the wanted one, or that with a suffix.

    The suffix is a digest of the source: the same in every run, whatever the other sources are.

    Args:
        wanted: Wanted name of each source. If several sources want the same, the one that is
            spelled like it gets it, otherwise the first in alphabetical order.
        taken: Names in use.
        longest: Length limit for names, in bytes; None for no limit.
        fold: Two names count as equal if this function makes them equal.
    """
    used = {fold(name) for name in taken}
    names: dict[str, str] = {}
    in_order = sorted(wanted.items(), key=lambda item: (item[0] != item[1], item[0]))
    for source, name in in_order:
        if fits(name, longest) and fold(name) not in used:
            names[source] = name
            used.add(fold(name))
    for source, name in in_order:
        if source not in names:
            suffixed = _suffixed(name, source, longest)
            names[source] = next(each for each in suffixed if fold(each) not in used)
            used.add(fold(names[source]))
    return names


def names_of(key: str) -> tuple[str, str, str]:
    """Names that `column_names` may give to a key: as spelled, with a suffix, without."""
    return key, next(_suffixed(snake_case(key), key, LONGEST)), snake_case(key)


def without_suffix(name: str) -> str:
    """A name without the suffix that `column_names` may have given it."""
    return _SUFFIX.sub("", name)


def fits(name: str, longest: int | None = LONGEST) -> bool:
    """Whether a name is within a length limit."""
    return longest is None or len(name.encode()) <= longest


def _suffixed(name: str, source: str, longest: int | None) -> Iterator[str]:
    stem = name if any(map(str.isalnum, name)) else ""
    if longest is not None:
        stem = stem.encode()[: longest - 2 * _DIGEST_BYTES - 1].decode(errors="ignore")
    while True:
        digest = blake2b(source.encode(), digest_size=_DIGEST_BYTES).hexdigest()
        yield f"{stem.rstrip('_')}_{digest}".lstrip("_")
        source += "_"  # In case another name ends in the same digest.
