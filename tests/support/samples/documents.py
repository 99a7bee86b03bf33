"""What samples are made of: a JSON:API resource, and who it belongs to. Ids are invented."""

from __future__ import annotations

from typing import Any

from tap_kustomer.streams.base import KustomerStream

# The table, a record of the API, and some of its columns.
Case = tuple[type[KustomerStream], dict[str, Any], dict[str, Any]]

ORG = "600000000000000000000009"
USER = "600000000000000000000001"
CUSTOMER = "600000000000000000000011"
CONVERSATION = "600000000000000000000701"
MESSAGE = "600000000000000000000901"
STAMPS = {
    "createdAt": "2020-01-17T16:29:45.369Z",
    "updatedAt": "2020-01-17T16:30:06.141Z",
    "modifiedAt": "2020-01-17T16:30:06.141Z",
}


def one(type_: str, id_: str | None) -> dict[str, Any]:
    """A relationship to one resource."""
    return {"links": {"self": f"/v1/{type_}s/{id_}"}, "data": {"type": type_, "id": id_}}


BY_A_USER = {
    "org": one("org", ORG),
    "createdBy": one("user", USER),
    "modifiedBy": one("user", USER),
}
OF_A_CONVERSATION = {
    "customer": one("customer", CUSTOMER),
    "conversation": one("conversation", CONVERSATION),
}


def resource(
    type_: str,
    attributes: dict[str, Any],
    relationships: dict[str, Any] | None = None,
    parent: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """A resource; one that belongs to a user, if no relationships are given.

    Args:
        type_: Its type.
        attributes: Its attributes.
        relationships: Its relationships.
        parent: The type and the id of what it was read for.
    """
    document: dict[str, Any] = {
        "type": type_,
        "id": "6000000000000000000000aa",
        "attributes": attributes,
        "relationships": BY_A_USER if relationships is None else relationships,
        "links": {"self": f"/v1/{type_}s/6000000000000000000000aa"},
    }
    if parent is not None:
        of, id_ = parent
        document["parent"] = {"type": of, "id": id_, "updatedAt": "2020-02-01T00:00:00Z"}
    return document
