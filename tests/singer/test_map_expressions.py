"""Expressions of stream maps: their types, their failures, values that are made up."""

from __future__ import annotations

from typing import Any

import pytest
from singer_sdk import mapper as sdk

from support.json_values import deep
from support.maps_of_streams import (
    COMPANY,
    SECRET,
    column,
    failure,
    map_of,
    mapped,
    problem,
    schema_of,
)
from support.offline_tap import OfflineTap
from tap_kustomer.singer.maps import stream_maps
from tap_kustomer.streams.companies import Companies


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
    tap.stream("companies").schema["properties"]["rev"] = {}

    maps = stream_maps([tap.stream("companies")], {"stream_maps": {"companies": {"copy": "rev"}}})
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
    ("options", "name", "expected"),
    [
        ({"made_up": r"json.loads('\"a\\ud83d\"')"}, "made_up", "a\ufffd"),
        ({"made_up": r"'%s\0' % name"}, "made_up", "Acme\ufffd"),
        (
            {"emails": r"[{'\0': 1, '\ufffd': ['\0']}]"},
            "emails",
            [{"\ufffd_": 1, "\ufffd": ["\ufffd"]}],
        ),
    ],
    ids=["half an emoji", "null", "inside an array"],
)
def test_what_a_database_can_t_store_is_replaced_in_a_result(
    options: dict[str, Any], name: str, expected: Any
) -> None:
    row = mapped(options)

    assert row is not None
    assert row[name] == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rev": "rev / 2"}, ["companies.rev", "rev / 2", "float", "integer"]),
        ({"created_at": "created_at.lower()[:3]"}, ["companies.created_at", "str", "date-time"]),
        ({"created_at": "[rev][0]"}, ["companies.created_at", "int", "date-time"]),
        ({"emails": "emails[0]"}, ["companies.emails", "emails[0]", "dict", "array"]),
        ({"rev": "int(rev)", "name": "json"}, ["companies.name", "ModuleWrapper", "string"]),
        ({"emails": "[{None: 1}]"}, ["companies.emails", "list"]),
    ],
)
def test_a_result_of_another_type_than_its_column_is_an_error(
    options: dict[str, Any], words: list[str]
) -> None:
    error = failure(options)

    assert all(word in error for word in words), error


def test_a_result_that_is_nested_too_deeply_is_an_error() -> None:
    error = failure({"emails": "emails[:]"}, {**COMPANY, "emails": deep("x", 5_000)})

    assert "companies.emails" in error
    assert "list" in error


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
        ("md5(config['sede'] + name)", ["stream_map_config does not have", "did you mean seed?"]),
        ("fake.email()", ["faker", "extra"]),
    ],
)
def test_an_expression_that_never_works_ends_the_run_before_it_begins(
    expression: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_kustomer.singer.compiled_map.find_spec", lambda _: None)
    error = problem({"companies": {"made_up": expression}}, stream_map_config={"seed": "x"})

    assert error.startswith(f"Setting stream_maps: companies.made_up: the expression {expression} ")
    assert all(word in error for word in words), error


@pytest.mark.parametrize(
    "expression",
    ["config['seed'] if 'seed' in config else name", "'seed' in config and config['seed']"],
)
def test_an_expression_may_check_for_a_key_of_its_configuration(expression: str) -> None:
    assert mapped({"made_up": expression}) is not None


def test_an_expression_of_several_lines_is_shown_in_one() -> None:
    assert "the expression md5( nmae)" in problem({"companies": {"name": "md5(\n  nmae)"}})


def test_a_key_in_an_expression_is_not_shown() -> None:
    assert "a-key" not in problem({"companies": {"name": "md5('a-key'"}}, api_key="a-key")


@pytest.mark.parametrize("value", [5, True, ["name"], {"a": 1}])
def test_an_expression_must_be_a_string(value: Any) -> None:
    error = problem({"companies": {"name": value}})

    assert "companies.name" in error
    assert "expected an expression as a text, or null" in error


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
    monkeypatch.setattr("tap_kustomer.singer.compiled_map.find_spec", lambda _: True)
    monkeypatch.setattr(
        "tap_kustomer.singer.compiled_map.import_module",
        lambda _: type("faker", (), {"Faker": Faker}),
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
