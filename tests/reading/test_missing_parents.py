"""A parent may be missing; if all are, the endpoint is."""

from __future__ import annotations

import pytest

from support.lists_of_parents import (
    Lists,
    events,
    ids,
    pages_of,
    parent,
    parents,
    read_rows_of,
    rows,
)
from support.readers import NOW
from tap_kustomer.client.errors import MissingError
from tap_kustomer.reading.children import NoParentFoundError
from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.sources import PerParent, Search


def test_a_missing_parent_has_no_rows() -> None:
    lists = events({"a": [rows("1")], "c": [rows("3")]})

    assert ids(read_rows_of(lists, parents("a", "b", "c"))) == ["1", "3"]


def test_the_first_parents_may_all_be_missing() -> None:
    keys = [f"c{n}" for n in range(500)]

    assert ids(read_rows_of(events({"c499": [rows("1")]}), parents(*keys))) == ["1"]


def test_too_many_missing_parents_at_first_mean_that_there_is_no_such_endpoint() -> None:
    lists = events({"c500": [rows("1")]})

    with pytest.raises(
        MissingError, match=r"events: the first 500 parents have none: .* 404"
    ) as caught:
        read_rows_of(lists, parents(*(f"c{n}" for n in range(600))))
    assert not isinstance(caught.value, NoParentFoundError)
    assert len(lists.sent) < 520


def test_once_a_parent_was_found_any_number_of_others_may_be_missing() -> None:
    lists = events({"c0": [rows("1")]})

    assert ids(read_rows_of(lists, parents(*(f"c{n}" for n in range(600))))) == ["1"]


def test_if_every_parent_is_missing_an_error_follows_the_last_page() -> None:
    given = [Page([parent(key, NOW + n) for n, key in enumerate("abc")], reached=NOW + 9)]
    found: list[int | None] = []

    with pytest.raises(NoParentFoundError, match=r"no parent has any \(asked about: 3\): .* 404"):
        found.extend(page.reached for page in pages_of(events({}), given))
    assert found == [None, None, None]


def test_two_levels_down_it_is_an_error_too_if_every_parent_is_missing() -> None:
    sessions = PerParent(Search("customer"), "/v1/customers/{id}/sessions")
    visits = PerParent(sessions, "/v1/sessions/{id}/events")
    lists = Lists({})

    with pytest.raises(NoParentFoundError, match="asked about: 2"):
        read_rows_of(lists, pages_of(lists, parents("a", "b"), sessions), visits)


def test_a_parent_without_rows_shows_that_the_endpoint_exists() -> None:
    assert read_rows_of(events({"b": [rows()]}), parents("a", "b")) == []


def test_without_any_parent_nothing_is_missing() -> None:
    assert read_rows_of(events({}), [Page([])]) == []


def test_parents_marked_as_deleted_say_nothing_about_the_endpoint() -> None:
    deleted = [parent(f"c{n}", deleted=True) for n in range(600)]

    assert read_rows_of(events({}), [Page(deleted)]) == []
    assert ids(read_rows_of(events({"a": [rows("1")]}), [Page([*deleted, parent("a")])])) == ["1"]
    with pytest.raises(NoParentFoundError, match="asked about: 1"):
        read_rows_of(events({}), [Page([*deleted, parent("a")])])
