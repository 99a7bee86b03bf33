"""What a user has deselected, or a stream map has changed, is in no other place of the output."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.singerlib.catalog import SelectionMask

from support.marks import mark, marks_in
from support.offline_tap import OfflineTap
from tap_kustomer.shaping.fields import Field, Kind
from tap_kustomer.shaping.layout import columns_of, layout_of
from tap_kustomer.shaping.leftovers import without_columns
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.klasses import Klasses
from tap_kustomer.streams.work_sessions import WorkSessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.streams.base import KustomerStream

Path = tuple[str, ...]
Resource = dict[str, Any]

# Ways in which a value may come, one of which does not fit whatever type its column has.
FORMS: dict[str, Callable[[str], Any]] = {
    "a text": lambda value: value,
    "a text in an array": lambda value: [value],
    "an object": lambda value: {"unknownKey": value},
    "an object in an array": lambda value: [{"unknownKey": value}],
    "arrays in an array": lambda value: [[value]],
}

each_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)

# `custom_attribute_metadata` shapes the parts of a resource, and in the same way.
WITH_ATTRIBUTES = [
    stream
    for stream in STREAMS
    if stream.name != "custom_attribute_metadata" and stream.shape.attributes
]


def attributes_of(
    fields: Iterable[Field], form: Callable[[str], Any], outer: Path = ()
) -> dict[str, Any]:
    """Objects with all of their parts, and each part in this form."""
    fields = tuple(fields)
    names = columns_of(fields)
    return {
        field.source: (
            attributes_of(field.fields, form, (*outer, names[field.source]))
            if field.fields
            else form(mark((*outer, names[field.source])))
        )
        for field in fields
    }


def paths_of(fields: Iterable[Field], outer: Path = ()) -> Iterator[Path]:
    """All columns and parts of columns."""
    fields = tuple(fields)
    for field in fields:
        path = (*outer, columns_of(fields)[field.source])
        yield path
        if field.kind is Kind.OBJECT:
            yield from paths_of(field.fields, path)


def written(table: TapStream, resource: Resource, *deselected: Path) -> list[dict[str, Any]]:
    """The records of a resource, without these columns."""
    mask = {tuple(x for name in path for x in ("properties", name)): False for path in deselected}
    table._mask = SelectionMask(mask)  # noqa: SLF001
    table.__dict__.pop("_deselected", None)
    return [
        dict(message.record)
        for record in table.make_records(resource)
        for message in table.messages_of(record)
    ]


def check(table: TapStream, resource: Resource, paths: Iterable[Path]) -> None:
    """That each of these columns can be deselected, and that all others are there then."""
    every = marks_in(written(table, resource))
    assert every
    for path in paths:
        own = {one for one in every if one == mark(path) or one.startswith(f"{mark(path)[:-1]}.")}
        assert marks_in(written(table, resource, path)) == every - own, path


def of(stream: type[KustomerStream], **members: Any) -> Resource:
    parent = {"parent": {"id": "p", "updatedAt": None}} if stream.shape.parent else {}
    return {"id": "1", "type": (*stream.types, "x")[0], **parent, **members}


# Deselected


@pytest.mark.parametrize(
    "forms_of_each",
    [
        pytest.param(1, id="in one form"),
        pytest.param(len(FORMS), id="in each form", marks=pytest.mark.thorough),
    ],
)
@pytest.mark.parametrize("stream", WITH_ATTRIBUTES, ids=lambda stream: stream.name)
def test_a_deselected_attribute_is_nowhere_whatever_it_is(
    stream: type[KustomerStream], forms_of_each: int
) -> None:
    fields = [field for field in stream.shape.attributes if field.source not in stream.secrets]
    paths = [path for path in paths_of(fields) if path[0] not in stream.key]
    table = OfflineTap(stream).stream(stream.name)

    for turn, form in enumerate(FORMS.values()):
        # Columns take turns, so that each form comes to columns of each type.
        chosen = paths[turn :: len(FORMS)] if forms_of_each == 1 else paths
        check(table, of(stream, attributes=attributes_of(fields, form)), chosen)


def respelled(
    fields: Iterable[Field], spell: Callable[[str], str], outer: Path = ()
) -> dict[str, Any]:
    """Objects whose parts have keys that are spelled like columns, which Kustomer's are not."""
    fields = tuple(fields)
    attributes: dict[str, Any] = {}
    for field in fields:
        name = columns_of(fields)[field.source]
        if field.kind is Kind.OBJECT:
            attributes[field.source] = respelled(field.fields, spell, (*outer, name))
        elif name != field.source:
            attributes[spell(name)] = mark((*outer, name))
    return attributes


@pytest.mark.parametrize(
    "stream",
    [stream for stream in WITH_ATTRIBUTES if stream is not Klasses],
    ids=lambda stream: stream.name,
)
def test_another_spelling_of_a_deselected_column_is_nowhere(
    stream: type[KustomerStream],
) -> None:
    table = OfflineTap(stream).stream(stream.name)
    paths = [path for path in paths_of(stream.shape.attributes) if path[0] not in stream.key]
    spellings: list[Callable[[str], str]] = [str, str.title, lambda name: name.replace("_", "-")]

    for spell in spellings:
        attributes = respelled(stream.shape.attributes, spell)
        if marks_in(attributes):
            check(table, of(stream, attributes=attributes), paths)


@pytest.mark.parametrize("column", ["display_name", "displayname_dc3318a2"])
def test_a_spelling_of_two_columns_goes_with_each_of_them(column: str) -> None:
    table = OfflineTap(Klasses).stream("klasses")
    resource = of(Klasses, attributes={"DISPLAY-NAME": "<x>"})

    assert marks_in(written(table, resource)) == {"<x>"}
    assert not marks_in(written(table, resource, (column,)))


def test_a_column_that_the_catalog_lacks_goes_with_one_that_is_spelled_like_it() -> None:
    shaper = compile_shaper(Klasses.shape, catalog_columns={"id", "display_name", "_extra"})

    record = shaper(of(Klasses, attributes={"displayname": "<x>", "color": "<y>"}))

    assert marks_in(record) == {"<x>", "<y>"}
    assert marks_in(without_columns(record, {"display_name": {}})) == {"<y>"}


@pytest.mark.parametrize("attributes", ["<x>", ["<x>"], 5], ids=str)
def test_attributes_that_are_no_object_may_hold_any_of_them(attributes: Any) -> None:
    table = OfflineTap(Customers).stream("customers")
    resource = of(Customers, attributes=attributes)

    (whole,) = written(table, resource)
    (narrowed,) = written(table, resource, ("emails",))

    assert whole["_extra"] == {"attributes": attributes}
    assert "_extra" not in narrowed


@pytest.mark.parametrize("relationships", ["<x>", ["<x>"], [{"id": "<x>"}]], ids=str)
def test_relationships_that_are_no_object_may_hold_any_of_them(relationships: Any) -> None:
    table = OfflineTap(Customers).stream("customers")
    resource = of(Customers, relationships=relationships)

    assert marks_in(written(table, resource)) == {"<x>"}
    assert not marks_in(written(table, resource, ("org_id",)))


def test_an_object_that_came_as_a_text_may_hold_any_of_its_parts() -> None:
    table = OfflineTap(Customers).stream("customers")
    resource = of(Customers, attributes={"lastMessageIn": '{"sentAt": "<x>"}', "deletedAt": "<y>"})

    assert marks_in(written(table, resource)) == {"<x>", "<y>"}
    assert marks_in(written(table, resource, ("last_message_in", "sent_at"))) == {"<y>"}


@each_stream
def test_what_a_relationship_says_beside_its_columns_goes_with_each_of_them(
    stream: type[KustomerStream],
) -> None:
    table, place = OfflineTap(stream).stream(stream.name), layout_of(stream.shape).relationships
    for relationship in stream.shape.relationships:
        columns = place[relationship.source]
        data = {"id": "<id>", "type": "x", "meta": "<more>"}
        many = relationship.many
        for odd in ([data] if many else data, data if many else [data], "<more>"):
            resource = of(stream, relationships={relationship.source: {"data": odd}})
            for column in filter(None, (columns.id, columns.data)):
                assert "<more>" not in marks_in(written(table, resource, (column,)))
            both = written(table, resource, (columns.id,), (columns.data,))
            assert not marks_in(both)


@pytest.mark.parametrize("column", ["brand", "brand_id"])
def test_a_relationship_that_has_no_column_can_be_deselected_by_that_name(column: str) -> None:
    table = OfflineTap(STREAMS[0]).stream(STREAMS[0].name)
    resource = of(STREAMS[0], relationships={"newBrand": {"data": {"id": "<x>"}}})

    assert marks_in(written(table, resource)) == {"<x>"}
    assert not marks_in(written(table, resource, (f"new_{column}",)))


@each_stream
def test_links_of_an_odd_form_go_with_their_column(stream: type[KustomerStream]) -> None:
    table, column = OfflineTap(stream).stream(stream.name), layout_of(stream.shape).links
    for links in (["<x>"], "<x>", {"self": "<x>"}):
        assert not marks_in(written(table, of(stream, links=links), (column,)))


def test_attributes_without_a_column_can_be_deselected_by_their_name() -> None:
    table = OfflineTap(STREAMS[0]).stream(STREAMS[0].name)
    resource = of(STREAMS[0], attributes={"newThing": "<x>", "other": "<y>"}, newMember="<z>")

    assert marks_in(written(table, resource, ("new_thing",))) == {"<y>", "<z>"}
    assert marks_in(written(table, resource, ("_extra", "new_thing"))) == {"<y>", "<z>"}
    assert marks_in(written(table, resource, ("new_member",))) == {"<x>", "<y>"}
    assert not marks_in(written(table, resource, ("_extra",)))


# Derived tables


DERIVED = [
    pytest.param(stream, derived, id=derived.name)
    for stream in STREAMS
    for derived in stream.derived
]


@pytest.mark.parametrize(("stream", "derived"), DERIVED)
def test_a_deselected_column_of_a_derived_table_is_nowhere(
    stream: type[KustomerStream], derived: Derived
) -> None:
    # Its own items, so that none is lost on the way.
    items = replace(derived, items=lambda resource: resource["items"])
    with_items = type("WithItems", (stream,), {"derived": (items,)})
    table = OfflineTap(with_items).stream(derived.name)
    paths = [*paths_of(derived.fields)]

    for form in FORMS.values():
        check(table, of(stream, items=[attributes_of(derived.fields, form)]), paths)
    for odd in ("<x>", ["<x>"]):
        resource = of(stream, items=[odd])
        assert marks_in(written(table, resource)) == {"<x>"}
        for path in paths:
            assert not marks_in(written(table, resource, path))


def test_an_entry_of_a_map_that_is_no_object_may_be_of_any_column() -> None:
    tap = OfflineTap(WorkSessions)
    table = tap.stream("work_session_status_times")
    resource = of(WorkSessions, attributes={"totalTimeByStatus": {"status": "<x>"}})

    assert written(table, resource)[0]["_extra"] == {"value": "<x>"}
    assert not marks_in(written(table, resource, ("status_selected_count",)))


# Changed by a stream map


ODD = {"birthdayAt": "<x>", "modifiedAt": "<y>", "firstName": "Ada", "gender": "f"}


def mapped(definition: Any, name: str = "customers", **others: Any) -> list[Any]:
    """The records that come of one customer whose times are none."""
    table = OfflineTap(Customers, stream_maps={name: definition, **others}).stream("customers")
    return [
        dict(message.record)
        for record in table.make_records(of(Customers, attributes=ODD))
        for message in table.messages_of(record)
    ]


@pytest.mark.parametrize(
    "definition",
    [
        {"birthday_at": None},
        {"birthday_at": "__NULL__"},
        {"birthday_at": "'hidden'"},
        {"birthday_at": "str(birthday_at)"},
        {"born": "birthday_at", "birthday_at": None},
        {"__else__": None, "id": "id", "_extra": "_extra", "modified_at": "modified_at"},
        {"__else__": "__NULL__", "id": "id", "_extra": "_extra", "modified_at": "self"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["customers", "custome?s"])
def test_what_a_stream_map_changes_is_not_in_extra(
    definition: Mapping[str, Any], name: str
) -> None:
    (record,) = mapped(definition, name)

    assert record["_extra"] == {"modified_at": "<y>"}


@pytest.mark.parametrize(
    "definition",
    [
        {"first_name": None},
        {"birthday_at": "birthday_at", "first_name": None},
        {"born": "birthday_at"},
        {"__filter__": "True", "__alias__": "people"},
        {},
    ],
    ids=str,
)
def test_what_a_map_does_not_change_stays_in_extra(definition: Mapping[str, Any]) -> None:
    (record,) = mapped(definition)

    assert record["_extra"] == {"birthday_at": "<x>", "modified_at": "<y>"}


def test_a_map_hides_a_column_from_its_own_stream_only() -> None:
    people = {"__source__": "customers", "birthday_at": None}
    persons = {"__source__": "custome?s", "modified_at": None, "first_name": "'x'"}

    first, second, third = mapped(people, "people", persons=persons)

    assert first["_extra"] == {"birthday_at": "<x>", "modified_at": "<y>"}
    # Maps with wildcards come before others.
    assert second["_extra"] == {"birthday_at": "<x>"}
    assert third["_extra"] == {"modified_at": "<y>"}


def test_what_several_maps_of_a_stream_change_is_not_in_extra() -> None:
    (record,) = mapped({"birthday_at": None}, "custome?s", customers={"modified_at": None})

    assert "_extra" not in record
