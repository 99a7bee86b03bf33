"""The JSON:API resource: what reading yields and shaping turns into records."""

from __future__ import annotations

from typing import Any, Final, NotRequired, TypedDict

Resource = dict[str, Any]

# Under this key, reading adds a `Parent` to a resource that was found through another one. JSON:API
# has no such member, so it hides nothing that Kustomer sends.
PARENT: Final = "parent"


class Parent(TypedDict):
    """The resource through which another one was found.

    Attributes:
        id: Of the parent.
        type: Of the parent.
        updatedAt: When the parent changed, or its own parent, if it was found through that.
        parent_id: The id of its own parent, if it was found through that.
    """

    id: Any
    type: Any
    updatedAt: Any
    parent_id: NotRequired[str | None]
