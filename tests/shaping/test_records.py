from __future__ import annotations

import copy
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.json_values import json_values, leaves, time_texts
from support.resources import resources
from support.singer_schemas import CANONICAL_TIME, misfits, validator
from tap_kustomer import times
from tap_kustomer.shaping.custom import fields_from_metadata, with_custom_fields
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    custom,
    integer,
    mapping,
    number,
    structure,
    text,
    texts,
    time,
    to_many,
    to_one,
)
from tap_kustomer.shaping.leftovers import without_columns
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

    from tap_kustomer.streams.base import KustomerStream

SHAPE = Shape(
    attributes=(
        text("name", "."),
        integer("messageCount", "."),
        number("score", "."),
        boolean("ended", "."),
        time("endedAt", "."),
        structure("lastMessageIn", ".", time("sentAt", "."), text("channel", ".")),
        array("emails", ".", structure("", ".", text("eMail", "."), boolean("verified", "."))),
        texts("tags", "."),
        mapping("countByChannel", ".", integer("", ".")),
        mapping("placeById", ".", structure("", ".", text("zipCode", "."))),
        anything("freeForm", "."),
        structure("sla", ".", text("name", ".")),
        custom("."),
    ),
    relationships=(
        to_one("customer", "."),
        to_one("sla", "."),
        to_many("userMentions", "."),
    ),
)
SCHEMA = record_schema(SHAPE)


def shaped(
    attributes: Any = None, relationships: Any = None, shape: Shape = SHAPE, **more: Any
) -> dict[str, Any]:
    resource = {"id": "1", "type": "thing", **more}
    if attributes is not None:
        resource["attributes"] = attributes
    if relationships is not None:
        resource["relationships"] = relationships
    record: dict[str, Any] = compile_shaper(shape)(resource)
    return record


# Names


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


# Relationships


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


# Values


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


@settings(deadline=None)
@given(time_texts())
def test_a_shaped_time_is_the_same_time(given_: str) -> None:
    record = shaped({"endedAt": given_})

    assert times.to_milliseconds(record["ended_at"]) == times.to_milliseconds(given_)
    assert CANONICAL_TIME.fullmatch(record["ended_at"])


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


# Rows that are read by a parent


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


# Older catalogs


def test_columns_that_an_older_catalog_does_not_know_go_to_extra() -> None:
    shaper = compile_shaper(SHAPE, known={"id", "name", "_extra"})

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
    shaper = compile_shaper(WITH_CUSTOM, known={"id", "_extra"})
    custom = {"colorStr": "red", "newKey": 7, "priceNum": "seven"}

    record = shaper({"id": "1", "attributes": {"custom": custom, "endedAt": "soon"}})

    assert record["_extra"]["custom"] == {"color_str": "red", "new_key": 7, "price_num": "seven"}
    assert record["_extra"]["ended_at"] == "soon"


def test_extra_is_omitted_if_the_catalog_lacks_it() -> None:
    shaper = compile_shaper(SHAPE, known={"id", "name"})

    assert shaper({"id": "1", "attributes": {"name": "Ada", "newKey": 1}}) == {
        "id": "1",
        "name": "Ada",
    }


# Any values


@cache
def validator_of(stream: type[KustomerStream]) -> Draft202012Validator:
    return validator(record_schema(stream.shape))


@settings(deadline=None)
@given(st.data(), st.sampled_from(STREAMS))
def test_a_record_with_any_value_in_any_attribute_fits_the_schema(
    data: st.DataObject, stream: type[KustomerStream]
) -> None:
    resource = data.draw(resources(stream.shape))

    record = compile_shaper(stream.shape)(resource)

    schema = validator_of(stream)  # type: ignore[arg-type]  # A class has a hash.
    assert not [error.message for error in schema.iter_errors(record)]


CUSTOM_NAMES = {
    "colorStr": {"type": "string"},
    "priceNum": {},
    "soldAt": {},
    "sizesNum": {"multi": 1},
}
WITH_CUSTOM = with_custom_fields(SHAPE, fields_from_metadata(CUSTOM_NAMES))
WITH_CUSTOM_SCHEMA = record_schema(WITH_CUSTOM)


@settings(deadline=None)
@given(resources(WITH_CUSTOM))
def test_a_record_with_any_value_in_any_kind_of_attribute_fits_the_schema(
    resource: dict[str, Any],
) -> None:
    record = compile_shaper(WITH_CUSTOM)(resource)

    assert not misfits(WITH_CUSTOM_SCHEMA, record)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "id": json_values(),
            "type": json_values(),
            "attributes": json_values(),
            "links": json_values(),
            "meta": json_values(),
            "relationships": st.one_of(
                json_values(),
                st.dictionaries(
                    st.sampled_from(["customer", "userMentions", "sla", "other"]),
                    st.one_of(json_values(), st.fixed_dictionaries({"data": json_values()})),
                ),
            ),
        },
    )
)
def test_a_record_with_any_value_in_any_member_fits_the_schema(
    resource: dict[str, Any],
) -> None:
    record = compile_shaper(SHAPE)(resource)

    assert not misfits(SCHEMA, {**record, "id": record["id"] or "1"})


@settings(deadline=None)
@given(resources(SHAPE))
def test_no_value_of_a_resource_is_lost(resource: dict[str, Any]) -> None:
    given_ = {**resource, "relationships": dict(resource["relationships"])}
    # Of to-many relationships, only the ids are kept.
    mentions = given_["relationships"]["userMentions"]["data"] or []
    given_["relationships"]["userMentions"] = [mention["id"] for mention in mentions]

    record = compile_shaper(SHAPE)(resource)

    assert not leaves(given_) - leaves(record)


@settings(deadline=None)
@given(resources(SHAPE), st.randoms())
def test_the_order_of_keys_does_not_matter(resource: dict[str, Any], random: Any) -> None:
    shuffled = list(resource["attributes"].items())
    random.shuffle(shuffled)

    shaper = compile_shaper(SHAPE)

    assert shaper(resource) == shaper({**resource, "attributes": dict(shuffled)})
