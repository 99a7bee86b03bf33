"""Keys of rows: no part is null or empty, which a target may load as null."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from tap_kustomer.nesting import encode
from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.values import as_text_or_null

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource

# No two rows in an organisation have the same digest by chance.
_DIGEST_BYTES: Final = 16


def resource_id(resource: Resource) -> str:
    """The id of a resource, or the substitute for it."""
    return as_text_or_null(resource.get("id")) or substitute(resource)


def substitute(resource: Resource) -> str:
    """A key part for a row that lacks one: `missing:` and a digest of all that the row holds.

    It is the same in each run until the row changes, and differs from that of any other row.

    Args:
        resource: Without its secrets, as links that give access change from answer to answer.
    """
    content = {**resource}
    if PARENT in content:
        # The parent may change without the row.
        content[PARENT] = content[PARENT].get("id")
    return f"missing:{blake2b(encode(content), digest_size=_DIGEST_BYTES).hexdigest()}"
