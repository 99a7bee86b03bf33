from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.json_values import KEYS
from tap_kustomer.shaping.names import columns, snake_case

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
def test_other_characters_part_words_too(key: str, name: str) -> None:
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


@settings(deadline=None)
@given(st.one_of(KEYS, st.text()))
@example("İstanbulStr")
def test_a_name_is_its_own_name(key: str) -> None:
    name = snake_case(key)

    assert snake_case(name) == name


def test_of_two_keys_with_one_name_both_survive() -> None:
    assert columns(["orderId", "order_id"]) == {"order_id": "order_id", "orderId": "orderId"}


def test_the_key_that_is_a_name_already_keeps_it() -> None:
    assert columns(["orderId", "Order Id", "order_id"]) == {
        "Order Id": "Order Id",
        "orderId": "orderId",
        "order_id": "order_id",
    }


def test_without_one_the_first_in_alphabetical_order_gets_the_name() -> None:
    assert columns(["orderId", "order-id", "OrderId"]) == {
        "OrderId": "order_id",
        "order-id": "order-id",
        "orderId": "orderId",
    }


def test_a_key_whose_spelling_differs_from_a_name_by_capitals_only_gets_a_number() -> None:
    assert columns(["orderTotal", "order_total", "ordertotal"]) == {
        "order_total": "order_total",
        "ordertotal": "ordertotal",
        "orderTotal": "order_total_2",
    }


def test_several_such_keys_are_numbered_in_alphabetical_order() -> None:
    names = columns(["order_total", "OrderTotal", "Order_total", "orderTotal", "order_Total"])

    assert names == {
        "order_total": "order_total",
        "OrderTotal": "OrderTotal",
        "Order_total": "order_total_2",
        "orderTotal": "order_total_3",
        "order_Total": "order_total_4",
    }


def test_a_number_is_left_out_if_a_key_has_it() -> None:
    assert columns(["orderTotal", "order_total", "ordertotal", "order_total_2"]) == {
        "order_total": "order_total",
        "order_total_2": "order_total_2",
        "ordertotal": "ordertotal",
        "orderTotal": "order_total_3",
    }


@pytest.mark.parametrize("taken", [["order_total"], ["ORDER_TOTAL"]])
def test_a_name_that_is_taken_goes_to_no_key(taken: list[str]) -> None:
    assert columns(["order_total", "orderTotal"], taken) == {
        "order_total": "order_total_2",
        "orderTotal": "orderTotal",
    }


# Keys that collide in many ways: in snake_case, by capitals, with numbers.
_COLLIDING = st.one_of(
    KEYS, st.from_regex(r"[aA][-_]?[bB](_[23])?", fullmatch=True), st.text("aA_-\u24b6\u24d0ßs")
)


@settings(deadline=None)
@given(st.lists(st.one_of(_COLLIDING, st.text(max_size=4)), unique=True), st.sets(_COLLIDING))
@example(["Aİ", "ai̇", "ai"], set())  # The capital becomes two characters in lower case.
@example(["Straße", "strasse"], set())
def test_no_two_keys_share_a_column_even_without_regard_to_capitals(
    keys: list[str], taken: set[str]
) -> None:
    names = columns(keys, taken)

    assert names.keys() == set(keys)
    assert len({name.casefold() for name in names.values()}) == len(keys)
    assert not {name.casefold() for name in names.values()} & {name.casefold() for name in taken}


@settings(deadline=None)
@given(st.lists(_COLLIDING, unique=True), st.randoms())
def test_columns_do_not_depend_on_the_order_of_keys(keys: list[str], random: Random) -> None:
    shuffled = [*keys]
    random.shuffle(shuffled)

    assert columns(keys) == columns(shuffled)


@settings(deadline=None)
@given(st.lists(_COLLIDING, unique=True))
def test_names_of_names_are_the_same_names(keys: list[str]) -> None:
    names = columns(keys)

    assert columns(names.values()) == {name: name for name in names.values()}


@settings(deadline=None)
@given(st.lists(_COLLIDING, unique=True, min_size=1), st.lists(_COLLIDING, unique=True))
def test_a_key_keeps_its_column_when_keys_of_other_names_come(
    keys: list[str], others: list[str]
) -> None:
    def stems(key: str) -> set[str]:
        """What the names of a key may be, without numbers and capitals."""
        return {re.sub(r"(_\d+)+$", "", name).casefold() for name in (snake_case(key), key)}

    apart = set().union(*map(stems, keys))
    others = [key for key in others if not stems(key) & apart]

    assert {key: columns([*keys, *others])[key] for key in keys} == columns(keys)


@settings(deadline=None)
@given(st.lists(_COLLIDING, unique=True, min_size=1))
def test_the_key_that_is_spelled_like_a_name_has_it_whatever_else_comes(keys: list[str]) -> None:
    names = columns(keys)

    assert all(
        names[key] == key
        for key in keys
        if snake_case(key) == key == key.casefold() and key.isascii()
    )
