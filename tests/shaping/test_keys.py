"""Keys of rows that lack a part of it: they stay apart, and are the same in each run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.json_values import json_values
from tap_kustomer.shaping.derived import compile_deriver, values_of
from tap_kustomer.shaping.fields import Shape, text, texts, to_one
from tap_kustomer.shaping.keys import resource_id, substitute
from tap_kustomer.shaping.records import compile_shaper

SHAPE = Shape(
    (text("channel", "."), text("account", "."), text("name", ".")), (to_one("org", "."),)
)
FOUND = Shape(attributes=(text("name", "."),), parent="conversation")
TAGS = values_of("thing_tags", "tags", text("tagId", "."), ".")
NATURAL = ("channel", "account")

LACKING: tuple[dict[str, Any], ...] = ({}, {"account": None}, {"account": ""})


def account(**attributes: Any) -> dict[str, Any]:
    return {"type": "outbound_account", "attributes": attributes}


def key_of(resource: dict[str, Any], **more: Any) -> tuple[Any, ...]:
    record = compile_shaper(SHAPE, key=NATURAL, **more)(resource)
    return tuple(record[column] for column in NATURAL)


@pytest.mark.parametrize("lacking", LACKING, ids=str)
def test_rows_that_lack_a_part_of_their_key_stay_apart(lacking: dict[str, Any]) -> None:
    one, other = (account(channel="chat", name=name, **lacking) for name in ("Shop", "Help"))

    keys = key_of(one), key_of(other)

    assert keys[0] != keys[1]
    assert {channel for channel, _ in keys} == {"chat"}
    assert all(part.startswith("missing:") for _, part in keys)


def test_a_row_that_lacks_its_whole_key_gets_one() -> None:
    channel, part = key_of(account(name="Shop"))

    assert channel == part
    assert part.startswith("missing:")


@pytest.mark.parametrize("value", [" ", "\t", "0", "null", "missing:"])
def test_a_part_that_is_present_is_kept(value: str) -> None:
    assert key_of(account(channel="chat", account=value)) == ("chat", value)


def test_a_value_that_does_not_fit_a_key_column_gets_a_substitute() -> None:
    shaper = compile_shaper(SHAPE, key=("org_id",))
    resource = {"id": "1", "relationships": {"org": {"data": {"type": "org", "id": None}}}}

    assert shaper(resource)["org_id"].startswith("missing:")


@pytest.mark.parametrize("given_", [None, "", "absent"])
def test_a_resource_without_an_id_is_identified_by_its_whole_content(given_: Any) -> None:
    member = {} if given_ == "absent" else {"id": given_}
    shaper = compile_shaper(SHAPE)

    ids = [shaper({**member, **account(name=name)})["id"] for name in ("Shop", "Help", "Shop")]

    assert ids[0] == ids[2]
    assert ids[0] != ids[1]


@pytest.mark.parametrize(("given_", "id_"), [(7, "7"), (0, "0"), (False, "false"), ([], "[]")])
def test_an_id_that_is_not_a_text_becomes_one(given_: Any, id_: str) -> None:
    assert compile_shaper(SHAPE)({"id": given_})["id"] == resource_id({"id": given_}) == id_


def test_an_id_outside_the_key_may_be_null() -> None:
    resource = account(channel="chat", account="a")

    assert compile_shaper(SHAPE, key=NATURAL)(resource)["id"] is None


@given(st.dictionaries(st.text(), json_values()), st.randoms())
def test_the_substitute_depends_on_the_content_and_not_on_its_order(
    row: dict[str, Any], random: Any
) -> None:
    items = list(row.items())
    random.shuffle(items)

    assert substitute(dict(items)) == substitute(row)
    assert substitute({**row, "more": 1}) != substitute(row)


def test_the_substitute_of_a_row_stays_when_its_parent_changes() -> None:
    row = {"type": "event", "attributes": {"name": "x"}}
    shaper = compile_shaper(FOUND)

    ids = [
        shaper({**row, "parent": {"id": parent, "updatedAt": updated_at}})["id"]
        for parent, updated_at in (
            ("c", "2024-01-31T10:00:00.000Z"),
            ("c", "2024-02-01T10:00:00.000Z"),
            ("d", "2024-02-01T10:00:00.000Z"),
        )
    ]

    assert ids[0] == ids[1]
    assert ids[0] != ids[2]


def test_the_substitute_does_not_depend_on_secret_links() -> None:
    rows = [account(channel="chat") | {"links": {"related": link}} for link in ("one", "other")]

    keys = {key_of(row, secrets=("links.related",)) for row in rows}

    assert len(keys) == 1


@pytest.mark.parametrize("id_", [None, "", 0, "c"])
def test_derived_rows_have_the_same_id_as_the_row_of_their_parent(id_: Any) -> None:
    shape = Shape(attributes=(texts("tags", "."), text("password", ".")))
    secrets = ("password",)
    resource = {"id": id_, "attributes": {"tags": ["x", "y"], "password": "secret"}}

    rows = compile_deriver(TAGS, "thing", secrets=secrets)(resource)

    parent = compile_shaper(shape, secrets=secrets)(resource)
    assert {row["thing_id"] for row in rows} == {parent["id"]}
    assert parent["id"]
