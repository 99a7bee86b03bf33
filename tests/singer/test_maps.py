"""Stream maps: they change records as configured, or are refused in one line before the run."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from singer_sdk import mapper as sdk
from singer_sdk.singerlib.catalog import Catalog

from support.offline_tap import OfflineTap
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.maps import stream_maps
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.users import Users

COMPANY: dict[str, Any] = {
    "id": "c1",
    "name": "Acme",
    "external_id": None,
    "created_at": "2024-01-31T10:00:00.000Z",
    "updated_at": "2024-02-01T10:00:00.000Z",
    "emails": [{"email": "ann@example.com"}],
    "rev": 7,
}
FLAT: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": 1}
SECRET = "ann@example.com"


def tap_of(maps: dict[str, Any], **config: Any) -> OfflineTap:
    return OfflineTap(Companies, Tags, Users, stream_maps=maps, **config)


def map_of(maps: dict[str, Any], stream: str = "companies", place: int = 0, **config: Any) -> Any:
    return tap_of(maps, **config).mapper.stream_maps[stream][place]


def mapped(
    options: dict[str, Any], record: dict[str, Any] = COMPANY, **config: Any
) -> dict[str, Any] | None:
    """Map a record, whose columns are declared with the types of their values."""
    one = map_of({"companies": options}, **config)
    row: dict[str, Any] | None = one.transform(record)
    assert row is None or row.keys() <= one.transformed_schema["properties"].keys()
    return row


def column(expression: str, record: dict[str, Any] = COMPANY) -> Any:
    """The value of an expression in a new column."""
    row = mapped({"made_up": expression}, record)
    assert row is not None
    return row["made_up"]


def schema_of(options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    properties: dict[str, dict[str, Any]]
    properties = map_of({"companies": options}).transformed_schema["properties"]
    return properties


def problem(maps: dict[str, Any], **config: Any) -> str:
    """The error that ends the run before it starts."""
    with pytest.raises(ConfigurationError) as caught:
        tap_of(maps, **config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def failure(options: dict[str, Any], record: dict[str, Any] = COMPANY) -> str:
    """The error that ends the run at a record."""
    one = map_of({"companies": options})
    with pytest.raises(ConfigurationError) as caught:
        one.transform(record)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# Values


def test_columns_are_replaced_added_and_left_out() -> None:
    row = mapped({"name": "name.upper()", "shouted": "name + '!'", "emails": None})

    assert row is not None
    assert row["name"] == "ACME"
    assert row["shouted"] == "Acme!"
    assert "emails" not in row


@pytest.mark.parametrize("null", [None, "__NULL__"])
def test_a_column_that_is_left_out_is_not_declared(null: Any) -> None:
    assert "emails" not in schema_of({"emails": null})


@pytest.mark.parametrize("function", ["md5", "sha256"])
def test_the_hash_of_null_is_null(function: str) -> None:
    assert column(f"{function}(external_id)") is None
    assert column(f"{function}(external_id)", {"id": "c1"}) is None


def test_a_hash_equals_that_of_the_sdk() -> None:
    assert column("md5(name)") == sdk.md5("Acme")
    assert column("sha256(name)") == sdk.sha256("Acme")


def test_a_value_that_is_not_a_string_is_hashed_as_json() -> None:
    assert column("md5(rev)") == column("md5('7')")


def test_a_column_that_a_row_lacks_is_null() -> None:
    assert column("name or 'none'", {"id": "c1"}) == "none"
    assert mapped({"name": "self"}, {"id": "c1"}) == {"id": "c1", "name": None}


def test_a_key_that_an_object_lacks_is_null() -> None:
    assert column("custom.vip_bool", {"custom": {}}) is None
    assert column("custom.vip_bool", {"custom": None}) is None
    assert column("custom.vip_bool", {"custom": {"vip_bool": "x"}}) == "x"


def test_expressions_see_the_record_as_it_was() -> None:
    row = mapped({"name": "md5(name)", "clear": "name"})

    assert row is not None
    assert row["clear"] == "Acme"


def test_expressions_can_use_all_names_of_the_sdk() -> None:
    maps = {
        "companies": {
            "__alias__": "firms",
            "a": "config['a']",
            "b": "__stream_name__ + __original_stream_name__",
            "c": "_['name']",
            "d": "record['name']",
            "e": "json.dumps(emails)",
            "f": "str(datetime.date(2024, 1, 31))",
            "name": "self.lower()",
            "g": "[one.email for one in emails][0]",
        }
    }

    row = map_of(maps, stream_map_config={"a": "A"}).transform(COMPANY)

    made = {name: value for name, value in row.items() if len(name) == 1}
    assert made == {
        "a": "A",
        "b": "firmscompanies",
        "c": "Acme",
        "d": "Acme",
        "e": '[{"email": "ann@example.com"}]',
        "f": "2024-01-31",
        "g": SECRET,
    }
    assert row["name"] == "acme"


# Types


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("int(rev)", {"type": ["integer", "null"]}),
        ("float(rev)", {"type": ["number", "null"]}),
        ("str(rev)", {"type": ["string", "null"]}),
        ("bool(rev)", {"type": ["boolean", "null"]}),
        ("rev > 5", {"type": ["boolean", "null"]}),
        ("not rev", {"type": ["boolean", "null"]}),
        ("5", {"type": ["integer", "null"]}),
        ("1.5", {"type": ["number", "null"]}),
        ("True", {"type": ["boolean", "null"]}),
        ("'x'", {"type": ["string", "null"]}),
        ("f'{name}!'", {"type": ["string", "null"]}),
        ("md5(name)", {"type": ["string", "null"]}),
        ("json.dumps(emails)", {"type": ["string", "null"]}),
        ("None if rev else 5", {"type": ["integer", "null"]}),
        ("external_id or 'x'", {"type": ["string", "null"]}),
        ("name.upper()", {"type": ["string", "null"]}),
        ("datetime.datetime.now()", {"type": ["string", "null"], "format": "date-time"}),
        ("datetime.date.today()", {"type": ["string", "null"], "format": "date"}),
        ("datetime.datetime.now().date()", {"type": ["string", "null"], "format": "date"}),
    ],
)
def test_the_type_of_a_column_is_that_of_its_expression(
    expression: str, expected: dict[str, Any]
) -> None:
    schema = schema_of({"made_up": expression})["made_up"]

    schema.pop("description", None)
    assert schema == expected


def test_a_copy_of_a_column_has_its_type() -> None:
    schema = schema_of({"copied": "created_at", "rev": "rev + 1", "own": "record"})

    assert schema["copied"] == schema["created_at"]
    assert schema["rev"]["type"] == ["integer", "null"]
    assert "object" in schema["own"]["type"]


def test_a_copy_of_a_column_of_any_type_may_have_any_type() -> None:
    tap = OfflineTap(Companies)
    tap.table("companies").schema["properties"]["rev"] = {}

    maps = stream_maps([tap.table("companies")], {"stream_maps": {"companies": {"copy": "rev"}}})
    copied = maps["companies"][0].transformed_schema["properties"]["copy"]

    assert {"string", "number", "object", "null"} <= set(copied["type"])


def test_a_hash_is_a_string_whatever_its_column_was() -> None:
    for name in ("created_at", "rev", "emails"):
        assert schema_of({name: f"md5({name})"})[name] == {"type": ["string", "null"]}


@pytest.mark.parametrize(
    ("options", "name", "expected"),
    [
        ({"name": "rev"}, "name", 7),
        ({"made_up": "rev * 2 if rev else None"}, "made_up", "14"),
        ({"name": "[rev, None]"}, "name", "[7,null]"),
        ({"rev": "rev / 1"}, "rev", 7),
        ({"created_at": "created_at[:10]"}, "created_at", "2024-01-31T00:00:00.000Z"),
        ({"at": "datetime.datetime(2024, 1, 31)"}, "at", "2024-01-31T00:00:00.000Z"),
        ({"at": "datetime.date(2024, 1, 31)"}, "at", "2024-01-31"),
    ],
)
def test_a_result_fits_the_type_of_its_column(
    options: dict[str, Any], name: str, expected: Any
) -> None:
    row = mapped(options)

    assert row is not None
    assert (row[name], type(row[name])) == (expected, type(expected))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rev": "rev / 2"}, ["companies.rev", "rev / 2", "float", "integer"]),
        ({"created_at": "created_at.lower()[:3]"}, ["companies.created_at", "str", "date-time"]),
        ({"created_at": "[rev][0]"}, ["companies.created_at", "int", "date-time"]),
        ({"emails": "emails[0]"}, ["companies.emails", "emails[0]", "dict", "array"]),
        ({"rev": "int(rev)", "name": "json"}, ["companies.name", "ModuleWrapper", "string"]),
    ],
)
def test_a_result_of_another_type_than_its_column_is_an_error(
    options: dict[str, Any], words: list[str]
) -> None:
    error = failure(options)

    assert all(word in error for word in words), error


# Expressions that fail


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("1/0", ["division by zero"]),
        ("external_id.upper()", ["NoneType", "if name else None"]),
        ("name + rev", ["companies.made_up", "name + rev"]),
        ("int(emails[0].email)", ["ValueError"]),
        ("json.loads(name)", ["JSONDecodeError"]),
        ("emails[5]", ["IndexError"]),
        ("record['nowhere']", ["KeyError"]),
        ("name.no_such_thing", ["there is no no_such_thing"]),
        ("99999999 ** 99999999", ["NumberTooHigh"]),
    ],
)
def test_an_expression_that_fails_is_named_with_its_column_and_no_value(
    expression: str, words: list[str]
) -> None:
    error = failure({"made_up": expression})

    assert error.startswith("Setting stream_maps: companies.made_up: the expression ")
    assert all(word in error for word in [expression, *words]), error
    assert SECRET not in error


def test_a_filter_that_fails_is_named() -> None:
    assert "companies.__filter__" in failure({"__filter__": "external_id > 5"})


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("md5(name", ["not a Python expression", "md5(email)"]),
        ("", ["not a Python expression"]),
        ("a = 5", ["not a Python expression"]),
        ("name; name", ["not a Python expression"]),
        ("lambda: 1", ["Lambda"]),
        ("name @ name", ["MatMult"]),
        ("sha265(name)", ["sha265", "did you mean sha256?"]),
        ("md5(nmae)", ["no column of companies", "did you mean name?"]),
        ("self", ["no column of companies"]),
        ("fake.email()", ["faker", "extra"]),
    ],
)
def test_an_expression_that_never_works_ends_the_run_before_it_begins(
    expression: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_kustomer.singer.mapped.find_spec", lambda _: None)
    error = problem({"companies": {"made_up": expression}})

    assert error.startswith(f"Setting stream_maps: companies.made_up: the expression {expression} ")
    assert all(word in error for word in words), error


def test_an_expression_of_several_lines_is_shown_in_one() -> None:
    assert "the expression md5( nmae)" in problem({"companies": {"name": "md5(\n  nmae)"}})


def test_a_key_in_an_expression_is_not_shown() -> None:
    assert "a-key" not in problem({"companies": {"name": "md5('a-key'"}}, api_key="a-key")


@pytest.mark.parametrize("value", [5, True, ["name"], {"a": 1}])
def test_an_expression_must_be_a_string(value: Any) -> None:
    error = problem({"companies": {"name": value}})

    assert "companies.name" in error
    assert "expected an expression as a text, or null" in error


# Faker


class Faker:
    """Replaces the class of the package faker."""

    seeds: list[int] = []  # noqa: RUF012  # Shared, as the seed of the package is.

    def __init__(self, locale: str | None) -> None:
        if locale == "nowhere":
            raise AttributeError(locale)
        self.locale = locale

    @classmethod
    def seed(cls, seed: int) -> None:
        cls.seeds.append(seed)

    def word(self) -> str:
        return f"word of {self.locale}"


@pytest.fixture
def faker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_kustomer.singer.mapped.find_spec", lambda _: True)
    monkeypatch.setattr(
        "tap_kustomer.singer.mapped.import_module", lambda _: type("faker", (), {"Faker": Faker})
    )


@pytest.mark.usefixtures("faker")
def test_values_are_made_up_with_the_seed_and_the_locale_of_the_settings() -> None:
    Faker.seeds.clear()

    row = mapped({"name": "fake.word()"}, faker_config={"locale": "de_DE", "seed": 5})

    assert row is not None
    assert row["name"] == "word of de_DE"
    assert Faker.seeds == [5]


@pytest.mark.usefixtures("faker")
def test_an_unknown_locale_is_an_error() -> None:
    error = problem({"companies": {"name": "fake.word()"}}, faker_config={"locale": "nowhere"})

    assert "faker_config" in error


# Filters


@pytest.mark.parametrize(("condition", "stays"), [("rev > 5", True), ("rev > 7", False)])
def test_a_filter_keeps_the_rows_for_which_it_is_true(condition: str, *, stays: bool) -> None:
    assert (mapped({"__filter__": condition}) is not None) == stays
    assert map_of({"companies": {"__filter__": condition}}).get_filter_result(COMPANY) == stays


@pytest.mark.parametrize("value", [True, 5, ["rev"], {}])
def test_a_filter_must_be_a_string(value: Any) -> None:
    error = problem({"companies": {"__filter__": value}})

    assert "companies.__filter__" in error
    assert "expected an expression as a text" in error


@pytest.mark.parametrize("condition", ["self", "nmae == 'x'", "rev >", "nofunction(rev)"])
def test_a_filter_that_never_works_is_an_error(condition: str) -> None:
    assert "companies.__filter__" in problem({"companies": {"__filter__": condition}})


# Unknown columns


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
    tap.table("companies").metadata["properties", "external_id"].selected = False
    companies = [tap.table("companies")]

    assert "external_id" not in stream_maps(companies, {})["companies"][0].transformed_schema
    with pytest.raises(ConfigurationError, match="external_id, which is not selected"):
        stream_maps(companies, {"stream_maps": {"companies": {"made_up": "md5(external_id)"}}})


def test_a_column_that_is_not_selected_can_be_left_out_too() -> None:
    tap = OfflineTap(Companies)
    tap.table("companies").metadata["properties", "external_id"].selected = False

    maps = {"companies": {"external_id": None}, "*": {"external_id": "md5(external_id)"}}
    (one,) = stream_maps([tap.table("companies")], {"stream_maps": maps})["companies"]

    assert "external_id" not in one.transformed_schema["properties"]


def test_a_column_that_an_older_catalog_lacks_can_be_left_out_too() -> None:
    catalog = OfflineTap(Companies).catalog_dict
    for entry in catalog["streams"]:
        entry["schema"]["properties"].pop("external_id", None)
    tap = OfflineTap(Companies)
    companies = tap.table("companies")
    companies.apply_catalog(Catalog.from_dict(catalog))

    maps = stream_maps([companies], {"stream_maps": {"companies": {"external_id": None}}})

    assert "external_id" not in maps["companies"][0].transformed_schema["properties"]


def test_a_stream_that_is_not_selected_needs_no_columns() -> None:
    tap = OfflineTap(Companies, selected=["company_tags"])

    maps = stream_maps(tap.streams.values(), {"stream_maps": {"*": {"id": "md5(id)"}}})

    assert "id" in maps["companies"][0].transformed_schema["properties"]


# Keys


@pytest.mark.parametrize("options", [{"id": "md5(id)"}, {"id": "md5(id)", "__else__": None}])
def test_a_key_column_that_is_hashed_is_still_the_key(options: dict[str, Any]) -> None:
    one = map_of({"companies": options})

    assert list(one.transformed_key_properties) == ["id"]
    assert one.transformed_schema["properties"]["id"]["type"] == ["string"]
    assert one.transform(COMPANY)["id"] == sdk.md5("c1")


@pytest.mark.parametrize("null", [None, "__NULL__"])
def test_a_key_column_can_t_be_left_out(null: Any) -> None:
    error = problem({"companies": {"id": null}})

    assert "companies.id" in error
    assert "__key_properties__" in error


def test_the_key_is_kept_if_all_other_columns_are_removed() -> None:
    assert mapped({"__else__": None, "who": "name"}) == {"id": "c1", "who": "Acme"}
    assert schema_of({"__else__": "__NULL__", "who": "name"}).keys() == {"id", "who"}


def test_a_key_with_a_single_type_keeps_it() -> None:
    tap = OfflineTap(Companies)
    tap.table("companies").schema["properties"]["id"] = {"type": "string"}

    (one,) = stream_maps([tap.table("companies")], {"stream_maps": {"companies": {"rev": None}}})[
        "companies"
    ]

    assert one.transformed_schema["properties"]["id"] == {"type": ["string"]}


def test_the_key_can_be_changed() -> None:
    one = map_of({"companies": {"__key_properties__": ["name"], "id": None}})

    assert one.transformed_key_properties == ["name"]
    assert one.transformed_schema["properties"]["name"]["type"] == ["string"]


@pytest.mark.parametrize("keys", [None, []])
def test_the_key_can_be_removed(keys: Any) -> None:
    assert not map_of({"companies": {"__key_properties__": keys}}).transformed_key_properties


@pytest.mark.parametrize("keys", ["name", 5, [5], {"name": 1}])
def test_key_properties_must_be_an_array_of_names(keys: Any) -> None:
    error = problem({"companies": {"__key_properties__": keys}})

    assert "companies.__key_properties__" in error
    assert "expected an array of columns, or null" in error


def test_a_key_must_be_a_column() -> None:
    error = problem({"companies": {"__key_properties__": ["nmae"]}})

    assert "did you mean name?" in error


@pytest.mark.parametrize(
    "options",
    [{"id": "external_id"}, {"id": "''"}, {"__key_properties__": ["external_id"]}],
)
def test_a_key_that_is_null_or_empty_is_an_error(options: dict[str, Any]) -> None:
    error = failure(options)

    assert "it is a key column, but null or empty in a row" in error


# Streams


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

    assert not tap.table("companies")._is_plain  # noqa: SLF001
    assert tap.table("tags")._is_plain  # noqa: SLF001


# Wildcards


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
    tap.table("companies").metadata["properties", "external_id"].selected = False

    maps = {"*": {"external_id": "md5(external_id)"}}
    (one,) = stream_maps([tap.table("companies")], {"stream_maps": maps})["companies"]

    assert "external_id" not in one.transformed_schema["properties"]


def test_a_filter_of_a_pattern_applies_to_streams_with_its_columns() -> None:
    maps = {"*": {"__filter__": "external_id is not None"}}

    assert map_of(maps).transform(COMPANY) is None
    assert tap_of(maps).table("tags")._is_plain  # noqa: SLF001


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


# Names


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


# With flattening


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
