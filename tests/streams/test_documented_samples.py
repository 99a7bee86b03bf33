"""Every record that Kustomer's documentation shows arrives whole, and has columns for what it says.

`documented_samples.json` holds them, each with the pages that show it: all examples of answers at
https://developer.kustomer.com/api/core-resources, and for tables that it does not cover, records
that were put together from other pages or recorded.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.json_values import leaves
from support.offline_tap import OfflineTap
from support.sandbox_truth import TYPES, check_derived
from support.singer_schemas import misfits
from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.derived import POSITION, SIBLINGS
from tap_kustomer.shaping.layout import EXTRA, layout_of, parent_columns
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.custom_attribute_metadata import CustomAttributeMetadata
from tap_kustomer.streams.kobjects import Kobjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.streams.base import KustomerStream

Resource = dict[str, Any]
Record = dict[str, Any]

SAMPLES = json.loads(Path(__file__).with_name("documented_samples.json").read_text("utf-8"))

# What each table is made of: the JSON:API type of its resources.
MADE_OF = {
    **TYPES,
    "chat_settings": "chat_settings",
    "custom_attribute_metadata": "metadata",
    "kobjects": "kobject.order",
    "kobject_order": "kobject.order",
    "outbound_accounts": "outbound_account",
}

# What has no column though the documentation shows it, by the type of the record.
LEFT_OVER = {
    "attachment": {
        # Said by GET /v1/attachments/{id} and GET /v1/media/{id} only, which no table reads.
        *("context", "created_at", "updated_at"),
        # No table reads the attachments of drafts and forwards.
        *("relationships.draft.id", "relationships.draft.type"),
        *("relationships.forward.id", "relationships.forward.type"),
    },
    "kb_article": {
        # One relationship for each language: knowledge_base_article_languages has them.
        *("relationships.published_en_us.id", "relationships.published_en_us.type"),
        *("relationships.unpublished_en_us.id", "relationships.unpublished_en_us.type"),
    },
}


@dataclass(frozen=True)
class Case:
    """A sample and a table that takes it.

    Attributes:
        page: The first page that shows the sample.
        table: The name of the table.
        stream: Its declaration.
        resource: The sample as it comes from reading.
    """

    page: str
    table: str
    stream: type[KustomerStream]
    resource: Resource


def cases() -> Iterator[Case]:
    """All samples with all tables that take them."""
    for sample in SAMPLES:
        for table, made_of in MADE_OF.items():
            if made_of == sample["resource"]["type"]:
                stream = STREAMS_BY_NAME.get(table, Kobjects)
                resource = as_read(sample["resource"], stream)
                yield Case(sample["pages"][0], table, stream, resource)


def as_read(sample: Resource, stream: type[KustomerStream]) -> Resource:
    """What reading makes of a sample: some attachments have their id in their link only."""
    link = sample.get("links", {}).get("self", "")
    resource = {"id": link.rpartition("/")[-1] or None, **sample}
    if stream.shape.parent:
        resource[PARENT] = {"id": "p", "updatedAt": "2024-01-31T10:00:00.000Z"}
    return resource


STREAMS_BY_NAME = {stream.name: stream for stream in STREAMS}
CASES = [*cases()]
BY_TABLE: dict[str, list[Case]] = {}
for one in CASES:
    BY_TABLE.setdefault(one.table, []).append(one)

of_each_table = pytest.mark.parametrize("samples", [*BY_TABLE.values()], ids=[*BY_TABLE])


@pytest.fixture(scope="module")
def tap() -> OfflineTap:
    return OfflineTap(*STREAMS, klasses=["order"])


def said(case: Case) -> Counter[Any]:
    """What the rows have to say: all leaves of a resource, some of them twice."""
    resource = case.resource
    references = relationships_of(case)
    if case.stream is CustomAttributeMetadata:
        # A row for each attribute says whose it is, in its key too.
        name, properties = resource["id"], resource["attributes"]["properties"]
        keys = [[f"{name}/{attribute}", name, attribute] for attribute in properties]
        beside = [[resource["type"], references] for _ in properties]
        return leaves([properties, keys, beside])
    return leaves([resource["id"], resource["type"], resource["attributes"], references])


def relationships_of(case: Case) -> list[Any]:
    """What the relationships of a resource have to say in a row."""
    columns = layout_of(case.stream.shape).relationships
    through = parent_columns(case.stream.shape.parent).id
    found: list[Any] = []
    for key, relationship in case.resource.get("relationships", {}).items():
        data = (relationship or {}).get("data")
        if isinstance(data, list):
            # Of all that a to-many relationship leads to, the ids arrive.
            found += (one["id"] for one in data)
        elif data is not None:
            found.append(data)
            # The id of what a to-one relationship leads to has a column of its own, too.
            if key in columns and columns[key].id != through:
                found.append(data["id"])
    return found


def arrived(case: Case, rows: Iterable[Record]) -> Counter[Any]:
    """What the rows say beside links and the parent that they were found through."""
    shape = case.stream.shape
    parent = parent_columns(shape.parent, shape.root)
    apart = {layout_of(shape).links, parent.id, parent.updated_at}
    return leaves([[row[column] for column in row.keys() - apart] for row in rows])


def left_over(extra: dict[str, Any], path: str = "") -> Iterator[str]:
    """The names that lead to each value that has no column."""
    for name, value in extra.items():
        if not isinstance(value, dict):
            yield f"{path}{name}"
        # Some pages describe the type of a number or a time where that should stand.
        elif not value.keys() >= {"type", "example"}:
            yield from left_over(value, f"{path}{name}.")


def test_no_sample_has_gone_missing() -> None:
    types = Counter(sample["resource"]["type"] for sample in SAMPLES)

    assert (len(types), types.total()) == (64, 147)


def test_every_type_has_a_table() -> None:
    assert {sample["resource"]["type"] for sample in SAMPLES} <= {*MADE_OF.values()}


@of_each_table
def test_nothing_of_a_sample_is_lost_and_nothing_is_invented(
    tap: OfflineTap, samples: list[Case]
) -> None:
    for case in samples:
        rows = tap.stream(case.table).make_records(case.resource)

        assert arrived(case, rows) == said(case), case.page


@of_each_table
def test_a_sample_is_what_the_schema_says(tap: OfflineTap, samples: list[Case]) -> None:
    for case in samples:
        table = tap.stream(case.table)
        for row in table.make_records(case.resource):
            assert not misfits(table.schema, row), case.page


def test_there_is_a_column_for_all_that_samples_say(tap: OfflineTap) -> None:
    found: dict[str, set[str]] = {}
    for case in CASES:
        for row in tap.stream(case.table).make_records(case.resource):
            if names := {*left_over(row.get(EXTRA) or {})}:
                found.setdefault(case.resource["type"], set()).update(names)

    assert found == LEFT_OVER


@of_each_table
def test_a_derived_table_has_all_that_it_is_made_of(tap: OfflineTap, samples: list[Case]) -> None:
    for case in samples:
        for derived in case.stream.derived:
            check_table(tap, case, derived)


def check_table(tap: OfflineTap, case: Case, derived: Derived) -> None:
    table = tap.stream(derived.name)
    rows = list(table.make_records(case.resource))

    check_derived(derived.name, {case.resource["id"]: case.resource}, rows)
    parent = parent_columns(case.stream.singular)
    apart = {parent.id, parent.updated_at, POSITION, SIBLINGS}
    for row, item in zip(rows, derived.items(case.resource), strict=True):
        assert not misfits(table.schema, row), case.page
        assert leaves([row[column] for column in row.keys() - apart]) == leaves(item), case.page
        assert EXTRA not in row, case.page
