"""What is known of each kind of source, without reading it."""

from __future__ import annotations

from typing import get_args

from tap_kustomer.reading.sources import (
    READING_ORDER,
    Concatenation,
    CursorList,
    LiveIds,
    PagedList,
    PerParent,
    Search,
    Single,
    Source,
    is_searched,
    is_windowed,
    reading_order,
    root_of,
)

SEARCH = Search("note")
LIST = PagedList("/v1/tags")
CURSOR_LIST = CursorList("/v1/audit-logs")
SINGLE = Single("/v1/settings")
LIVE_IDS = LiveIds(Search("note", ids_only=True))
CHILDREN = PerParent(SEARCH, "/v1/notes/{id}/files")
GRANDCHILDREN = PerParent(CHILDREN, "/v1/files/{id}/parts")
CHILDREN_OF_LIST = PerParent(LIST, "/v1/tags/{id}/uses")
CONCATENATION = Concatenation((SINGLE, LIST))


def test_searches_and_cursor_lists_are_asked_by_time_and_so_are_rows_per_parent_from_them() -> None:
    sources: list[Source] = [
        *(SEARCH, LIST, CURSOR_LIST, SINGLE, LIVE_IDS),
        *(CHILDREN, GRANDCHILDREN, CHILDREN_OF_LIST, CONCATENATION),
    ]

    assert [source for source in sources if is_windowed(source)] == [
        SEARCH,
        CURSOR_LIST,
        CHILDREN,
        GRANDCHILDREN,
    ]


def test_the_root_of_rows_per_parent_is_where_the_first_parents_are_found() -> None:
    assert root_of(GRANDCHILDREN) == SEARCH
    assert root_of(LIST) == LIST


def test_the_rows_of_a_search_are_searched_but_not_the_rows_per_parent_from_it() -> None:
    assert is_searched(SEARCH)
    assert is_searched(LIVE_IDS)
    assert not is_searched(CHILDREN)


def test_sources_that_are_quick_to_read_come_first() -> None:
    sources: list[Source] = [LIVE_IDS, CHILDREN, SEARCH, CURSOR_LIST, CONCATENATION, LIST, SINGLE]

    assert sorted(sources, key=reading_order) == sources[::-1]


def test_every_kind_of_source_has_a_place_in_the_order() -> None:
    assert sorted(READING_ORDER, key=str) == sorted(get_args(Source), key=str)


def test_a_context_is_searched_by_its_own_times_unless_the_source_names_others() -> None:
    assert [one.name for one in SEARCH.effective_criteria] == ["note_updated_at"]
    assert SEARCH.created_at == "note_created_at"


def test_the_contexts_of_single_klasses_share_the_criterion_on_the_creation() -> None:
    assert Search("kobject_order").created_at == "kobject_created_at"
