"""Which streams and columns a stream map applies to, and what it calls them."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from singer_sdk.singerlib.catalog import Catalog

from support.maps_of_streams import (
    COMPANY,
    FLAT,
    map_of,
    mapped,
    problem,
    tap_of,
)
from support.offline_tap import OfflineTap
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.maps import stream_maps
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.tags import Tags


def test_removing_an_unknown_column_is_an_error() -> None:
    error = problem({"companies": {"emials": None}})

    assert "companies.emials" in error
    assert "did you mean emails?" in error


def test_a_new_column_whose_name_is_like_another_one_is_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        map_of({"companies": {"nmae": "md5(name)", "name_hash": "md5(name)", "rev": "rev + 1"}})

    (warning,) = (record.getMessage() for record in caplog.records)
    assert "companies.nmae is a new column, and name stays as it is" in warning


@pytest.mark.parametrize("name", ["NAME", "Updated_at"])
def test_a_new_column_differs_from_the_others_by_more_than_capitals(name: str) -> None:
    error = problem({"companies": {name: "md5(name)"}})

    assert f"companies.{name}: there is a column {name.lower()} already" in error


def test_two_new_columns_differ_by_more_than_capitals() -> None:
    assert "already" in problem({"companies": {"Made": "name", "made": "name"}})


@pytest.mark.parametrize("name", ["a" * 64, "ß" * 32])
def test_the_name_of_a_new_column_has_at_most_63_bytes(name: str) -> None:
    assert "63 bytes" in problem({"companies": {name: "name"}})


def test_a_column_that_is_not_selected_can_t_be_used() -> None:
    tap = OfflineTap(Companies)
    tap.stream("companies").metadata["properties", "external_id"].selected = False
    companies = [tap.stream("companies")]

    assert "external_id" not in stream_maps(companies, {})["companies"][0].transformed_schema
    with pytest.raises(ConfigurationError, match="external_id, which is not selected"):
        stream_maps(companies, {"stream_maps": {"companies": {"made_up": "md5(external_id)"}}})


def test_a_column_that_is_not_selected_can_be_left_out_too() -> None:
    tap = OfflineTap(Companies)
    tap.stream("companies").metadata["properties", "external_id"].selected = False

    maps = {"companies": {"external_id": None}, "*": {"external_id": "md5(external_id)"}}
    (one,) = stream_maps([tap.stream("companies")], {"stream_maps": maps})["companies"]

    assert "external_id" not in one.transformed_schema["properties"]


def test_a_column_that_an_older_catalog_lacks_can_be_left_out_too() -> None:
    catalog = OfflineTap(Companies).catalog_dict
    for entry in catalog["streams"]:
        entry["schema"]["properties"].pop("external_id", None)
    tap = OfflineTap(Companies)
    companies = tap.stream("companies")
    companies.apply_catalog(Catalog.from_dict(catalog))

    maps = stream_maps([companies], {"stream_maps": {"companies": {"external_id": None}}})

    assert "external_id" not in maps["companies"][0].transformed_schema["properties"]


def test_a_stream_that_is_not_selected_needs_no_columns() -> None:
    tap = OfflineTap(Companies, selected=["company_tags"])

    maps = stream_maps(tap.streams.values(), {"stream_maps": {"*": {"id": "md5(id)"}}})

    assert "id" in maps["companies"][0].transformed_schema["properties"]


def test_a_misspelled_stream_is_an_error() -> None:
    assert problem({"companeis": {"name": "md5(name)"}}) == (
        "Setting stream_maps: companeis: there is no stream companeis: did you mean companies?"
    )


def test_a_misspelled_source_is_an_error() -> None:
    assert "did you mean users?" in problem({"people": {"__source__": "user"}})


@pytest.mark.parametrize("pattern", ["compani?ss", "nothing*"])
def test_a_pattern_without_streams_is_an_error(pattern: str) -> None:
    assert f"there is no stream {pattern}" in problem({pattern: {"name": "md5(name)"}})


@pytest.mark.parametrize("option", ["__filtre__", "__hash__"])
def test_a_misspelled_option_is_an_error(option: str) -> None:
    assert f"companies.{option}: there is no such option" in problem({"companies": {option: "x"}})


@pytest.mark.parametrize(
    ("maps", "words"),
    [
        ("drop", "a text was given; expected an object of maps by stream"),
        ({"companies": "drop"}, "companies: a text was given; expected an object, or null"),
        ({"companies": 5}, "companies: a number was given"),
        ({"companies": []}, "companies: an array was given"),
        ({"__esle__": None}, "__esle__: there is no such option: did you mean __else__?"),
        ({"__else__": "drop"}, "__else__: a text was given; expected null or __NULL__"),
        ({"companies": {"__else__": "drop"}}, "companies.__else__: a text was given"),
        ({"people": {"__source__": 5}}, "people.__source__: a number was given"),
        ({"companies": {"__alias__": 5}}, "companies.__alias__: a number was given"),
        ({"companies": {"__alias__": ""}}, "companies.__alias__"),
    ],
)
def test_a_map_must_be_an_object_or_null(maps: Any, words: str) -> None:
    assert words in problem(maps)


@pytest.mark.parametrize("null", [None, "__NULL__"])
def test_a_stream_can_be_left_out(null: Any) -> None:
    tap = tap_of({"companies": null})

    assert not tap.sync().records("companies")
    assert "companies" not in tap.sync().streams


@pytest.mark.parametrize("null", [None, "__NULL__"])
def test_all_streams_without_a_map_can_be_left_out(null: Any) -> None:
    given = {"__else__": null, "companies": {}}

    run = tap_of(given).sync()

    assert run.streams == {"companies"}
    assert given == {"__else__": null, "companies": {}}


def test_a_stream_without_a_map_is_unchanged() -> None:
    tap = tap_of({"companies": {"name": "md5(name)"}, "*": {"emails": None}})

    assert not tap.stream("companies")._is_plain  # noqa: SLF001
    assert tap.stream("tags")._is_plain  # noqa: SLF001


def test_a_pattern_applies_to_the_streams_that_have_its_columns() -> None:
    maps = {"*": {"emails": None, "name": "md5(self)", "source": "'kustomer'"}}

    companies = map_of(maps).transformed_schema["properties"]
    tags = map_of(maps, "tags").transformed_schema["properties"]

    assert "emails" not in companies
    assert "source" in companies
    assert "source" in tags
    assert map_of(maps, "tags").transform({"id": "t", "name": "VIP"})["name"] != "VIP"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"emials": None}, "emails"),
        ({"x": "md5(emials)"}, "emails"),
        ({"__filter__": "emials"}, "emails"),
    ],
)
def test_a_column_that_no_stream_of_a_pattern_has_is_an_error(
    options: dict[str, Any], name: str
) -> None:
    assert f"did you mean {name}?" in problem({"*": options})


def test_a_pattern_can_leave_out_all_other_columns() -> None:
    maps = {"*": {"__else__": None, "name": "md5(name)"}}

    assert map_of(maps).transform(COMPANY).keys() == {"id", "name"}
    assert map_of(maps, "company_tags").transformed_schema["properties"].keys() == {
        "company_id",
        "position",
    }


def test_a_pattern_passes_over_columns_that_are_not_selected() -> None:
    tap = OfflineTap(Companies)
    tap.stream("companies").metadata["properties", "external_id"].selected = False

    maps = {"*": {"external_id": "md5(external_id)"}}
    (one,) = stream_maps([tap.stream("companies")], {"stream_maps": maps})["companies"]

    assert "external_id" not in one.transformed_schema["properties"]


def test_a_filter_of_a_pattern_applies_to_streams_with_its_columns() -> None:
    maps = {"*": {"__filter__": "external_id is not None"}}

    assert map_of(maps).transform(COMPANY) is None
    assert tap_of(maps).stream("tags")._is_plain  # noqa: SLF001


def test_the_own_map_of_a_stream_overrides_a_pattern_in_any_order() -> None:
    own = {"companies": {"shouted": "name.upper()", "rev": "rev + 1"}}
    every = {"*": {"name": "md5(name)", "rev": None}}

    for maps in ({**own, **every}, {**every, **own}):
        row = map_of(maps).transform(COMPANY)
        assert row["shouted"] == "ACME"
        assert row["name"] != "Acme"
        assert row["rev"] == 8


def test_a_map_of_its_own_keeps_a_stream_that_a_pattern_removes() -> None:
    run = tap_of({"*": None, "tags": {}}).sync()

    assert run.streams == {"tags"}


@pytest.mark.parametrize(
    ("alias", "expected"),
    [
        ("firms", "firms"),
        ("my-firms", "my-firms"),
        ("2024 firms", "2024 firms"),
        ("'raw_' + __stream_name__", "raw_companies"),
        ("__stream_name__", "companies"),
    ],
)
def test_a_stream_can_have_another_name(alias: str, expected: str) -> None:
    assert map_of({"companies": {"__alias__": alias}}).stream_alias == expected


@pytest.mark.parametrize(
    "alias", ["'raw_' + __stream_nam__", "'raw_' +", "1/0", "5 + 5", "''", "", "[]"]
)
def test_an_alias_that_never_works_is_an_error(alias: str) -> None:
    assert "companies.__alias__" in problem({"companies": {"__alias__": alias}})


def test_an_alias_depends_on_the_name_of_the_stream_only() -> None:
    error = problem({"companies": {"__alias__": "'raw_' + name"}})

    assert "uses name; expected __stream_name__ alone" in error


def test_an_alias_has_at_most_63_bytes() -> None:
    names = [map_of({"companies": {"__alias__": "a" * length}}).stream_alias for length in (70, 71)]

    assert len(set(names)) == 2
    assert all(len(name) == 63 for name in names)
    assert len(map_of({"a" * 70: {"__source__": "users"}}, "users", 1).stream_alias) == 63


@pytest.mark.parametrize(
    "maps",
    [
        {"companies": {"__alias__": "tags"}},
        {"companies": {"__alias__": "Tags"}},
        {"*": {"__alias__": "all"}},
        {"users": {"__source__": "companies"}},
        {"people": {"__source__": "*"}},
        {"people": {"__source__": "users"}, "People": {"__source__": "users"}},
    ],
)
def test_two_streams_can_t_have_the_same_name(maps: dict[str, Any]) -> None:
    assert "would both be written under this name" in problem(maps)


def test_an_alias_can_be_the_name_of_a_deselected_stream() -> None:
    tap = OfflineTap(Companies, Tags, selected=["companies"])

    maps = stream_maps(tap.streams.values(), {"stream_maps": {"companies": {"__alias__": "tags"}}})

    assert maps["companies"][0].stream_alias == "tags"


def test_an_alias_can_be_the_old_name_of_a_renamed_stream() -> None:
    maps = {"companies": {"__alias__": "tags"}, "tags": None, "people": {"__source__": "users"}}

    streams = tap_of(maps).sync().streams

    assert {"tags", "users", "people"} <= streams
    assert "companies" not in streams


def test_records_are_flattened_after_they_were_mapped() -> None:
    row = map_of({"companies": {"name": "md5(name)"}}, **FLAT).transform(
        {**COMPANY, "org": {"id": "o", "new": 1}}
    )

    assert row["org__id"] == "o"
    assert row["_extra"] == '{"org":{"new":1}}'
    assert row["name"] != "Acme"


def test_records_of_a_stream_without_a_map_are_flattened_too() -> None:
    row = map_of({"tags": None}, **FLAT).transform({"id": "c1", "org": {"id": "o"}})

    assert row == {"id": "c1", "org__id": "o"}


def test_rows_that_a_filter_drops_are_not_flattened() -> None:
    assert mapped({"__filter__": "False"}, **FLAT) is None


def test_keys_that_flattening_drops_are_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        tap_of({"companies": {"_extra": None}, "users": {"__else__": None, "name": "name"}}, **FLAT)

    (warning,) = (record.getMessage() for record in caplog.records)
    assert "companies" in warning
    assert "users" not in warning


def test_a_replication_key_that_a_map_removes_is_not_in_the_schema_message() -> None:
    run = tap_of({"companies": {"__else__": None, "who": "name"}}).sync()

    assert "bookmark_properties" not in run.schema("companies")
    assert run.schema("companies")["schema"]["properties"].keys() == {"id", "who"}
