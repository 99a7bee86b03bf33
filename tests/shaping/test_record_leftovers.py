"""What no column takes is kept in `_extra`."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest

from support.json_values import leaves
from support.shapes import SCHEMA, SHAPE, shaped
from support.singer_schemas import misfits
from tap_kustomer.shaping.fields import (
    Shape,
    text,
)
from tap_kustomer.shaping.records import compile_shaper


@pytest.mark.parametrize(
    ("attributes", "extra"),
    [
        ({"messageCount": "many"}, {"message_count": "many"}),
        ({"messageCount": 7.5}, {"message_count": 7.5}),
        ({"messageCount": 2**63}, {"message_count": 2**63}),
        ({"messageCount": "007"}, {"message_count": "007"}),
        ({"score": "123456789012345678.123"}, {"score": "123456789012345678.123"}),
        ({"score": "0012"}, {"score": "0012"}),
        ({"score": 2**53 + 1}, {"score": 2**53 + 1}),
        ({"score": "1e400"}, {"score": "1e400"}),
        ({"ended": 1}, {"ended": 1}),
        ({"endedAt": 1706695200000}, {"ended_at": 1706695200000}),
        ({"endedAt": "2024-02-30"}, {"ended_at": "2024-02-30"}),
        ({"endedAt": "2024"}, {"ended_at": "2024"}),
        ({"countByChannel": {"sms": 2**63}}, {"count_by_channel": {"sms": 2**63}}),
        ({"score": {"aKey": 1}}, {"score": {"aKey": 1}}),
        ({"ended": "perhaps"}, {"ended": "perhaps"}),
        ({"endedAt": "soon"}, {"ended_at": "soon"}),
        ({"lastMessageIn": "x"}, {"last_message_in": "x"}),
        ({"lastMessageIn": {"sentAt": 5}}, {"last_message_in": {"sent_at": 5}}),
        ({"emails": [{"verified": True}, {"verified": 5}]}, {"emails": {"1": {"verified": 5}}}),
        ({"emails": ["a@example.com"]}, {"emails": {"0": "a@example.com"}}),
        ({"countByChannel": {"twitter-dm": "x"}}, {"count_by_channel": {"twitter-dm": "x"}}),
        ({"countByChannel": [1]}, {"count_by_channel": [1]}),
        ({"placeById": {"aB": 5}}, {"place_by_id": {"aB": 5}}),
    ],
)
def test_a_value_of_another_type_is_null_and_kept_in_extra(
    attributes: dict[str, Any], extra: dict[str, Any]
) -> None:
    record = shaped(attributes)

    assert record["_extra"] == extra
    assert not leaves({key: record[key] for key in extra}) - Counter({True: 1})
    assert not misfits(SCHEMA, record)


def test_what_other_resources_had_does_not_change_the_names_of_unknown_attributes() -> None:
    shape = compile_shaper(SHAPE)
    resources = [
        {"id": "1", "attributes": {"newKey": 1, "lastMessageIn": {"newKey": 1}}},
        {"id": "1", "attributes": {"newKey": 1, "new_key": 2, "lastMessageIn": {"new_key": 2}}},
        {"id": "1", "attributes": {"new_key": None, "newKey": 1, "lastMessageIn": {"newKey": 1}}},
    ]

    for resource in resources * 2:
        assert shape(resource) == compile_shaper(SHAPE)(resource)


def test_unknown_attributes_go_to_extra_in_snake_case() -> None:
    record = shaped({"name": "Ada", "newKey": {"innerKey": 1}, "other": [], "nothing": None})

    assert record["_extra"] == {"new_key": {"inner_key": 1}, "other": []}


def test_without_leftovers_there_is_no_extra() -> None:
    assert "_extra" not in shaped({"name": "Ada"})


@pytest.mark.parametrize("member", ["attributes", "relationships", "links"])
@pytest.mark.parametrize("odd", ["x", 0, False, [], [{"aKey": 1}]])
def test_a_member_of_another_type_goes_to_extra(member: str, odd: Any) -> None:
    record = shaped(**{member: odd})

    assert leaves(record["_extra"]) == leaves(odd)
    assert record["_extra"].keys() == {member}
    assert not misfits(SCHEMA, record)


def test_keys_are_in_snake_case_in_members_of_another_type_too() -> None:
    assert shaped([{"aKey": 1}])["_extra"] == {"attributes": [{"a_key": 1}]}


@pytest.mark.parametrize("member", ["attributes", "relationships", "links"])
def test_a_member_that_is_null_is_omitted(member: str) -> None:
    nothing: dict[str, Any] = {member: None}

    record = shaped(**nothing)

    assert record == {"id": "1", "type": "thing", "links": None}


def test_a_record_can_be_changed_without_changing_its_resource() -> None:
    resource = {
        "id": "1",
        "attributes": {"lastMessageIn": {"sentAt": None}, "freeForm": {"a": {"b": 1}}},
        "relationships": {"customer": {"data": {"type": "customer", "id": "9"}}},
        "links": {"self": "/v1/things/1"},
    }
    before = copy.deepcopy(resource)

    record = compile_shaper(SHAPE)(resource)
    for column in ("last_message_in", "free_form", "customer", "links"):
        record[column].clear()

    assert resource == before


def test_unknown_members_of_a_resource_go_to_extra() -> None:
    assert shaped(meta={"aKey": 1})["_extra"] == {"meta": {"a_key": 1}}


def test_an_unknown_attribute_and_a_member_of_one_name_both_survive() -> None:
    record = shaped({"meta": 1}, meta=2)

    assert leaves(record["_extra"]) == leaves([1, 2])


def test_an_unknown_attribute_called_relationships_survives() -> None:
    record = shaped(
        {"relationships": 5, "newLink": 6}, {"newLink": {"data": {"type": "a", "id": "b"}}}
    )

    assert leaves(record["_extra"]) == leaves([5, 6, "a", "b"])


def test_a_misfit_and_an_unknown_attribute_of_one_name_both_survive() -> None:
    record = shaped({"endedAt": "soon", "ended_at": "later"})

    assert record["ended_at"] is None
    assert leaves(record["_extra"]) == leaves(["soon", "later"])


def test_a_misfit_has_the_name_of_its_column_in_extra() -> None:
    record = shaped({"endedAt": "soon", "EndedAt": "later"})

    assert record["_extra"] == {"ended_at": "soon", "ended_at_7b164f67": "later"}


def test_an_object_keeps_unknown_keys() -> None:
    record = shaped({"lastMessageIn": {"channel": "email", "newKey": {"innerKey": 1}}})

    assert record["last_message_in"] == {"channel": "email", "new_key": {"inner_key": 1}}
    assert "_extra" not in record


def test_a_single_value_where_an_array_is_declared_becomes_an_array() -> None:
    assert shaped({"tags": "vip"})["tags"] == ["vip"]


def test_type_and_links_of_the_resource_are_columns() -> None:
    record = shaped(links={"self": "/v1/things/1"})

    assert record["type"] == "thing"
    assert record["links"] == {"self": "/v1/things/1"}


def test_an_attribute_called_type_keeps_its_name() -> None:
    shape = Shape(attributes=(text("type", "."),), relationships=())

    record = shaped({"type": "gold"}, shape=shape)

    assert (record["type"], record["resource_type"]) == ("gold", "thing")
