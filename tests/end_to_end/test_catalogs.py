"""Any catalog gives records that fit their SCHEMA, under the key by which a target updates them."""

from __future__ import annotations

import copy
from itertools import cycle, islice
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from support.offline_tap import CatalogTap
from support.singer_output import Output, check, everything, held_after, only
from support.tap_in_process import InProcess
from tap_kustomer import times
from tap_kustomer.reading.pages import Page
from tap_kustomer.sync.extractions import Extraction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustomer_sandbox import Sandbox
    from tap_kustomer.reading.pages import Window

Catalog = dict[str, Any]
Entry = dict[str, Any]
Pages = dict[str, list[Page]]

# Rows of each reading: enough to have each kind of value, and few enough to be read many times.
_ROWS = 15

# All rows are older.
_LATER = times.to_milliseconds("2100-01-01T00:00:00.000Z")


@pytest.fixture(scope="module")
def pages_by_stream(standing_sandbox: Sandbox, catalog: Catalog) -> Pages:
    """The first rows of all readings of the sandbox."""
    found: dict[str, list[Any]] = {}
    read = Extraction._read  # noqa: SLF001  # Where rows come in, whatever their source.

    def noting(
        reading: Extraction, window: Window, is_consumed: Callable[[], bool]
    ) -> Iterator[Page]:
        for page in read(reading, window, is_consumed):
            found.setdefault(reading.lead.name, []).extend(page.resources)
            yield page

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Extraction, "_read", noting)
        run = InProcess(standing_sandbox)(catalog=everything(catalog))
    assert run.code == 0, run.log
    return {name: [Page(resources[:_ROWS])] for name, resources in found.items()}


@pytest.fixture(scope="module")
def sound(pages_by_stream: Pages, catalog: Catalog) -> Output:
    """A run of these rows with the catalog that discovery writes."""
    run = tap_with(everything(catalog), pages_by_stream).sync()
    check(run)
    assert not [line for line in run.logged("WARNING") if "--catalog" in line]
    assert len(run.counts()) > 80
    for stream in run.streams:
        assert run.schema(stream)["schema"] == entry_of(catalog, stream)["schema"]
    return run


def tap_with(catalog: Catalog, pages_by_stream: Pages, **more: Any) -> CatalogTap:
    return CatalogTap(catalog, pages_by_stream, started=_LATER, **more)


def entry_of(catalog: Catalog, name: str) -> Entry:
    entry: Entry
    (entry,) = (one for one in catalog["streams"] if one["tap_stream_id"] == name)
    return entry


def root_of(entry: Entry) -> dict[str, Any]:
    """The metadata of the stream itself."""
    metadata: dict[str, Any]
    (metadata,) = (one["metadata"] for one in entry["metadata"] if not one["breadcrumb"])
    return metadata


def warnings_of(run: Output) -> list[str]:
    return [line.split("--catalog: ")[1] for line in run.logged("WARNING") if "--catalog" in line]


# Types


# Types that a catalog may give to any column, or to a part of one.
OTHER_TYPES: dict[str, Any] = {
    "text": {"type": "string"},
    "text or null": {"type": ["null", "string"]},
    "a short text": {"type": ["string", "null"], "maxLength": 1},
    "a time": {"type": ["string", "null"], "format": "date-time"},
    "a date": {"type": "string", "format": "date"},
    "a number": {"type": ["null", "number"]},
    "an integer": {"type": ["null", "integer"], "minimum": 1_000_000},
    "a boolean": {"type": "boolean"},
    "null": {"type": "null"},
    "an open object": {"type": ["null", "object"]},
    "a closed object": {"type": "object", "properties": {}, "additionalProperties": False},
    "an object of others": {"type": "object", "properties": {"x": True}, "required": ["x"]},
    "an array": {"type": ["null", "array"]},
    "an array of integers": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
    "an array of anything": {"type": "array", "items": True},
    "a tuple": {"type": "array", "items": [{"type": "string"}]},
    "any of several": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
    "one of several": {"oneOf": [{"type": "integer"}, True]},
    "all of several": {"allOf": [{"type": "boolean"}]},
    "an enumeration": {"enum": ["x"]},
    "a reference": {"$ref": "#/definitions/column"},
    "no type": {},
    "an odd type": {"type": 5},
    "odd types": {"type": [5, {"type": "string"}]},
    "a schema for a type": {"type": [{"type": "string"}]},
    "odd properties": {"type": "object", "properties": [1]},
    "true": True,
    "false": False,
    "a number itself": 5,
    "a word": "string",
    "a list": [],
}


def in_turn(columns: dict[str, Any], types: Iterator[Any]) -> dict[str, Any]:
    """Columns of the next types; what a klass is called stays, and so does what holds others."""
    return {
        name: (
            column
            if "enum" in column
            else {**column, "properties": in_turn(column["properties"], types)}
            if name == "custom" and "properties" in column
            else copy.deepcopy(next(types))
        )
        for name, column in columns.items()
    }


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=[pytest.mark.thorough] * (first > 6))
        for first in range(0, len(OTHER_TYPES), 6)
    ],
)
def test_columns_are_of_the_types_that_the_tap_declares_whatever_the_catalog_says(
    first: int, pages_by_stream: Pages, catalog: Catalog, sound: Output
) -> None:
    types = islice(cycle(OTHER_TYPES.values()), first, None)
    changed = everything(catalog)
    for entry in changed["streams"]:
        entry["schema"]["properties"] = in_turn(entry["schema"]["properties"], types)

    run = tap_with(changed, pages_by_stream).sync()

    check(run)
    assert run.counts() == sound.counts()
    for stream in sound.streams:
        own = sound.schema(stream)["schema"]["properties"]
        written = run.schema(stream)["schema"]["properties"]
        # Attributes inside `custom` are the organisation's own: only the catalog has them.
        assert written | {"custom": None} == own | {"custom": None}


def mutate(schema: Any, random: Random) -> Any:
    """A schema of which some parts, at any depth, are of another type, missing or unknown."""
    if random.random() < 0.1:
        return copy.deepcopy(random.choice([*OTHER_TYPES.values()]))
    changed = {key: value for key, value in schema.items() if random.random() < 0.95}
    if "properties" in changed:
        changed["properties"] = {
            name: mutate(column, random)
            for name, column in changed["properties"].items()
            if random.random() < 0.9
        }
        changed["properties"]["unknown"] = random.choice([True, {}, {"type": "string"}])
    if "items" in changed:
        changed["items"] = mutate(changed["items"], random)
    return changed


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.thorough] * (seed > 1)) for seed in range(6)]
)
def test_records_fit_their_schema_whatever_is_wrong_with_the_catalog(
    seed: int, pages_by_stream: Pages, catalog: Catalog, sound: Output
) -> None:
    random = Random(seed)
    changed = everything(catalog)
    for entry in changed["streams"]:
        columns = entry["schema"]["properties"]
        kept = columns.get("type") if entry["tap_stream_id"].startswith("kobject_") else None
        entry["schema"] = {
            "type": "object",
            "additionalProperties": False,
            "required": ["unknown"],
            "properties": {
                name: mutate(column, random)
                for name, column in columns.items()
                if random.random() < 0.9
            },
        }
        if kept is not None:
            entry["schema"]["properties"]["type"] = kept
        for one in entry["metadata"]:
            if one["breadcrumb"] and random.random() < 0.1:
                one["metadata"]["selected"] = False

    run = tap_with(changed, pages_by_stream).sync()

    check(run)
    assert run.counts() == sound.counts()


def test_each_stream_that_is_repaired_is_named_once_with_its_columns(
    pages_by_stream: Pages, catalog: Catalog
) -> None:
    changed = only(catalog, ["customers", "teams"])
    entry_of(changed, "customers")["schema"]["properties"]["satisfaction_level"] = {
        "type": ["null", "string"]
    }
    entry_of(changed, "customers")["schema"]["properties"]["rev"] = {"type": ["null", "string"]}

    run = tap_with(changed, pages_by_stream).sync()

    (warning,) = warnings_of(run)
    assert warning.startswith("customers has other types of satisfaction_level, rev than the tap")


# Keys


def without_keys(entry: Entry) -> None:
    del entry["key_properties"]
    root_of(entry).pop("table-key-properties", None)


def other_keys(entry: Entry) -> None:
    entry["key_properties"] = ["uuid"]


def no_keys(entry: Entry) -> None:
    entry["key_properties"] = []


def other_keys_in_metadata(entry: Entry) -> None:
    without_keys(entry)
    root_of(entry)["table-key-properties"] = ["name"]


def missing_columns(entry: Entry) -> None:
    for column in entry["key_properties"]:
        del entry["schema"]["properties"][column]


def deselected_columns(entry: Entry) -> None:
    for one in entry["metadata"]:
        if one["breadcrumb"] and one["breadcrumb"][1] in entry["key_properties"]:
            one["metadata"] |= {"selected": False, "inclusion": "available"}


def nullable_columns(entry: Entry) -> None:
    for column in entry["key_properties"]:
        entry["schema"]["properties"][column] = {"type": ["null", "string"]}


def bare(entry: Entry) -> None:
    for member in set(entry) - {"tap_stream_id", "schema"}:
        del entry[member]
    missing = {"id", "customer_id", "position"}
    entry["schema"] = {
        "properties": {name: True for name in entry["schema"]["properties"] if name not in missing}
    }


@pytest.mark.parametrize(
    "change",
    [
        *(without_keys, other_keys, no_keys, other_keys_in_metadata),
        *(missing_columns, deselected_columns, nullable_columns, bare),
    ],
)
def test_a_target_updates_the_rows_that_it_has(
    change: Callable[[Entry], None], pages_by_stream: Pages, catalog: Catalog, sound: Output
) -> None:
    keys = {"customers": ["id"], "customer_emails": ["customer_id", "position"], "teams": ["id"]}
    changed = only(catalog, keys)
    for entry in changed["streams"]:
        change(entry)

    runs = [tap_with(changed, pages_by_stream).sync() for _ in range(2)]

    for run in runs:
        check(run)
        for stream, key in keys.items():
            message = run.schema(stream)
            assert message["key_properties"] == key
            assert {*key} <= message["schema"]["properties"].keys()
    held = held_after(runs[1].messages, before=runs[0].held())
    assert {stream: rows.keys() for stream, rows in held.items()} == {
        stream: sound.held()[stream].keys() for stream in keys
    }


# Names and replication


def test_a_stream_with_another_name_beside_its_id_goes_by_its_id(
    pages_by_stream: Pages, catalog: Catalog, sound: Output
) -> None:
    changed = only(catalog, ["teams"])
    entry_of(changed, "teams")["stream"] = "public-teams"

    run = tap_with(changed, pages_by_stream).sync()

    check(run)
    assert run.records("teams") == sound.records("teams")
    assert warnings_of(run) == [
        "teams can't be called public-teams here: stream_maps rename a stream"
    ]


def test_a_stream_that_does_not_exist_stops_none(
    pages_by_stream: Pages, catalog: Catalog, sound: Output
) -> None:
    changed = only(catalog, ["teams"])
    stranger = copy.deepcopy(entry_of(changed, "teams"))
    stranger["schema"]["properties"]["name"] = {"anyOf": [True]}
    changed["streams"].append({**stranger, "tap_stream_id": "taems", "stream": "taems"})

    run = tap_with(changed, pages_by_stream).sync()

    check(run)
    assert run.records("teams") == sound.records("teams")
    assert warnings_of(run) == ["there is no stream taems, so it is left out: did you mean teams?"]


@pytest.mark.parametrize("place", ["replication-method", "forced-replication-method"])
def test_a_table_is_read_whole_where_the_metadata_asks_for_it(
    place: str, pages_by_stream: Pages, catalog: Catalog, sound: Output
) -> None:
    changed = only(catalog, ["customers"])
    root_of(entry_of(changed, "customers"))[place] = "FULL_TABLE"

    tap = tap_with(changed, pages_by_stream, state=sound.state())
    run = tap.sync()

    assert run.code == 0, run.log
    ((_, _, window),) = tap.kustomer.asked
    assert window.start == 0
    assert len(run.records("customers")) == len(sound.records("customers"))
