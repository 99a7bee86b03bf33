"""Keys of rows: no part is null, nor empty, which a target may load as null."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from tap_kustomer.nesting import encode_sorted
from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.values import as_text_or_null

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource

# Long enough that no two rows of an organisation share a digest by chance.
_DIGEST_BYTES: Final = 16


def resource_id(resource: Resource) -> str:
    """The id of a resource, or a substitute."""
    return as_text_or_null(resource.get("id")) or substitute(resource)


def substitute(resource: Resource) -> str:
    """Substitute for a missing part of a key: `missing:` and a digest of the whole resource.

    It stays the same until the resource changes, and differs from that of any other.

    Args:
        resource: Without its secrets: links that give access differ from response to response.
    """
    content = {**resource}
    if PARENT in content:
        # The parent may change without the resource.
        content[PARENT] = content[PARENT].get("id")
    return f"missing:{blake2b(encode_sorted(content), digest_size=_DIGEST_BYTES).hexdigest()}"
