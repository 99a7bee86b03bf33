"""What gives access to something never leaves the tap."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.json_values import json_values
from tap_kustomer.shaping.fields import Shape, array, structure, text
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.secrets import compile_secret_removal

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPE = Shape(
    attributes=(
        text("name", "."),
        structure("settings", ".", text("theme", ".")),
        array("steps", ".", structure("", ".", text("kind", "."))),
    )
)


def record(secrets: tuple[str, ...], resource: dict[str, Any]) -> dict[str, Any]:
    shaped: dict[str, Any] = compile_shaper(SHAPE, secrets=secrets)({"id": "1", **resource})
    return shaped


@pytest.mark.parametrize(
    "attributes",
    [{"password": "hush"}, {"password": {"x": ["hush"]}}, {"name": "hush", "password": None}],
)
def test_a_secret_attribute_is_nowhere(attributes: dict[str, Any]) -> None:
    shaped = record(("password", "name"), {"attributes": attributes})

    assert shaped.keys() == {"id", "type", "links"}
    assert "hush" not in str(shaped)


@pytest.mark.parametrize("levels", [1, 5, 900])
def test_a_secret_in_nested_arrays_is_nowhere_and_positions_stay(levels: int) -> None:
    steps: list[Any] = ["first", {"params": "hush", "kind": "x"}, "last"]
    for _ in range(levels):
        steps = ["before", steps, "after"]

    hidden = compile_secret_removal(["steps.params"])({"attributes": {"steps": steps}})[
        "attributes"
    ]

    inner = hidden["steps"]
    for _ in range(levels):
        before, inner, after = inner
        assert (before, after) == ("before", "after")
    assert inner == ["first", {"kind": "x"}, "last"]


def test_a_secret_inside_an_attribute_is_nowhere_and_the_rest_of_it_stays() -> None:
    shaped = record(
        ("settings.secret",), {"attributes": {"settings": {"theme": "dark", "secret": "hush"}}}
    )

    assert shaped["settings"] == {"theme": "dark"}
    assert "_extra" not in shaped


def test_a_secret_inside_the_items_of_an_array_is_nowhere() -> None:
    steps = [{"kind": "mail", "params": {"token": "hush"}}, "odd", [{"params": "hush"}], None]

    shaped = record(("steps.params",), {"attributes": {"steps": steps}})

    assert shaped["steps"] == [{"kind": "mail"}, None, None, None]
    assert "hush" not in str(shaped)


def test_a_secret_link_is_nowhere_and_the_others_stay() -> None:
    links = {"self": "/v1/attachments/1", "related": "https://files.example.com/?key=hush"}

    shaped = record(("links.related",), {"links": links})

    assert shaped["links"] == {"self": "/v1/attachments/1"}


@pytest.mark.parametrize("attributes", [None, "odd", [], {}, {"settings": "odd"}])
def test_values_that_can_not_contain_a_secret_are_kept(attributes: Any) -> None:
    resource = {"attributes": attributes}

    assert record(("settings.secret",), resource) == record((), resource)


@pytest.mark.parametrize("encode", [json.dumps, lambda value: json.dumps(json.dumps(value))])
@pytest.mark.parametrize(
    "attributes",
    [
        {"settings": {"secret": "hush"}},
        {"steps": [{"params": "hush"}]},
        {"steps": {"params": {"token": "hush"}}},
    ],
    ids=str,
)
def test_a_secret_in_an_object_that_came_as_json_text_is_nowhere(
    attributes: dict[str, Any], encode: Callable[[Any], str]
) -> None:
    ((name, value),) = attributes.items()
    texts: dict[str, dict[str, Any]] = {
        "attribute": {"attributes": {name: encode(value)}},
        "item": {"attributes": {name: [encode(value)]}},
        "attributes": {"attributes": encode(attributes)},
    }

    for resource in texts.values():
        assert "hush" not in str(record(("settings.secret", "steps.params"), resource))


def test_a_secret_link_among_links_that_came_as_json_text_is_nowhere() -> None:
    assert "hush" not in str(record(("links.related",), {"links": '{"related": "hush"}'}))


@given(
    st.dictionaries(st.sampled_from("abc"), json_values(), max_size=3),
    st.sampled_from(["a", "a.b", "a.b.c", "links.a"]),
)
def test_hiding_changes_a_copy(attributes: dict[str, Any], secret: str) -> None:
    resource = {"attributes": attributes, "links": attributes}
    before = copy.deepcopy(resource)

    compile_secret_removal([secret])(resource)

    assert resource == before
