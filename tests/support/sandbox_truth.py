"""The sandbox's resources, and how they compare with the rows of the tap's tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kustomer_sandbox import SECRET
from kustomer_sandbox.generation.custom import metadata
from kustomer_sandbox.handlers.children import make_version_2
from support.derived_sources import DERIVED
from support.json_values import leaves
from tap_kustomer import times
from tap_kustomer.reading.sources import LiveIds, Search
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kustomer_sandbox import Organisation

Resource = dict[str, Any]
Record = dict[str, Any]
Items = list[Any]

# Made of resources that the sandbox does not hold by themselves (`OTHERS`).
_MADE_OF_OTHERS = {"chat_settings", "custom_attribute_metadata", "outbound_accounts"}

# The types of the resources that the rows of tables are, one resource a row.
TYPES = {
    stream.name: stream.resource_type
    for stream in STREAMS
    if stream.name not in _MADE_OF_OTHERS and not isinstance(stream.source, LiveIds)
}

# The tap writes nothing of this attribute, not even the parts that are no secret.
_WITHHELD = "password"

# Searched tables, which have deleted rows too, and for each the table of the ids that still exist.
SEARCHED = {
    searched.name: ids.name
    for ids in STREAMS
    if isinstance(ids.source, LiveIds)
    for searched in STREAMS
    if isinstance(searched.source, Search)
    and searched.source.query_context == ids.source.search.query_context
}

# The resources whose custom attributes are listed, beside the klasses.
_CUSTOMISED = ("company", "conversation", "customer", "message")

# Times that come as milliseconds, for some rows at least.
_TIMES_AS_NUMBERS = {"outbound_webhook_calls": "sentAt", "queues": "createdAt"}


def truth(organisation: Organisation, table: str) -> dict[str, Resource]:
    """All resources of a table by id, deleted ones included."""
    resources = {one["id"]: one for one in organisation.resources(TYPES[table])}
    if table == "customer_session_events":
        return {key: one for key, one in resources.items() if one["attributes"]["sessionId"]}
    if table == "conversation_times_v2":
        for resource in resources.values():
            make_version_2(resource)
    if table in _TIMES_AS_NUMBERS:
        for resource in resources.values():
            name = _TIMES_AS_NUMBERS[table]
            if isinstance(moment := resource["attributes"][name], int):
                resource["attributes"][name] = times.to_text(moment)
    return resources


def updated_at(resource: Resource) -> str:
    """When a resource last changed, in canonical form."""
    return times.canonical(resource["attributes"]["updatedAt"])


def column_of(key: str) -> str:
    """The name that a key of the API gets as a column, in the plain cases."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()


def differences(resource: Resource, record: Record) -> list[str]:
    """The differences between a record and its resource."""
    found = []
    # What has no column is kept beside the columns.
    extra = record.get("_extra") or {}
    for key, value in resource["attributes"].items():
        if isinstance(value, dict | list) or _is_secret(value):
            continue
        column = column_of(key)
        said = record.get(column, extra.get(column))
        if leaves(said) != leaves(value):
            found.append(f"{column}: {said!r} instead of {value!r}")
    for key, relationship in resource.get("relationships", {}).items():
        data = _data(relationship)
        column = column_of(key)
        if column in extra.get("relationships", {}):
            continue
        if isinstance(data, dict) and record.get(f"{column}_id") != data["id"]:
            found.append(f"{column}_id: {record.get(f'{column}_id')!r} instead of {data['id']!r}")
        if isinstance(data, list) and record.get(column) != _ids(data):
            found.append(f"{column}: {record.get(column)!r} instead of the ids of {data!r}")
    lost = leaves(_kept(resource)) - leaves(record)
    return [*found, *([f"lost: {lost}"] if lost else [])]


def _kept(resource: Resource) -> list[Any]:
    """The parts of a resource that have to arrive somewhere."""
    relationships = resource.get("relationships", {}).values()
    references = map(_data, relationships)
    return [
        resource["id"],
        resource["type"],
        _without_secrets(resource.get("links")),
        _without_secrets(resource["attributes"]),
        [_ids(data) if isinstance(data, list) else data for data in references],
    ]


def _data(relationship: Any) -> Any:
    """What a relationship refers to; some are an array alone."""
    return relationship if isinstance(relationship, list) else (relationship or {}).get("data")


def _ids(references: list[Any]) -> list[str]:
    """The ids of references, which may be ids alone."""
    return [one["id"] if isinstance(one, dict) else one for one in references]


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_secrets(item)
            for key, item in value.items()
            if key != _WITHHELD and not _is_secret(item)
        }
    if isinstance(value, list):
        return [_without_secrets(item) for item in value if not _is_secret(item)]
    return value


def _is_secret(value: Any) -> bool:
    return isinstance(value, str) and SECRET in value


def check_equal(resources: dict[str, Resource], records: Iterable[Record]) -> None:
    """Check that the records are those resources, key by key and value by value."""
    arrived = {record["id"]: record for record in records}
    assert arrived.keys() == resources.keys()
    wrong = {
        key: problems
        for key, resource in resources.items()
        if (problems := differences(resource, arrived[key]))
    }
    assert not wrong, wrong


def true_keys(organisation: Organisation, table: str, klass: str | None) -> set[tuple[Any, ...]]:
    """The keys of all rows that a table has after a first run.

    Args:
        organisation: What the sandbox holds.
        table: Any table of the tap.
        klass: The one whose objects alone the table has.
    """
    if klass is not None:
        objects = truth(organisation, "kobjects")
        return {(key,) for key, one in objects.items() if one["type"] == f"kobject.{klass}"}
    if table in TYPES:
        return {(key,) for key in truth(organisation, table)}
    if table in DERIVED:
        parents = truth(organisation, DERIVED[table].parent)
        return {
            (key, position)
            for key, parent in parents.items()
            for position in range(len(DERIVED[table].items(parent)))
        }
    if table in OTHERS:
        return OTHERS[table](organisation)
    (searched,) = (name for name, ids in SEARCHED.items() if ids == table)
    return {
        (key,)
        for key, one in truth(organisation, searched).items()
        if not one["attributes"].get("deleted")
    }


def _outbound_accounts(organisation: Organisation) -> set[tuple[Any, ...]]:
    accounts = [one["attributes"] for one in organisation.resources("outbound_account")]
    return {(one["channel"], one["account"]) for one in accounts}


def _custom_attributes(organisation: Organisation) -> set[tuple[Any, ...]]:
    klasses = [one["attributes"]["name"] for one in organisation.resources("klass")]
    resources = [*_CUSTOMISED, *(f"kobject.{klass}" for klass in klasses)]
    return {
        (f"{resource}/{name}",)
        for resource in resources
        if (document := metadata(organisation, resource)) is not None
        for name in document["attributes"]["properties"]
    }


# The keys of what is no resource of its own.
OTHERS: dict[str, Callable[[Organisation], set[tuple[Any, ...]]]] = {
    "chat_settings": lambda organisation: {(organisation.id,)},
    "custom_attribute_metadata": _custom_attributes,
    "outbound_accounts": _outbound_accounts,
}


def check_derived(table: str, parents: dict[str, Resource], records: Iterable[Record]) -> None:
    """Check that the rows of a derived table are what its parents carry, in order.

    Args:
        table: Its name.
        parents: The resources that carry the rows, by id.
        records: The rows.
    """
    arrived = {_key_of(record): record for record in records}
    expected = {
        (key, position): (item, len(items), (parent.get("attributes") or {}).get("updatedAt"))
        for key, parent in parents.items()
        for items in [DERIVED[table].items(parent)]
        for position, item in enumerate(items)
    }
    assert arrived.keys() == expected.keys()
    wrong = {
        key: problems
        for key, (item, siblings, changed) in expected.items()
        if (
            problems := [*_misplaced(arrived[key], siblings, changed), *_unlike(arrived[key], item)]
        )
    }
    assert not wrong, wrong


def _key_of(record: Record) -> tuple[str, int]:
    """The id of the parent, which is the first column, and the position."""
    return next(iter(record.values())), record["position"]


def _misplaced(record: Record, siblings: int, changed: str | None) -> list[str]:
    column = f"{next(iter(record)).removesuffix('_id')}_updated_at"
    wanted = {"siblings": siblings, column: times.canonical(changed) if changed else None}
    return [
        f"{name}: {record[name]!r} instead of {value!r}"
        for name, value in wanted.items()
        if record[name] != value
    ]


def _unlike(record: Record, item: Any) -> list[str]:
    if not isinstance(item, dict):
        return [] if item in record.values() else [f"{item!r} is missing"]
    extra = record.get("_extra") or {}
    found = []
    for key, value in item.items():
        column = column_of(key)
        said = record.get(column, extra.get(column))
        if not isinstance(value, dict | list) and leaves(said) != leaves(value):
            found.append(f"{column}: {said!r} instead of {value!r}")
    lost = leaves(item) - leaves(record)
    return [*found, *([f"lost: {lost}"] if lost else [])]
