"""What the streams declare: complete, described, and without two fields in one column."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tap_kustomer.streams
from support.offline_tap import OfflineTap
from support.resources import sound
from tap_kustomer.reading.sources import LiveIds, PerParent, is_windowed
from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.derived import POSITION, derived_schema
from tap_kustomer.shaping.layout import columns_of, layout_of, parent_columns
from tap_kustomer.shaping.names import column_names
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.definition import replication_key
from tap_kustomer.streams.slas import Slas, SlaVersions
from tap_kustomer.streams.users import Users
from tap_kustomer.sync.definitions import replication_key_of, replication_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.reading.sources import Source
    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.shaping.fields import Field
    from tap_kustomer.streams.base import KustomerStream

# Any key may read these, whatever its roles.
ANY_KEY = {"notifications", "role_groups"}

# Names that are plural without an s at their end, or that have a version there.
PLURALS = {
    "company_hierarchy",
    "conversation_times_v2",
    "custom_attribute_metadata",
    "sla_criteria",
}


each_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)

DERIVED = [(stream, derived) for stream in STREAMS for derived in stream.derived]
each_derived_table = pytest.mark.parametrize(
    ("stream", "derived"), DERIVED, ids=[derived.name for _, derived in DERIVED]
)


def objects(fields: Iterable[Field]) -> Iterator[tuple[Field, ...]]:
    """The fields of every object within these, however deep, and these themselves."""
    fields = tuple(fields)
    yield fields
    for field in fields:
        if field.fields:
            yield from objects(field.fields)
        if field.items is not None:
            yield from (inner for inner in objects((field.items,)) if inner != (field.items,))


def properties(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema and of the schemas within it, by its path."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}{name}", inner
        yield from properties(inner, f"{path}{name}.")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from properties(schema[key], f"{path}*.")


def check_descriptions(schema: dict[str, Any]) -> None:
    """That every property has a sentence that says more than its name."""
    for path, inner in properties(schema):
        name = path.rpartition(".")[2].replace("_", " ")
        description = inner.get("description", "").strip()

        assert description.endswith("."), path
        assert description.rstrip(".").lower() != name, path


@each_stream
def test_every_property_is_described(stream: type[KustomerStream]) -> None:
    check_descriptions(record_schema(stream.shape, stream.key))


@each_derived_table
def test_every_property_of_a_derived_table_is_described(
    stream: type[KustomerStream], derived: Derived
) -> None:
    check_descriptions(derived_schema(derived, stream.singular))


def test_no_two_tables_share_a_name() -> None:
    names = [stream.name for stream in STREAMS] + [derived.name for _, derived in DERIVED]

    assert len(set(names)) == len(names)


def test_tables_are_called_by_what_their_rows_are_in_the_plural_and_in_snake_case() -> None:
    names = {stream.name for stream in STREAMS} | {derived.name for _, derived in DERIVED}

    assert {name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*s", name)} == PLURALS


def test_a_table_says_what_a_row_is() -> None:
    said = {stream.name: stream.__doc__ or "" for stream in STREAMS}

    assert not {
        name: text for name, text in said.items() if not text.startswith(("One row", "The one row"))
    }


def test_a_derived_table_says_what_a_row_is() -> None:
    said = {derived.name: derived.description for _, derived in DERIVED}

    assert not {
        name: text for name, text in said.items() if not re.fullmatch(r"(?s)One row for .*\.", text)
    }


@each_stream
def test_a_table_names_the_roles_that_let_it_be_read(stream: type[KustomerStream]) -> None:
    assert bool(stream.roles) == (stream.name not in ANY_KEY)
    assert all(re.fullmatch(r"org\.[a-z_.*]+\.(read|create|update)", one) for one in stream.roles)


def test_every_class_with_a_name_is_a_stream_and_no_name_is_given_twice() -> None:
    package = Path(tap_kustomer.streams.__file__ or "").parent
    named = [
        name
        for file in package.glob("*.py")
        for name in re.findall(r'^    name = "(\w+)"$', file.read_text("utf-8"), re.MULTILINE)
    ]

    assert sorted(named) == sorted({stream.name for stream in STREAMS})


def test_what_kustomer_documents_is_not_assumed() -> None:
    assert not [stream.name for stream in STREAMS if stream.documented and stream.assumed]


def test_no_docstring_says_that_a_stream_is_undocumented() -> None:
    undocumented = re.compile("nconfirmed|[Uu]ndocumented")

    assert not [stream.name for stream in STREAMS if undocumented.search(stream.__doc__ or "")]


def is_dear(source: Source) -> bool:
    """Whether it costs a request for each row of a search, or reads a whole search again."""
    return isinstance(source, LiveIds) or (isinstance(source, PerParent) and is_windowed(source))


def test_dear_streams_are_not_selected_by_default() -> None:
    dear = [stream for stream in STREAMS if is_dear(stream.source)]

    assert dear
    assert not [stream.name for stream in dear if stream.selected_by_default]


@pytest.fixture(scope="module")
def tap() -> OfflineTap:
    return OfflineTap(*STREAMS)


def test_a_derived_table_is_selected_by_default_like_its_parent(
    tap: OfflineTap,
) -> None:
    by_default = {
        name: table.metadata.root.selected_by_default for name, table in tap.streams.items()
    }

    assert not [
        derived.name
        for stream, derived in DERIVED
        if by_default[derived.name] != stream.selected_by_default
    ]


@each_derived_table
def test_a_later_run_goes_on_in_a_derived_table_by_a_time_that_its_rows_have(
    tap: OfflineTap, stream: type[KustomerStream], derived: Derived
) -> None:
    attributes = {field.source: sound(field) for field in stream.shape.attributes}
    references = {"data": [{"type": "user", "id": "1"}, {"type": "team", "id": "2"}]}
    resource = {
        "id": "1",
        "attributes": attributes,
        "relationships": {each.source: references for each in stream.shape.relationships},
        PARENT: {"id": "2", "updatedAt": "2026-05-01T00:00:00.000Z"},
    }

    root, table = tap.stream(stream.name), tap.stream(derived.name)
    assert (table.replication_key is None) == (root.replication_key is None)
    if table.replication_key is not None:
        (record,) = root.make_records(resource)
        times = {row[table.replication_key] for row in table.make_records(resource)}
        assert table.schema["properties"][table.replication_key]["format"] == "date-time"
        assert times == {record[root.replication_key or ""]}


def test_what_a_state_is_checked_by_are_the_replication_keys_that_tables_have(
    tap: OfflineTap,
) -> None:
    tables = tap.streams.values()

    assert replication_keys() == {table.name: table.replication_key for table in tables}


def test_a_state_is_checked_for_the_tables_of_klasses_too() -> None:
    (klass,) = OfflineTap(klasses=["order"]).streams.values()

    assert replication_key_of(klass.name) == klass.replication_key


@each_stream
def test_the_key_and_the_replication_key_are_columns(stream: type[KustomerStream]) -> None:
    schema = record_schema(stream.shape, stream.key)["properties"]
    going_on_by = replication_key(stream.source, stream.shape)

    assert stream.key
    for column in stream.key:
        assert "null" not in schema[column]["type"]
    if going_on_by is not None:
        assert schema[going_on_by]["format"] == "date-time"


def test_a_row_per_parent_says_whose_it_is() -> None:
    with_parent = {stream.name for stream in STREAMS if stream.shape.parent}

    assert with_parent == {
        stream.name for stream in STREAMS if isinstance(stream.source, PerParent)
    }


def test_tables_that_share_a_source_tell_their_rows_by_type() -> None:
    by_source: dict[int, list[type[KustomerStream]]] = {}
    for stream in STREAMS:
        by_source.setdefault(id(stream.source), []).append(stream)
    sharing = [streams for streams in by_source.values() if len(streams) > 1]

    assert sharing == [[SlaVersions, Slas]]
    assert (Slas.types, SlaVersions.types) == (("sla",), ("sla_version",))


@each_derived_table
def test_the_columns_of_a_derived_table_are_not_those_that_say_whose_row_it_is(
    stream: type[KustomerStream], derived: Derived
) -> None:
    own = columns_of(derived.fields).values()
    parent = parent_columns(stream.singular)
    schema = derived_schema(derived, stream.singular)["properties"]

    assert len(set(own)) == len(derived.fields)
    assert not {parent.id, parent.updated_at, POSITION, "siblings", "_extra"} & set(own)
    for column in (parent.id, POSITION):
        assert "null" not in schema[column]["type"]
    assert schema[parent.updated_at]["format"] == "date-time"


@each_stream
def test_no_two_fields_share_a_key_or_a_column(stream: type[KustomerStream]) -> None:
    for fields in objects(stream.shape.attributes):
        keys = [field.source for field in fields]
        names = column_names(keys)

        assert len(set(keys)) == len(keys)
        assert len(set(names.values())) == len(keys)
        assert all(names[key] == names[key].lower() for key in keys)


@each_stream
def test_no_relationship_shares_a_key_or_a_column(stream: type[KustomerStream]) -> None:
    layout = layout_of(stream.shape)
    keys = [relationship.source for relationship in stream.shape.relationships]
    pairs = [(layout.relationships[key].id, layout.relationships[key].data) for key in keys]
    names = [
        *layout.attributes.values(),
        *(name for name in chain.from_iterable(pairs) if name),
        layout.type,
        layout.links,
    ]

    assert len(set(keys)) == len(keys)
    assert len(set(names)) == len(names)


def test_passwords_are_no_column_and_named_as_secrets() -> None:
    assert "password" in Users.secrets
    assert "password" not in record_schema(Users.shape)["properties"]


# Names


def alike(names: Iterable[str]) -> list[str]:
    """Names that a target may not tell apart, as it sees them."""
    folded = [name.casefold().replace("_", "") for name in names]
    return [name for name in folded if folded.count(name) > 1]


def all_properties(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The properties of a schema and of all objects inside it."""
    properties = schema.get("properties", {})
    yield properties
    for inner in (*properties.values(), *filter(None, [schema.get("items")])):
        yield from all_properties(inner)


def test_names_differ_by_more_than_capitals_and_underscores_and_have_at_most_63_bytes() -> None:
    streams = OfflineTap(*STREAMS, klasses=["order"]).streams

    assert not alike(streams)
    for stream in streams.values():
        for properties in all_properties(stream.schema):
            assert not alike(properties)
            assert all(len(name.encode()) <= 63 for name in (stream.name, *properties))
