"""Rows that are parts of the rows of another stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.derived_rows import EMAILS, MENTIONS, NOON, TAGS, TIMES, items, rows
from support.json_values import json_values, leaves
from tap_kustomer.shaping.derived import (
    Derived,
    compile_deriver,
    derived_schema,
    objects,
    values_of,
)
from tap_kustomer.shaping.fields import integer, text
from tap_kustomer.shaping.names import column_names
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.customers import Customers

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream

# Parent and position


def test_a_row_has_its_parents_id_and_time_and_its_position() -> None:
    assert rows(TAGS, {"updatedAt": NOON, "tags": ["a", "b"]}) == [
        {
            "customer_id": "1",
            "position": 0,
            "siblings": 2,
            "customer_updated_at": NOON,
            "tag_id": "a",
        },
        {
            "customer_id": "1",
            "position": 1,
            "siblings": 2,
            "customer_updated_at": NOON,
            "tag_id": "b",
        },
    ]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("2024-01-31T14:00:00+02:00", NOON),
        (NOON, NOON),
        ("soon", None),
        (1706702400000, None),
        (None, None),
    ],
)
def test_the_time_of_the_parent_is_canonical_or_null(given_: Any, expected: str | None) -> None:
    (row,) = rows(TAGS, {"updatedAt": given_, "tags": ["a"]})

    assert row["customer_updated_at"] == expected


def test_a_parent_without_a_time_has_rows() -> None:
    (row,) = rows(TAGS, {"tags": ["a"]})

    assert row["customer_updated_at"] is None


def test_the_id_of_the_parent_is_a_string() -> None:
    (row,) = compile_deriver(TAGS, "customer")({"id": 7, "attributes": {"tags": ["a"]}})

    assert row["customer_id"] == "7"


@pytest.mark.parametrize("derived", [EMAILS, TAGS, MENTIONS], ids=lambda derived: derived.name)
@pytest.mark.parametrize("attributes", [None, {}, {"tags": []}, {"tags": None}, [], "x", 5])
@pytest.mark.parametrize("relationships", [None, {}, [], "x", {"mentions": None}])
def test_a_resource_without_items_has_no_rows(
    derived: Derived, attributes: Any, relationships: Any
) -> None:
    assert rows(derived, attributes, relationships) == []


def test_attributes_that_are_no_object_do_not_affect_related_rows() -> None:
    (row,) = rows(MENTIONS, [NOON], {"mentions": {"data": [{"type": "user", "id": "8"}]}})

    assert (row["user_id"], row["customer_updated_at"]) == ("8", None)


# Objects in an array


def test_an_object_in_an_array_is_a_row_with_the_columns_of_its_declaration() -> None:
    email = {"email": "ada@example.com", "isVerified": True, "seenAt": "2024-01-31T14:00:00+02:00"}

    assert items(EMAILS, {"emails": [email]}) == [
        {"email": "ada@example.com", "is_verified": True, "seen_at": NOON}
    ]


def test_unknown_keys_of_an_item_go_to_extra() -> None:
    found = items(EMAILS, {"emails": [{"email": "a", "newKey": {"innerKey": 1}, "position": 9}]})

    assert found == [{"email": "a", "_extra": {"new_key": {"inner_key": 1}, "position": 9}}]


def test_a_value_of_another_type_is_null_and_kept_in_extra() -> None:
    assert items(EMAILS, {"emails": [{"isVerified": "perhaps"}]}) == [
        {"is_verified": None, "_extra": {"is_verified": "perhaps"}}
    ]


@pytest.mark.parametrize("odd", ["a@example.com", 5, True, ["a"]])
def test_an_item_that_is_no_object_keeps_its_position_and_is_in_extra(odd: Any) -> None:
    found = rows(EMAILS, {"emails": [odd, {"email": "b"}]})

    assert found[0]["_extra"] == {"value": odd}
    assert [row["position"] for row in found] == [0, 1]
    assert found[1]["email"] == "b"


def test_a_null_among_the_items_keeps_its_position_as_an_empty_row() -> None:
    found = rows(EMAILS, {"emails": [None, {"email": "b"}]})

    assert [(row["position"], row["siblings"], row.get("email")) for row in found] == [
        (0, 2, None),
        (1, 2, "b"),
    ]
    assert not any("_extra" in row for row in found)


def test_one_object_instead_of_an_array_is_one_row() -> None:
    assert items(EMAILS, {"emails": {"email": "a"}}) == [{"email": "a"}]


def test_a_text_instead_of_an_array_is_one_row_that_has_it_in_extra() -> None:
    assert items(EMAILS, {"emails": "a"}) == [{"_extra": {"value": "a"}}]


def test_items_may_be_nested_deeper_in_the_attributes() -> None:
    derived = Derived("deep", ".", (text("name", "."),), objects("criteria", "and"))

    assert items(derived, {"criteria": {"and": [{"name": "a"}]}}) == [{"name": "a"}]
    assert items(derived, {"criteria": ["and"]}) == []


# Values in an array


def test_a_single_value_is_a_row_like_one_in_an_array() -> None:
    assert items(TAGS, {"tags": "a"}) == [{"tag_id": "a"}]


def test_values_of_another_type_than_declared_are_kept() -> None:
    numbers = values_of("numbers", "numbers", integer("number", "."), ".")

    assert items(TAGS, {"tags": [7, {"aKey": 1}, None]}) == [
        {"tag_id": "7"},
        {"tag_id": '{"aKey":1}'},
        {"tag_id": None},
    ]
    assert items(numbers, {"numbers": ["many"]}) == [{"number": None, "_extra": {"number": "many"}}]


# Secrets of the parent


@pytest.mark.parametrize("secret", [{"isVerified": "hush"}, '{"isVerified": "hush"}'], ids=str)
def test_a_secret_of_the_parent_is_in_no_row(secret: Any) -> None:
    resource = {"id": "1", "attributes": {"emails": [secret, {"email": "a@example.com"}]}}

    found = compile_deriver(EMAILS, "customer", secrets=("emails.isVerified",))(resource)

    assert [row.get("email") for row in found] == [None, "a@example.com"]
    assert "hush" not in str(found)


# Older catalogs


def test_columns_that_an_older_catalog_does_not_know_go_to_extra() -> None:
    listed = {"customer_id", "position", "email", "_extra"}

    (row,) = rows(
        EMAILS,
        {"updatedAt": NOON, "emails": [{"email": "a", "isVerified": True}]},
        catalog_columns=listed,
    )

    assert row.keys() == listed
    assert row["_extra"] == {"siblings": 1, "customer_updated_at": NOON, "is_verified": True}


def test_extra_is_omitted_if_the_catalog_lacks_it() -> None:
    (row,) = rows(EMAILS, {"emails": ["odd"]}, catalog_columns={"customer_id", "position"})

    assert row == {"customer_id": "1", "position": 0}


# The schema


def test_the_schema_has_key_position_columns_and_extra() -> None:
    schema = derived_schema(EMAILS, "business_schedule")

    assert list(schema["properties"]) == [
        "business_schedule_id",
        "position",
        "siblings",
        "business_schedule_updated_at",
        "email",
        "is_verified",
        "seen_at",
        "_extra",
    ]
    assert schema["properties"]["business_schedule_id"]["type"] == ["string"]
    assert schema["properties"]["position"]["type"] == ["integer"]
    assert "business schedule" in schema["properties"]["siblings"]["description"]


DERIVED = [
    pytest.param(stream, derived, id=derived.name)
    for stream in STREAMS
    for derived in stream.derived
]


@pytest.mark.parametrize(("stream", "derived"), DERIVED)
def test_no_declared_column_has_the_name_of_a_column_of_all_derived_tables(
    stream: type[KustomerStream], derived: Derived
) -> None:
    own = column_names(field.source for field in derived.fields).values()
    shared = derived_schema(Derived("", "", (), derived.items), stream.singular)["properties"]

    assert not set(own) & shared.keys()


# Any values


@given(st.data())
def test_rows_of_any_value_fit_the_schema_and_lose_nothing(data: st.DataObject) -> None:
    attributes = {
        "emails": data.draw(json_values()),
        "tags": data.draw(json_values()),
        "timeByStatus": data.draw(json_values()),
    }

    for derived, attribute in [(EMAILS, "emails"), (TAGS, "tags"), (TIMES, "timeByStatus")]:
        found = items(derived, attributes)

        assert not leaves(attributes[attribute]) - leaves(found)


# The arrays of Kustomer's documented samples (https://developer.kustomer.com/api/core-resources).

SAMPLE: dict[str, list[Any]] = {
    "emails": [{"email": "ada@example.com", "verified": True, "type": "home", "id": None}],
    "phones": [{"phone": "+12125550123", "verified": False, "type": "work"}],
    "externalIds": [{"externalId": "my-database-id", "verified": True, "id": None}],
    "locations": [{"type": "work", "address": "1 Example Street, Exampleville, NY 00000"}],
    "socials": [
        {
            "type": "twitter",
            "userid": "1234",
            "username": "@ada_example",
            "url": "https://twitter.com/ada_example",
        }
    ],
    "urls": [{"url": "https://example.com", "type": "website"}],
    "tags": ["600000000000000000000701"],
    "watchers": ["600000000000000000000001"],
}


@pytest.mark.parametrize("attribute", SAMPLE)
def test_each_array_of_a_documented_customer_has_a_table_without_extra(attribute: str) -> None:
    (found,) = (
        found
        for derived in Customers.derived
        if (found := rows(derived, {attribute: SAMPLE[attribute]}))
    )

    assert len(found) == len(SAMPLE[attribute])
    assert not any("_extra" in row for row in found)
    assert not leaves(SAMPLE[attribute]) - leaves(found)
