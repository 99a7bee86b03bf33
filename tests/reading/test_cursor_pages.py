"""Pages of a cursor list in any form are followed to their end, or are an error."""

from __future__ import annotations

from typing import Any

import pytest

from support.audit_log import (
    COUNT,
    MOST_HELD,
    AuditLog,
    ids,
    log,
    pages_of,
    read_log,
    spread,
    without_total,
)
from support.json_values import deep
from support.readers import NOW
from tap_kustomer import times
from tap_kustomer.client.errors import PagingError
from tap_kustomer.reading.pages import IncompleteError, Unproven


def test_a_page_without_a_next_one_is_not_halved_however_many_rows_it_counts() -> None:
    audit = AuditLog(spread(2), meta=lambda count: {"total": 100 * MOST_HELD if count else 0})

    with pytest.raises(IncompleteError):
        read_log(audit)
    assert len(audit.sent) == 3 + 1


def test_an_empty_page_ends_the_list_even_with_a_next_link() -> None:
    audit = AuditLog(spread(COUNT), names_next=True)

    def lead_on(document: dict[str, Any]) -> None:
        if not document["data"]:
            document["links"]["next"] = "/v1/audit-logs?before=log0&again=yes"

    audit.spoil = lead_on

    assert ids(read_log(audit)) == list(audit.rows)
    assert len(audit.sent) == 2


def test_a_list_that_ignores_its_cursor_ends_where_a_page_repeats() -> None:
    audit = AuditLog(spread(9), meta=without_total)

    def repeat(document: dict[str, Any]) -> None:
        assert len(audit.sent) < 20, "it does not come to an end"
        document["data"] = [log(f"log{n}", times.to_text(NOW)) for n in range(COUNT)]
        document["links"]["next"] = f"/v1/audit-logs?before=log0&request={len(audit.sent)}"

    audit.spoil = repeat

    assert sorted(ids(read_log(audit))) == ["log0", "log1", "log2"]


def test_pages_that_lead_in_a_circle_are_an_error() -> None:
    audit = AuditLog(spread(9))

    def lead_back(document: dict[str, Any]) -> None:
        if len(audit.sent) < 9:
            document["links"]["next"] = "/v1/audit-logs?before=log5"

    audit.spoil = lead_back

    with pytest.raises(PagingError, match="circle"):
        read_log(audit)
    assert len(audit.sent) == 2


@pytest.mark.parametrize("data", [None, {}, "x", [1]])
def test_a_response_without_a_list_of_rows_is_asked_for_again(data: Any) -> None:
    audit = AuditLog(spread(2))
    answers = iter([data])
    audit.spoil = lambda document: document.update(data=next(answers, document["data"]))

    assert ids(read_log(audit)) == ["log0", "log1"]


@pytest.mark.parametrize(
    ("links", "meta", "is_unproven"),
    [
        (None, None, True),
        ({"self": "/v1/audit-logs"}, {}, True),
        ({"next": None}, {}, False),
        (None, {"total": 2}, False),
    ],
)
def test_a_list_that_says_nothing_about_its_end_is_reported(
    links: Any, meta: Any, is_unproven: bool
) -> None:
    audit = AuditLog(spread(2))
    audit.spoil = lambda document: document.update(links=links, meta=meta)
    gaps: list[object] = []

    pages = [*pages_of(audit, report=gaps.append)]

    assert [row["id"] for page in pages for row in page.resources] == ["log0", "log1"]
    assert gaps == [Unproven()] * is_unproven


def test_a_page_that_is_smaller_than_the_one_before_ends_the_list() -> None:
    audit = AuditLog(spread(COUNT + 1))
    audit.spoil = lambda document: document.update(links=None, meta=None)
    gaps: list[object] = []

    pages = [*pages_of(audit, report=gaps.append)]

    assert sum(len([*page.resources]) for page in pages) == COUNT + 1
    assert gaps == []


@pytest.mark.parametrize("links", [None, [], {}, {"next": ""}, {"next": 7}])
@pytest.mark.parametrize("meta", [None, [], {}, {"total": "many"}])
def test_a_response_may_lack_links_and_meta(links: Any, meta: Any) -> None:
    audit = AuditLog(spread(2))
    audit.spoil = lambda document: document.update(links=links, meta=meta)

    assert ids(read_log(audit)) == ["log0", "log1"]


@pytest.mark.parametrize("links", [None, {"self": "/v1/audit-logs"}])
@pytest.mark.parametrize("meta", [None, {"total": 7}])
def test_a_full_page_without_links_is_continued_after_its_last_row(links: Any, meta: Any) -> None:
    audit = AuditLog(spread(7))
    audit.spoil = lambda document: document.update(links=links, meta=meta)

    assert sorted(ids(read_log(audit))) == list(audit.rows)
    assert [request.params.get("before") for request in audit.sent] == [None, "log4", "log1"]


def test_a_full_page_that_names_no_next_one_is_the_last() -> None:
    audit = AuditLog(spread(COUNT))

    assert ids(read_log(audit)) == list(audit.rows)
    assert len(audit.sent) == 1


def test_rows_without_an_id_or_a_time_are_yielded_too() -> None:
    odd: list[dict[str, Any]] = [
        {"attributes": {"eventName": "a"}},
        {"attributes": {"eventName": "b", "createdAt": None}},
        {"id": "c", "attributes": {"createdAt": "soon"}},
        {"id": "d", "attributes": None},
    ]
    again = {"attributes": {"createdAt": None, "eventName": "b"}}
    audit = AuditLog({}, meta=lambda _: {"total": 4})
    audit.spoil = lambda document: document.update(data=[*odd, again])

    (page,) = pages_of(audit)

    assert list(page.resources) == odd[::-1]


@pytest.mark.parametrize("levels", range(900, 990))
def test_rows_nested_as_deeply_as_a_parser_can_follow_are_read(levels: int) -> None:
    audit = AuditLog(spread(1))

    def nest(document: dict[str, Any]) -> None:
        for row in document["data"]:
            row["attributes"]["changes"] = deep("x", levels)

    audit.spoil = nest

    assert ids(read_log(audit)) == ["log0"]


def test_a_caller_that_takes_no_more_pages_sends_no_more_requests() -> None:
    audit = AuditLog(spread(20 * MOST_HELD))
    pages = pages_of(audit)

    assert not audit.sent
    next(pages)
    sent = len(audit.sent)

    assert sent < 30
    del pages
    assert len(audit.sent) == sent
