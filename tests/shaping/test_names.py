"""From the keys of attributes to the names of columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.json_values import KEYS
from tap_kustomer.shaping.names import column_names, snake_case

if TYPE_CHECKING:
    from random import Random


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("name", "name"),
        ("sentAt", "sent_at"),
        ("lastMessageUnrespondedToSinceLastDone", "last_message_unresponded_to_since_last_done"),
        ("updated_at", "updated_at"),
        ("Name", "name"),
    ],
)
def test_words_are_joined_by_underscores(key: str, name: str) -> None:
    assert snake_case(key) == name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("isPSTTime", "is_pst_time"),
        ("SLAName", "sla_name"),
        ("NPS", "nps"),
        ("orderID", "order_id"),
        ("aBTest", "a_b_test"),
    ],
)
def test_an_acronym_is_one_word(key: str, name: str) -> None:
    assert snake_case(key) == name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("address2", "address2"),
        ("s3DataUrl", "s3_data_url"),
        ("level2Support", "level2_support"),
        ("2faEnabled", "2fa_enabled"),
        ("utf8", "utf8"),
    ],
)
def test_a_digit_belongs_to_the_word_before_it(key: str, name: str) -> None:
    assert snake_case(key) == name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ecomm-order", "ecomm_order"),
        ("twitter.dm", "twitter_dm"),
        ("order number", "order_number"),
        ("a--b..c  d", "a_b_c_d"),
        ("order.createdAt", "order_created_at"),
        ("@type", "type"),
        ("$ref", "ref"),
        ("_private", "private"),
        ("trailing_", "trailing"),
        ("snake__twice", "snake_twice"),
        ("price(EUR)", "price_eur"),
    ],
)
def test_other_characters_separate_words(key: str, name: str) -> None:
    assert snake_case(key) == name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("größeNum", "größe_num"),
        ("Straße", "straße"),
        ("顧客名Str", "顧客名str"),
        ("имяКлиента", "имяклиента"),
        ("café-crème", "café_crème"),
    ],
)
def test_letters_of_any_script_are_kept(key: str, name: str) -> None:
    assert snake_case(key) == name


@pytest.mark.parametrize("key", ["", "-", "...", "_", "💛", "@ @"])
def test_a_key_without_letters_and_digits_stays_as_it_is(key: str) -> None:
    assert snake_case(key) == key


@given(st.one_of(KEYS, st.text()))
@example("İstanbulStr")
def test_a_name_in_snake_case_is_unchanged(key: str) -> None:
    name = snake_case(key)

    assert snake_case(name) == name


def test_two_keys_with_one_name_both_survive() -> None:
    names = column_names(["vatNumberStr", "vat_number_str"])

    assert names == {"vat_number_str": "vat_number_str", "vatNumberStr": "vat_number_str_f4187a1b"}


@pytest.mark.parametrize(
    "other", ["vatNumberStr", "VAT_NUMBER_STR", "vatnumberstr", "VatNumber_str"]
)
def test_names_differ_by_more_than_case_and_underscores(other: str) -> None:
    names = column_names(["vat_number_str", other])

    assert names["vat_number_str"] == "vat_number_str"
    assert re.fullmatch(r"vat_?number_?str_[0-9a-f]{8}", names[other])


def test_the_key_that_is_a_name_already_keeps_it() -> None:
    names = column_names(["orderId", "Order Id", "order_id"])

    assert names["order_id"] == "order_id"
    assert len(set(names.values())) == 3


def test_otherwise_the_first_key_in_alphabetical_order_gets_the_name() -> None:
    assert column_names(["orderId", "order-id", "OrderId"])["OrderId"] == "order_id"


def test_a_suffix_depends_on_the_key_alone() -> None:
    among_two = column_names(["orderTotal", "order_total"])
    among_more = column_names(["orderTotal", "ordertotal", "order_total", "OrderTotal", "other"])

    assert among_two["orderTotal"] == among_more["orderTotal"]


def test_a_suffix_that_is_taken_is_not_used_again() -> None:
    suffixed = column_names(["orderTotal", "order_total"])["orderTotal"]

    names = column_names(["orderTotal", "order_total", suffixed])

    assert names[suffixed] == suffixed
    assert len(set(names.values())) == 3


@pytest.mark.parametrize("taken", ["order_total", "ORDER_TOTAL", "orderTotal"])
def test_a_taken_name_is_given_to_no_key(taken: str) -> None:
    (name,) = column_names(["orderTotal"], [taken]).values()

    assert name == "order_total_991d7b87"


@pytest.mark.parametrize("letter", ["a", "ß", "名"])
def test_a_long_name_is_shortened_and_stays_unique(letter: str) -> None:
    keys = ["a" + letter * 70, "a" + letter * 71]

    names = column_names(keys, longest=63)

    assert len(set(names.values())) == 2
    for key, name in names.items():
        assert len(name.encode()) <= 63
        assert column_names([key], longest=63) == {key: name}


def test_a_name_without_letters_becomes_its_suffix_alone() -> None:
    names = column_names(["\u24b6", "\u24d0"]).values()

    assert column_names(names) == {name: name for name in names}


def test_a_name_within_the_limit_is_not_shortened() -> None:
    assert column_names(["a" * 63], longest=63) == {"a" * 63: "a" * 63}


def test_without_a_limit_a_key_keeps_its_whole_name() -> None:
    assert column_names(["a" * 200]) == {"a" * 200: "a" * 200}


# Keys that collide in many ways: in snake_case, by case, with numbers.
_COLLIDING = st.one_of(
    KEYS, st.from_regex(r"[aA][-_]?[bB](_[23])?", fullmatch=True), st.text("aA_-\u24b6\u24d0ßs")
)


@given(st.lists(st.one_of(_COLLIDING, st.text(max_size=4)), unique=True), st.sets(_COLLIDING))
@example(["Aİ", "ai̇", "ai"], set())  # The capital becomes two characters in lower case.
@example(["Straße", "strasse"], set())
def test_no_two_keys_share_a_column_even_ignoring_case_and_underscores(
    keys: list[str], taken: set[str]
) -> None:
    names = column_names(keys, taken)

    assert names.keys() == set(keys)
    folded = {name.casefold().replace("_", "") for name in names.values()}
    assert len(folded) == len(keys)
    assert not folded & {name.casefold().replace("_", "") for name in taken}


@given(st.lists(_COLLIDING, unique=True), st.randoms())
def test_columns_do_not_depend_on_the_order_of_keys(keys: list[str], random: Random) -> None:
    shuffled = [*keys]
    random.shuffle(shuffled)

    assert column_names(keys) == column_names(shuffled)


@given(st.lists(_COLLIDING, unique=True))
def test_names_of_names_are_the_same_names(keys: list[str]) -> None:
    names = column_names(keys)

    assert column_names(names.values()) == {name: name for name in names.values()}


@given(st.lists(_COLLIDING, unique=True, min_size=1), st.lists(_COLLIDING, unique=True))
def test_a_key_keeps_its_column_when_keys_of_other_names_are_added(
    keys: list[str], others: list[str]
) -> None:
    def stem(key: str) -> str:
        return snake_case(key).casefold().replace("_", "")

    apart = {stem(key) for key in keys}
    others = [key for key in others if stem(key) not in apart]

    assert {key: column_names([*keys, *others])[key] for key in keys} == column_names(keys)


@given(st.lists(_COLLIDING, unique=True, min_size=1))
def test_the_key_that_is_spelled_like_a_name_always_has_it(keys: list[str]) -> None:
    names = column_names(keys)

    own = [key for key in keys if snake_case(key) == key]
    folded = [key.casefold().replace("_", "") for key in own]
    assert all(
        names[key] == key
        for key, alike in zip(own, folded, strict=True)
        if folded.count(alike) == 1
    )
