"""Any value in any place fits the schema, and none is lost."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from support.json_values import json_values, leaves
from support.resources import resources
from support.shapes import SCHEMA, SHAPE, WITH_CUSTOM, WITH_CUSTOM_SCHEMA
from support.singer_schemas import misfits, validator
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

    from tap_kustomer.streams.base import KustomerStream


@cache
def validator_of(stream: type[KustomerStream]) -> Draft202012Validator:
    return validator(record_schema(stream.shape))


@given(st.data(), st.sampled_from(STREAMS))
def test_a_record_with_any_value_in_any_attribute_fits_the_schema(
    data: st.DataObject, stream: type[KustomerStream]
) -> None:
    resource = data.draw(resources(stream.shape))

    record = compile_shaper(stream.shape)(resource)

    schema = validator_of(stream)  # type: ignore[arg-type]  # A class has a hash.
    assert not [error.message for error in schema.iter_errors(record)]


@given(resources(WITH_CUSTOM))
def test_a_record_with_any_value_in_any_kind_of_attribute_fits_the_schema(
    resource: dict[str, Any],
) -> None:
    record = compile_shaper(WITH_CUSTOM)(resource)

    assert not misfits(WITH_CUSTOM_SCHEMA, record)


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


@given(resources(SHAPE))
def test_no_value_of_a_resource_is_lost(resource: dict[str, Any]) -> None:
    given_ = {**resource, "relationships": dict(resource["relationships"])}
    # Of to-many relationships, only the ids are kept.
    mentions = given_["relationships"]["userMentions"]["data"] or []
    given_["relationships"]["userMentions"] = [mention["id"] for mention in mentions]

    record = compile_shaper(SHAPE)(resource)

    assert not leaves(given_) - leaves(record)


@given(resources(SHAPE), st.randoms())
def test_the_order_of_keys_does_not_matter(resource: dict[str, Any], random: Any) -> None:
    shuffled = list(resource["attributes"].items())
    random.shuffle(shuffled)

    shaper = compile_shaper(SHAPE)

    assert shaper(resource) == shaper({**resource, "attributes": dict(shuffled)})
