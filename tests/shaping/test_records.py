"""From resource to record: names, references, times and parents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from support.json_values import time_texts
from support.shapes import SHAPE, WITH_CUSTOM, shaped
from support.singer_schemas import CANONICAL_TIME, misfits
from tap_kustomer import times
from tap_kustomer.shaping.fields import (
    Shape,
    text,
)
from tap_kustomer.shaping.leftovers import without_columns
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema


def test_attributes_become_columns_in_snake_case() -> None:
    record = shaped({"name": "Ada", "messageCount": 3})

    assert (record["id"], record["name"], record["message_count"]) == ("1", "Ada", 3)


def test_keys_are_in_snake_case_at_any_depth() -> None:
    record = shaped(
        {
            "lastMessageIn": {"sentAt": "2024-01-31T10:00:00.000Z"},
            "emails": [{"eMail": "a@example.com"}],
            "freeForm": {"anyKey": [{"otherKey": 1}]},
        }
    )

    assert record["last_message_in"] == {"sent_at": "2024-01-31T10:00:00.000Z"}
    assert record["emails"] == [{"e_mail": "a@example.com"}]
    assert record["free_form"] == {"any_key": [{"other_key": 1}]}


def test_keys_that_are_data_are_not_renamed() -> None:
    record = shaped(
        {
            "countByChannel": {"twitter-dm": 2, "twitterDm": 3, "twitter_dm": 4},
            "placeById": {"aB1": {"zipCode": "10115"}},
        }
    )

    assert record["count_by_channel"] == {"twitter-dm": 2, "twitterDm": 3, "twitter_dm": 4}
    assert record["place_by_id"] == {"aB1": {"zip_code": "10115"}}


def test_an_absent_attribute_is_absent_and_a_null_is_null() -> None:
    record = shaped({"name": None})

    assert record["name"] is None
    assert "message_count" not in record


@pytest.mark.parametrize("keys", [["sentAt", "sent_at"], ["sent_at", "sentAt"]])
def test_another_spelling_of_a_declared_key_does_not_stay_in_an_open_object(
    keys: list[str],
) -> None:
    at = "2024-01-31T10:00:00.000Z"
    values = {"sentAt": at, "sent_at": "other"}

    record = shaped({"lastMessageIn": {key: values[key] for key in keys}})

    assert record["last_message_in"] == {"sent_at": at}
    assert [*record["_extra"]["last_message_in"].values()] == ["other"]


def test_unknown_keys_of_one_name_all_stay_in_an_open_object() -> None:
    record = shaped({"lastMessageIn": {"newKey": 1, "new_key": 2, "NewKey": 3}})

    assert record["last_message_in"] == {
        "new_key": 2,
        "new_key_ccfd0cd6": 3,
        "new_key_382e9c37": 1,
    }


def test_links_that_are_no_object_belong_to_the_column_of_links() -> None:
    shape = Shape(attributes=(text("links", "."),))
    resource = {"id": "1", "attributes": {"links": "mine"}, "links": "odd"}

    record = compile_shaper(shape)(resource)

    assert (record["links"], record["_extra"]) == ("mine", {"links": "odd"})
    assert "_extra" not in without_columns(record, {"resource_links": {}})


def test_a_to_one_relationship_becomes_an_id_and_an_object_with_id_and_type() -> None:
    reference = {"type": "customer", "id": "9"}

    record = shaped(relationships={"customer": {"links": {"self": "/v1/x"}, "data": reference}})

    assert record["customer_id"] == "9"
    assert record["customer"] == reference


def test_a_to_many_relationship_becomes_an_array_of_ids() -> None:
    data = [{"type": "user", "id": "8"}, {"type": "user", "id": "9"}]

    assert shaped(relationships={"userMentions": {"data": data}})["user_mentions"] == ["8", "9"]


def test_an_empty_to_many_relationship_becomes_an_empty_array() -> None:
    assert shaped(relationships={"userMentions": {"data": []}})["user_mentions"] == []


def test_a_relationship_with_the_name_of_an_attribute_is_renamed() -> None:
    record = shaped({"sla": {"name": "Gold"}}, {"sla": {"data": {"type": "sla", "id": "7"}}})

    assert record["sla"] == {"name": "Gold"}
    assert record["sla_id"] == "7"
    assert record["sla_data"] == {"type": "sla", "id": "7"}


def test_a_relationship_of_links_only_is_dropped() -> None:
    record = shaped(
        relationships={
            "customer": {"links": {"self": "/v1/customers/9"}},
            "messages": {"links": {"self": "/v1/things/1/messages"}},
            "orders": {"links": {"self": "/v1/x"}, "data": None},
        }
    )

    assert record.keys() == {"id", "type", "links"}


def test_an_unknown_relationship_with_data_goes_to_extra() -> None:
    record = shaped(relationships={"newLink": {"data": {"type": "thing", "id": "5"}}})

    assert record["_extra"] == {"relationships": {"new_link": {"type": "thing", "id": "5"}}}


@pytest.mark.parametrize(
    ("key", "column", "data"),
    [
        ("customer", "customer", [{"type": "customer", "id": "9"}]),
        ("userMentions", "user_mentions", {"type": "user", "id": "8"}),
    ],
)
def test_one_reference_for_many_and_many_for_one_go_to_extra(
    key: str, column: str, data: Any
) -> None:
    record = shaped(relationships={key: {"data": data}})

    assert column not in record
    assert record["_extra"] == {"relationships": {column: data}}


def test_other_members_of_a_reference_go_to_extra() -> None:
    data = {"type": "customer", "id": "9", "meta": {"aKey": 1}}

    record = shaped(relationships={"customer": {"data": data}})

    assert record["customer"] == {"type": "customer", "id": "9"}
    assert record["_extra"]["relationships"]["customer"]["meta"] == {"a_key": 1}


@pytest.mark.parametrize("reference", [{"id": "9", "meta": 1}, {"type": "customer", "meta": 1}])
def test_another_member_in_place_of_id_or_type_goes_to_extra(reference: dict[str, Any]) -> None:
    record = shaped(relationships={"customer": {"data": reference}})

    assert record["_extra"]["relationships"]["customer"]["meta"] == 1


def test_other_members_of_one_of_many_references_go_to_extra() -> None:
    data = [{"type": "user", "id": "8"}, {"type": "user", "id": "9", "meta": {"aKey": 1}}]

    record = shaped(relationships={"userMentions": {"data": data}})

    assert record["user_mentions"] == ["8", "9"]
    assert record["_extra"]["relationships"]["user_mentions"][1]["meta"] == {"a_key": 1}


@pytest.mark.parametrize("member", ["id", "type"])
def test_a_reference_may_lack_its_id_or_its_type(member: str) -> None:
    reference = {member: "x"}

    record = shaped(relationships={"customer": {"data": reference}})

    assert record["customer"] == {"id": None, "type": None, **reference}
    assert record["customer_id"] == record["customer"]["id"]
    assert "_extra" not in record


def test_ids_that_arrive_as_numbers_become_strings() -> None:
    record = shaped(
        relationships={
            "customer": {"data": {"type": 1, "id": 9}},
            "userMentions": {"data": [{"type": "user", "id": 8}, 7, "6", None]},
        },
        id=5,
    )

    assert (record["id"], record["customer_id"]) == ("5", "9")
    assert record["customer"] == {"id": "9", "type": "1"}
    assert record["user_mentions"] == ["8", "7", "6", None]


@pytest.mark.parametrize("odd", ["x", 5, True])
def test_a_relationship_that_is_no_object_goes_to_extra(odd: Any) -> None:
    record = shaped(relationships={"customer": odd})

    assert record["_extra"] == {"relationships": {"customer": odd}}


def test_unknown_relationships_of_one_name_both_survive() -> None:
    one, other = {"type": "a", "id": "1"}, {"type": "b", "id": "2"}

    record = shaped(relationships={"newLink": {"data": one}, "new_link": {"data": other}})

    assert record["_extra"] == {"relationships": {"new_link_134cea95": one, "new_link": other}}


def test_unknown_members_of_one_name_both_survive() -> None:
    record = shaped(newMember=1, new_member=2)

    assert record["_extra"] == {"new_member_7781d223": 1, "new_member": 2}


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("2024-01-31T10:00:00.123Z", "2024-01-31T10:00:00.123Z"),
        ("2024-01-31T10:00:00+05:30", "2024-01-31T04:30:00.000Z"),
        ("2024-01-31T10:00:00", "2024-01-31T10:00:00.000Z"),
    ],
)
def test_times_are_canonical_at_any_depth(given_: str, expected: str) -> None:
    record = shaped({"endedAt": given_, "lastMessageIn": {"sentAt": given_}})

    assert record["ended_at"] == record["last_message_in"]["sent_at"] == expected


@given(time_texts())
def test_a_shaped_time_is_the_same_time(given_: str) -> None:
    record = shaped({"endedAt": given_})

    assert times.to_milliseconds(record["ended_at"]) == times.to_milliseconds(given_)
    assert CANONICAL_TIME.fullmatch(record["ended_at"])


FOUND = Shape(attributes=(text("name", "."),), relationships=(), parent="conversation")


NOON = "2024-01-31T12:00:00.000Z"


def test_a_row_read_by_its_parent_has_the_parents_id_and_time() -> None:
    parent = {"id": "c", "type": "conversation", "updatedAt": "2024-01-31T14:00:00+02:00"}

    record = shaped({"name": "x"}, shape=FOUND, parent=parent)

    assert (record["conversation_id"], record["conversation_updated_at"]) == ("c", NOON)
    assert "_extra" not in record
    assert not misfits(record_schema(FOUND), record)


def test_a_row_two_levels_down_has_the_time_of_its_root() -> None:
    shape = Shape(attributes=(), parent="message", root="conversation")

    record = shaped(shape=shape, parent={"id": "m", "type": "message", "updatedAt": NOON})

    assert (record["message_id"], record["conversation_updated_at"]) == ("m", NOON)


@pytest.mark.parametrize("updated_at", [{}, {"updatedAt": None}, {"updatedAt": "soon"}])
def test_the_time_of_a_parent_without_one_is_null(updated_at: dict[str, Any]) -> None:
    record = shaped(shape=FOUND, parent={"id": "c", **updated_at})

    assert (record["conversation_id"], record["conversation_updated_at"]) == ("c", None)


def test_without_parents_a_member_called_parent_is_like_any_other() -> None:
    assert shaped(parent={"id": "c"})["_extra"] == {"parent": {"id": "c"}}


def test_columns_that_an_older_catalog_does_not_know_go_to_extra() -> None:
    shaper = compile_shaper(SHAPE, catalog_columns={"id", "name", "_extra"})

    record = shaper(
        {
            "id": "1",
            "type": "thing",
            "attributes": {"name": "Ada", "messageCount": 3, "lastMessageIn": {"channel": "sms"}},
            "relationships": {"customer": {"data": {"type": "customer", "id": "9"}}},
        }
    )

    assert record.keys() == {"id", "name", "_extra"}
    assert record["_extra"] == {
        "type": "thing",
        "links": None,
        "message_count": 3,
        "last_message_in": {"channel": "sms"},
        "customer_id": "9",
        "customer": {"type": "customer", "id": "9"},
    }


def test_an_unknown_column_goes_to_extra_together_with_its_leftovers() -> None:
    shaper = compile_shaper(WITH_CUSTOM, catalog_columns={"id", "_extra"})
    custom = {"colorStr": "red", "newKey": 7, "priceNum": "seven"}

    record = shaper({"id": "1", "attributes": {"custom": custom, "endedAt": "soon"}})

    assert record["_extra"]["custom"] == {"color_str": "red", "new_key": 7, "price_num": "seven"}
    assert record["_extra"]["ended_at"] == "soon"


def test_extra_is_omitted_if_the_catalog_lacks_it() -> None:
    shaper = compile_shaper(SHAPE, catalog_columns={"id", "name"})

    assert shaper({"id": "1", "attributes": {"name": "Ada", "newKey": 1}}) == {
        "id": "1",
        "name": "Ada",
    }
