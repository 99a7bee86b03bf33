"""What the sandbox holds, in the words of the tap's tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from support.json_values import leaves
from tap_kustomer import times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kustomer_sandbox import Organisation

Resource = dict[str, Any]
Record = dict[str, Any]

TYPES = {
    "brands": "brand",
    "companies": "company",
    "conversations": "conversation",
    "customers": "customer",
    "klasses": "klass",
    "kobjects": "kobject",
    "messages": "message",
    "notes": "note",
    "queues": "queue",
    "shortcuts": "shortcut",
    "slas": "sla",
    "tags": "tag",
    "teams": "team",
    "users": "user",
}

# What never leaves the tap.
_SECRETS = frozenset({"password"})


def truth(organisation: Organisation, stream: str) -> dict[str, Resource]:
    """All resources of a stream by id, deleted ones included."""
    return {one["id"]: one for one in organisation.resources(TYPES[stream])}


def updated_at(resource: Resource) -> str:
    """When a resource last changed, in canonical form."""
    return times.canonical(resource["attributes"]["updatedAt"])


def differences(resource: Resource, record: Record) -> list[str]:
    """Where a record does not say what its resource says."""
    found = []
    for key, value in resource["attributes"].items():
        if key in _SECRETS or isinstance(value, dict | list):
            continue
        column = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()
        wanted = times.canonical(value) if value and key.endswith("At") else value
        # An attribute without a column is kept beside the columns.
        said = record.get(column, record.get("_extra", {}).get(column))
        if said != wanted:
            found.append(f"{column}: {said!r} instead of {wanted!r}")
    for key, relationship in resource.get("relationships", {}).items():
        data = (relationship or {}).get("data")
        column = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()
        if isinstance(data, dict) and record.get(f"{column}_id") != data["id"]:
            found.append(f"{column}_id: {record.get(f'{column}_id')!r} instead of {data['id']!r}")
        if isinstance(data, list) and record.get(column) != [one["id"] for one in data]:
            found.append(f"{column}: {record.get(column)!r} instead of the ids of {data!r}")
    lost = leaves(_kept(resource)) - leaves(record)
    return [*found, *([f"lost: {lost}"] if lost else [])]


def _kept(resource: Resource) -> list[Any]:
    """The parts of a resource that have to arrive somewhere."""
    attributes = resource["attributes"]
    relationships = resource.get("relationships", {}).values()
    references = [(one or {}).get("data") for one in relationships]
    return [
        resource["id"],
        resource["type"],
        resource.get("links"),
        {key: value for key, value in attributes.items() if key not in _SECRETS},
        [[one["id"] for one in data] if isinstance(data, list) else data for data in references],
    ]


def check_equal(resources: dict[str, Resource], records: Iterable[Record]) -> None:
    """That the records are those resources, key by key and value by value."""
    arrived = {record["id"]: record for record in records}
    assert arrived.keys() == resources.keys()
    wrong = {
        key: problems
        for key, resource in resources.items()
        if (problems := differences(resource, arrived[key]))
    }
    assert not wrong, wrong
