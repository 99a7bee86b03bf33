"""Tables that make rows of their own of a resource do so of any, however odd."""

from __future__ import annotations

from functools import cache
from itertools import cycle, islice, zip_longest
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from support.json_values import KEYS, deep, json_values
from support.offline_tap import OfflineTap
from support.resources import ODD, REFERENCES, nearly, nearly_all, odd, sound
from support.singer_schemas import misfits, validator
from tap_kustomer.nesting import LEVELS
from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.derived import POSITION, SIBLINGS, compile_deriver, derived_schema
from tap_kustomer.shaping.fields import Kind
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.company_hierarchy import CompanyHierarchy
from tap_kustomer.streams.custom_attribute_metadata import CustomAttributeMetadata
from tap_kustomer.streams.settings import Settings
from tap_kustomer.streams.snoozes import Snoozes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema_rs import Draft202012Validator

    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.shaping.fields import Field
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.streams.base import KustomerStream

DERIVED = [
    pytest.param(stream, derived, id=derived.name)
    for stream in STREAMS
    for derived in stream.derived
]
each_derived_table = pytest.mark.parametrize(("stream", "derived"), DERIVED)

_SEVERAL = {Kind.ARRAY, Kind.MAPPING}
_UNDOCUMENTED = "what one is is not documented"
_OPT_IN = "long texts for few readers"
_UNSENT = "the message that is sent has it, and then the draft is gone"
_OF_ANOTHER_TIMER = "conversation_times has tables of the same"


def related_to(stream: type[KustomerStream]) -> st.SearchStrategy[dict[str, Any]]:
    """Relationships, the declared ones among them, of any shape."""
    names = [relationship.source for relationship in stream.shape.relationships]
    keys = st.one_of(st.sampled_from(names), KEYS) if names else KEYS
    data = st.one_of(st.lists(REFERENCES, max_size=2), REFERENCES, json_values())
    return st.dictionaries(
        keys, st.one_of(st.fixed_dictionaries({"data": data}), json_values()), max_size=4
    )


class Noting(dict[str, Any]):
    """An object that has whatever it is asked for, and notes what that was."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[Any, Noting] = {}

    @override
    def __len__(self) -> int:
        # An empty object would not be asked for anything by a pattern.
        return 1

    @override
    def get(self, key: Any, default: Any = None) -> Noting:
        del default
        return self.asked.setdefault(key, Noting())


def made_of(derived: Derived) -> tuple[set[str], set[str]]:
    """The attributes and the relationships that the rows of a derived table are made of."""
    resource = Noting()
    derived.items(resource)
    return {*resource.get("attributes").asked}, {*resource.get("relationships").asked}


@cache
def carriers(stream: type[KustomerStream], derived: Derived) -> st.SearchStrategy[dict[str, Any]]:
    """Resources that carry rows of a derived table, or something odd in their place."""
    attributes, relationships = made_of(derived)
    as_declared = {
        field.source: nearly(field)
        for field in stream.shape.attributes
        if field.source in {"updatedAt", *attributes}
    }
    references = st.one_of(st.lists(REFERENCES, max_size=3), REFERENCES, json_values())
    related = dict.fromkeys(relationships, st.fixed_dictionaries({"data": references}))
    return st.fixed_dictionaries(
        {
            "id": st.text(min_size=1),
            "attributes": st.one_of(st.fixed_dictionaries(as_declared), json_values()),
            "relationships": st.one_of(st.fixed_dictionaries(related), json_values()),
        }
    )


@each_derived_table
def test_a_derived_table_is_made_of_what_its_parent_declares(
    stream: type[KustomerStream], derived: Derived
) -> None:
    attributes, relationships = made_of(derived)

    assert attributes or relationships
    assert attributes <= {field.source for field in stream.shape.attributes}
    assert relationships <= {each.source for each in stream.shape.relationships}


# Arrays and maps, and relationships to many, that have no table of their own, and why.
_OF_THE_ARTICLE = "a table of the article's: nearly always the same"
WITHOUT_A_TABLE = {
    "ai_evaluation_testcase_results.toolCalls": _OPT_IN,
    "ai_evaluation_testcases.toolCalls": _OPT_IN,
    "knowledge_base_categories.categoryPositions": _UNDOCUMENTED,
    "knowledge_base_categories.positions": _UNDOCUMENTED,
    "knowledge_base_article_versions.categories": _OF_THE_ARTICLE,
    "knowledge_base_article_versions.metaKeywords": _OF_THE_ARTICLE,
    "knowledge_base_article_versions.tags": _OF_THE_ARTICLE,
    "knowledge_base_forms.layout": _UNDOCUMENTED,
    "knowledge_base_forms.layoutV2": _UNDOCUMENTED,
    "knowledge_base_forms.snippets": _UNDOCUMENTED,
    "knowledge_base_internal_categories.positions": _UNDOCUMENTED,
    "knowledge_bases.languages": "a setting of its pages",
    "conversation_events.meta": "free: whatever was sent with the event",
    "conversation_times_v2.assignedTeams": _OF_ANOTHER_TIMER,
    "conversation_times_v2.assignedUsers": _OF_ANOTHER_TIMER,
    "conversation_times_v2.channels": _OF_ANOTHER_TIMER,
    "conversation_times_v2.createdByTeams": _OF_ANOTHER_TIMER,
    "conversations.accessOverride": _UNDOCUMENTED,
    "conversations.matchedTimeBasedRules": _UNDOCUMENTED,
    "companies.roleGroupVersions": _UNDOCUMENTED,
    "conversations.roleGroupVersions": _UNDOCUMENTED,
    "custom_attribute_metadata.validations": "its rows are made of one resource together",
    "customer_drafts.bcc": _UNSENT,
    "customer_drafts.cc": _UNSENT,
    "customer_drafts.headers": _UNSENT,
    "customer_drafts.responseButtons": _UNSENT,
    "customer_drafts.userMentions": _UNSENT,
    "customer_session_events.meta": "free: whatever was sent with the event",
    "customers.roleGroupVersions": _UNDOCUMENTED,
    "knowledge_base_articles.accessTeams": _UNDOCUMENTED,
    "knowledge_base_articles.accessUsers": _UNDOCUMENTED,
    "knowledge_base_articles.draftLangs": "said of each language in langVersions or latestLangs",
    "kobjects.klassMixins": "those of the klass, which has a table of them",
    "kobjects.roleGroupVersions": _UNDOCUMENTED,
    "kviews.layout": "how a page looks: free, and of no use but as a whole",
    "slas.versions": "a table with more than the ids: sla_versions",
    "workflows.steps": "they hold secrets, which derived tables would have to leave out, too",
}


def arrays_of(stream: type[KustomerStream]) -> set[str]:
    """The arrays and maps among its attributes, and its relationships to many."""
    return {
        *(field.source for field in stream.shape.attributes if field.kind in _SEVERAL),
        *(each.source for each in stream.shape.relationships if each.many),
    }


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_every_array_is_a_derived_table_or_has_a_reason_to_be_none(
    stream: type[KustomerStream],
) -> None:
    arrays = arrays_of(stream)
    made = [made_of(derived) for derived in stream.derived]
    with_table = {name for names in made for name in {*names[0], *names[1]}}
    with_reason = {name for name in arrays if f"{stream.name}.{name}" in WITHOUT_A_TABLE}

    assert arrays - with_table == with_reason


def test_reasons_are_given_for_arrays_that_there_are() -> None:
    there = {f"{stream.name}.{name}" for stream in STREAMS for name in arrays_of(stream)}

    assert there >= WITHOUT_A_TABLE.keys()


def oddities(stream: type[KustomerStream], derived: Derived) -> Iterator[dict[str, Any]]:
    """Resources that carry rows of a derived table, with one odd place."""
    attributes, relationships = made_of(derived)
    fields = [field for field in stream.shape.attributes if field.source in attributes]
    references = [{"type": "user", "id": "1"}, {"type": "team", "id": "2"}]
    carried = {
        "attributes": {field.source: sound(field) for field in fields},
        "relationships": {name: {"data": references} for name in relationships},
    }
    for field in fields:
        for value in odd(field):
            inside = {**carried["attributes"], field.source: value}
            yield {**carried, "id": "1", "attributes": inside}
    for name in relationships:
        of_odd = [[{"type": value, "id": value}, *references] for value in ODD]
        for value in (*ODD, *({"data": data} for data in (*ODD, *of_odd))):
            inside = {**carried["relationships"], name: value}
            yield {**carried, "id": "1", "relationships": inside}
    for member in ("attributes", "relationships"):
        yield from ({**carried, "id": "1", member: value} for value in ODD)


@cache
def compiled(
    stream: type[KustomerStream], derived: Derived
) -> tuple[Callable[[dict[str, Any]], list[dict[str, Any]]], Draft202012Validator]:
    """What shapes the rows of a derived table, and what checks them."""
    schema = derived_schema(derived, stream.singular)
    return compile_deriver(derived, stream.singular), validator(schema)


def check(stream: type[KustomerStream], derived: Derived, resource: dict[str, Any]) -> None:
    """That the rows of a derived table tell their places and fit its schema."""
    shape, schema = compiled(stream, derived)  # type: ignore[arg-type]  # A class has a hash.
    rows = shape(resource)

    assert [row[POSITION] for row in rows] == list(range(len(rows)))
    assert {row[SIBLINGS] for row in rows} <= {len(rows)}
    assert not [error.message for row in rows for error in schema.iter_errors(row)]


@each_derived_table
def test_whatever_is_odd_in_a_resource_a_derived_table_has_sound_rows(
    stream: type[KustomerStream], derived: Derived
) -> None:
    for resource in oddities(stream, derived):
        check(stream, derived, resource)


@settings(max_examples=400)
@given(st.data(), st.sampled_from([param.values for param in DERIVED]))
def test_whatever_a_resource_is_a_derived_table_has_sound_rows(
    data: st.DataObject, table: tuple[type[KustomerStream], Derived]
) -> None:
    check(*table, data.draw(carriers(*table)))  # type: ignore[arg-type]  # A class has a hash.


# All tables, by what the tap itself calls. A JSON parser takes no more levels than these.

DEEP = tuple(
    value for levels in (200, 600, 900) for value in (deep("x", levels), [deep({"a": 1}, levels)])
)

# Levels of a row, of what is declared in it, and of `_extra` around that.
MOST_LEVELS_AROUND = 12


@cache
def tables_of(stream: type[KustomerStream]) -> tuple[tuple[TapStream, Draft202012Validator], ...]:
    """The table of a stream and its derived ones, each with what checks its rows."""
    tap = OfflineTap(stream)
    names = (stream.name, *(derived.name for derived in stream.derived))
    return tuple((table, validator(table.schema)) for table in map(tap.stream, names))


def check_rows(stream: type[KustomerStream], resource: dict[str, Any]) -> None:
    """That a resource gives rows which fit their schema, have a key and can be written."""
    for table, schema in tables_of(stream):  # type: ignore[arg-type]  # A class has a hash.
        for row in table.make_records(resource):
            assert msgspec.json.encode(row)
            assert not [error.message for error in schema.iter_errors(row)]
            assert all(row[column] not in {None, ""} for column in table.primary_keys)
            assert nested(row) <= LEVELS + MOST_LEVELS_AROUND


def nested(value: Any) -> int:
    """How many levels a value has."""
    if isinstance(value, dict):
        value = [*value.values()]
    return 1 + max(map(nested, value), default=0) if isinstance(value, list) else 0


def with_parent(stream: type[KustomerStream], resource: dict[str, Any]) -> dict[str, Any]:
    """The resource as it is read; what it says of the parent holds."""
    if not stream.shape.parent:
        return resource
    noted = {"id": "p", "type": "thing", "updatedAt": "2024-01-31T10:00:00.000Z"}
    return {PARENT: noted, **resource}


def placed(stream: type[KustomerStream], values: Iterator[Any]) -> Iterator[dict[str, Any]]:
    """Resources that have a value in each place where one can be.

    Args:
        stream: The stream that they are resources of.
        values: Without end: each place takes the next one.
    """
    whole = {"id": "1", "type": "thing", "links": {"self": "/v1/things/1"}}
    for member in ("id", "type", "attributes", "relationships", "links", "meta"):
        yield {**whole, member: next(values)}
        yield {**whole, member: {"unknown": next(values)}}
        yield {**whole, member: {"unknown": {"data": next(values)}}}
    # Fields are independent of each other, so that one resource has a place of each at a time.
    places = [(next(values), *within(field, values)) for field in stream.shape.attributes]
    for insides in zip_longest(*places):
        keys = (field.source for field in stream.shape.attributes)
        yield {**whole, "attributes": dict(zip(keys, insides, strict=True))}
    references = [(v, [v], {"id": v}, [{"id": v, "type": v}]) for v in islice(values, 4)]
    for position in range(4):
        related = {
            relationship.source: {"data": references[(position + turn) % 4][position]}
            for turn, relationship in enumerate(stream.shape.relationships)
        }
        yield {**whole, "relationships": related}
    if stream.shape.parent:
        value = next(values)
        yield {**whole, PARENT: {"id": value, "updatedAt": value}}


def within(field: Field, values: Iterator[Any]) -> Iterator[Any]:
    """A value in each place that a field has inside."""
    if field.kind in {Kind.OBJECT, Kind.CUSTOM}:
        yield {"unknown": next(values)}
        yield from ({inner.source: next(values)} for inner in field.fields)
    elif field.kind is Kind.ARRAY:
        yield [next(values)]
        yield from ([inside] for inside in within(field.holds, values))
    elif field.kind is Kind.MAPPING:
        yield {"a": next(values)}
        yield from ({"a": inside} for inside in within(field.holds, values))


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_a_value_of_any_depth_anywhere_in_a_resource_gives_sound_rows(
    stream: type[KustomerStream],
) -> None:
    for resource in placed(stream, cycle(DEEP)):
        check_rows(stream, with_parent(stream, resource))


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_derived_rows_have_the_id_of_their_parent_even_if_it_has_none(
    stream: type[KustomerStream],
) -> None:
    attributes: dict[str, Any] = {field.source: sound(field) for field in stream.shape.attributes}
    attributes |= {secret.split(".")[0]: "secret" for secret in stream.secrets}
    references = [{"type": "user", "id": "1"}, {"type": "team", "id": "2"}]
    related = {each.source: {"data": references} for each in stream.shape.relationships}
    resource = with_parent(stream, {"attributes": attributes, "relationships": related})
    (root, _), *derived = tables_of(stream)  # type: ignore[arg-type]  # A class has a hash.

    parents = {row["id"] for row in root.make_records(resource)}

    for table, _ in derived:
        ids = {row[table.primary_keys[0]] for row in table.make_records(resource)}
        assert ids <= parents


def resources_of(
    stream: type[KustomerStream],
) -> st.SearchStrategy[tuple[type[KustomerStream], dict[str, Any]]]:
    """Resources of a stream, with odd members and without some."""
    members = {
        "id": json_values(),
        "type": json_values(),
        "links": st.one_of(st.dictionaries(KEYS, json_values()), json_values()),
        "attributes": st.one_of(nearly_all(stream.shape.attributes), json_values()),
        "relationships": st.one_of(related_to(stream), json_values()),
        "meta": json_values(),
    }
    return st.tuples(st.just(stream), st.fixed_dictionaries({}, optional=members))


# Made once: Hypothesis checks a strategy whenever it sees it first.
RESOURCES = {stream: resources_of(stream) for stream in STREAMS}


@settings(max_examples=400)
@given(st.sampled_from(STREAMS).flatmap(RESOURCES.__getitem__))
def test_whatever_a_resource_is_its_tables_have_sound_rows(
    drawn: tuple[type[KustomerStream], dict[str, Any]],
) -> None:
    stream, resource = drawn

    check_rows(stream, with_parent(stream, resource))


# Tables that make their rows in another way than by shaping a resource each.


@pytest.fixture(scope="module")
def custom_attributes() -> TapStream:
    return OfflineTap(CustomAttributeMetadata).stream("custom_attribute_metadata")


def test_no_other_table_makes_its_rows_in_a_way_of_its_own() -> None:
    assert [stream for stream in STREAMS if stream.prepare] == [
        CompanyHierarchy,
        CustomAttributeMetadata,
        Settings,
        Snoozes,
    ]


@given(
    name=st.text(min_size=1),
    properties=st.dictionaries(
        KEYS,
        st.one_of(nearly_all(CustomAttributeMetadata.shape.attributes), json_values()),
        max_size=3,
    ),
)
def test_each_property_is_a_custom_attribute_that_fits_the_schema(
    custom_attributes: TapStream, name: str, properties: dict[str, Any]
) -> None:
    attributes = {"properties": properties}

    rows = [*custom_attributes.make_records({"id": name, "attributes": attributes})]

    assert [row["name"] for row in rows] == sorted(properties)
    assert {row["resource"] for row in rows} <= {name}
    assert len({row["id"] for row in rows}) == len(properties)
    assert not [wrong for row in rows for wrong in misfits(custom_attributes.schema, row)]


@pytest.mark.parametrize("member", [{}, {"id": None}, {"id": ""}, {"id": 7}], ids=str)
def test_custom_attributes_of_a_resource_without_a_name_are_kept(
    custom_attributes: TapStream, member: dict[str, Any]
) -> None:
    attributes: dict[str, Any] = {"properties": {"colorStr": {}, "priceNum": {}}}

    rows = [*custom_attributes.make_records({**member, "attributes": attributes})]

    assert [row["name"] for row in rows] == ["colorStr", "priceNum"]
    assert all(row["id"] == f"{row['resource']}/{row['name']}" for row in rows)
    assert len({row["resource"] for row in rows}) == 1


@pytest.mark.parametrize("value", [value for value in ODD if not isinstance(value, dict)])
@pytest.mark.parametrize("place", ["attributes", "properties"])
def test_what_lists_no_properties_has_no_custom_attributes(
    custom_attributes: TapStream, place: str, value: Any
) -> None:
    attributes = {"properties": value} if place == "properties" else value

    assert not [*custom_attributes.make_records({"id": "customer", "attributes": attributes})]
