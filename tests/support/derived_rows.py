"""Rows of derived streams, as tests need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.singer_schemas import misfits
from tap_kustomer.shaping.derived import (
    Derived,
    compile_deriver,
    derived_schema,
    entries,
    related,
    rows_of,
    values_of,
)
from tap_kustomer.shaping.fields import (
    Shape,
    array,
    boolean,
    integer,
    structure,
    text,
    texts,
    time,
)

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

SHAPE = Shape(
    attributes=(
        array(
            "emails",
            ".",
            structure("", ".", text("email", "."), boolean("isVerified", "."), time("seenAt", ".")),
        ),
        texts("tags", "."),
    )
)
EMAILS = rows_of(SHAPE, "customer_emails", "emails", "One row for each e-mail address.")
TAGS = values_of("customer_tags", "tags", text("tagId", "."), "One row for each tag.")
MENTIONS = related("note_mentions", "mentions", text("userId", "."), "One row for each mention.")
NOON = "2024-01-31T12:00:00.000Z"

TIMES = Derived(
    "times",
    ".",
    (text("statusId", "."), integer("count", ".")),
    entries("timeByStatus", named="statusId"),
)


def rows(
    derived: Derived,
    attributes: Any = None,
    relationships: Any = None,
    catalog_columns: AbstractSet[str] | None = None,
) -> list[dict[str, Any]]:
    """Rows of a customer with the id 1 in a derived table."""
    resource = {"id": "1", "attributes": attributes, "relationships": relationships}
    found = compile_deriver(derived, "customer", catalog_columns)(resource)
    schema = derived_schema(derived, "customer")
    assert not [message for row in found for message in misfits(schema, row)]
    return found


def items(*args: Any, **more: Any) -> list[dict[str, Any]]:
    """The same, without the columns that every derived table has."""
    shared = {"customer_id", "customer_updated_at", "position", "siblings"}
    return [
        {column: value for column, value in row.items() if column not in shared}
        for row in rows(*args, **more)
    ]
