"""Limits of the sandbox's search: what it refuses, hides, delays or leaves unsorted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kustomer_sandbox.times import DAY, SECOND, YEAR, time_text
from support.frozen_sandbox import NOW, Ask, Asker, Maker, frozen_organisation
from support.sandbox_search import ARCHIVE, SEARCH, by_update, ids, refused, updates

if TYPE_CHECKING:
    from kustomer_sandbox import Organisation


def test_page_101_is_refused_although_page_100_links_to_it(ask: Ask) -> None:
    hundredth = ask(f"{SEARCH}?page=100&pageSize=1", by_update("message"))
    assert hundredth.json()["links"]["next"] == f"{SEARCH}?page=101&pageSize=1"
    refused(ask(f"{SEARCH}?page=101&pageSize=1", by_update("message")))


def test_a_row_limit_refuses_rows_past_it(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(row_limit=1000))
    body = by_update("message")
    assert ask(f"{SEARCH}?page=2&pageSize=500", body).status_code == 200
    refused(ask(f"{SEARCH}?page=3&pageSize=500", body))


def test_a_search_with_track_total_hits_gets_the_whole_total(
    sandbox_of: Maker, asker: Asker
) -> None:
    ask = asker(sandbox_of(total_cap=70))
    body = by_update("message")

    def total(path: str, given: str) -> int:
        meta = ask(f"{path}?pageSize=20&trackTotalHits={given}", body).json()["meta"]
        return int(meta["total"])

    assert total(SEARCH, "true") > 70
    assert total(SEARCH, "false") == 70
    assert total(ARCHIVE, "true") == 70
    error = refused(ask(f"{SEARCH}?trackTotalHits=10000", body))
    assert error["source"] == {"parameter": "trackTotalHits"}


def test_a_parameter_can_be_refused(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(refused_parameters=frozenset({"trackTotalHits"})))

    error = refused(ask(f"{SEARCH}?trackTotalHits=true", by_update("message")))

    assert error["source"] == {"parameter": "trackTotalHits"}
    assert ask(SEARCH, by_update("message")).status_code == 200


def test_the_total_can_be_capped(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(total_cap=70))
    assert ask(SEARCH, by_update("message")).json()["meta"]["total"] == 70


def test_a_criterion_can_be_refused(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(refused_criteria=frozenset({"company_updated_at"})))
    refused(ask(SEARCH, by_update("company")))


def test_a_criterion_can_be_accepted(
    sandbox_of: Maker, asker: Asker, organisation: Organisation
) -> None:
    ask = asker(sandbox_of(accepted_criteria=frozenset({"work_item_updated_at"})))
    bounds = [{"work_item_updated_at": {"gte": time_text(NOW - 300 * DAY)}}]
    answer = ask(f"{SEARCH}?pageSize=500", by_update("work_item", **{"and": bounds}))
    expected = organisation.index("work_item").window(NOW - 300 * DAY, None)
    assert any(row.facts["completed"] is None for row in expected)
    assert ids(answer) == [row.id for row in expected]


def listed(ask: Ask) -> tuple[set[str], set[str]]:
    """The criteria and the sort keys that the search lists."""
    attributes = ask("/v1/customers/searches/schema").json()["data"]["attributes"]
    fields, sort = attributes["fields"]["properties"], attributes["sort"]["properties"]["fields"]
    assert {field["operator"] for field in fields.values()} <= {
        *attributes["operators"]["properties"]
    }
    return set(fields), set(sort["enum"])


def test_the_schema_lists_what_the_search_accepts(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(
        sandbox_of(
            refused_criteria=frozenset({"work_session_updated_at"}),
            accepted_criteria=frozenset({"work_item_updated_at"}),
        )
    )
    fields, sorts = listed(ask)

    for context in ("company", "conversation", "work_item", "work_session", "kobject_order"):
        name = f"{context}_updated_at"
        since = {"and": [{name: {"gte": time_text(NOW - DAY)}}]}
        accepts = ask(SEARCH, {"queryContext": context, **since}).status_code == 200
        sorts_by = ask(SEARCH, by_update(context)).status_code == 200
        assert (name in fields, name in sorts) == (accepts, sorts_by)


def test_a_sandbox_can_lack_the_schema(sandbox_of: Maker, asker: Asker) -> None:
    path = "/v1/customers/searches/schema"

    assert asker(sandbox_of(absent=frozenset({path})))(path).status_code == 404


def test_ties_exist_and_keep_their_order_by_default(ask: Ask) -> None:
    instant = time_text(NOW - 3 * DAY)
    tie = [{"message_updated_at": {op: instant}} for op in ("gte", "lte")]
    body = by_update("message", **{"and": tie})
    first = ids(ask(SEARCH, body))
    assert len(first) >= 40
    assert first == ids(ask(SEARCH, body))
    assert first != sorted(first)


def test_ties_can_come_in_another_order_in_every_call(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(shuffle_ties=True))
    instant = time_text(NOW - 3 * DAY)
    body = by_update("message", **{"and": [{"message_updated_at": {"equals": instant}}]})
    first, second = ids(ask(SEARCH, body)), ids(ask(SEARCH, body))
    assert first != second
    assert sorted(first) == sorted(second)


def test_ties_can_have_any_size() -> None:
    of = frozen_organisation(scale=0.5, ties={"message": 700, "kobject": 50})
    for type_, amount in (("message", 700), ("kobject", 50)):
        instants = [row.updated for row in of.index(type_)]
        assert max(instants.count(one) for one in set(instants)) >= amount


def test_a_context_can_be_left_unsorted(sandbox_of: Maker, asker: Asker) -> None:
    ask = asker(sandbox_of(unsorted_contexts=frozenset({"message"})))
    answer = ask(SEARCH, by_update("message"))
    assert updates(answer) != sorted(updates(answer))


def test_standard_search_finds_nothing_unchanged_for_two_years(
    ask: Ask, organisation: Organisation
) -> None:
    old = [r for r in organisation.index("message") if r.updated < NOW - 2 * YEAR]
    assert old
    body = by_update("message", **{"and": [{"message_updated_at": {"gte": "2000-01-01"}}]})
    first = updates(ask(SEARCH, body))[0]
    assert first >= time_text(NOW - 2 * YEAR)


@pytest.mark.parametrize("days", [2, 15])
def test_the_archive_has_the_older_rows_and_some_days_more(
    sandbox_of: Maker, asker: Asker, organisation: Organisation, days: int
) -> None:
    ask = asker(sandbox_of(archive_overlap_days=days))
    answer = ask(f"{ARCHIVE}?pageSize=500", by_update("message", "desc", includeDeleted=True))
    edge = NOW - 2 * YEAR + days * DAY
    expected = [r.id for r in organisation.index("message") if r.updated < edge]
    assert answer.json()["meta"]["total"] == len(expected)
    assert ids(answer) == expected[::-1][:500]


@pytest.mark.parametrize(
    "body",
    [
        {"queryContext": "note"},
        {"queryContext": "conversation_time"},
        {"queryContext": "customer", "fields": []},
        {"queryContext": "customer", "and": [{"customer_name": {"equals": "a"}}]},
        {"queryContext": "customer", "sort": [{"customer_name": "asc"}]},
    ],
)
def test_the_archive_is_stricter(ask: Ask, body: dict[str, Any]) -> None:
    refused(ask(ARCHIVE, body))


def test_the_archive_knows_criteria_by_id(ask: Ask, organisation: Organisation) -> None:
    row = next(row for row in organisation.index("customer") if not row.deleted)
    body = {"queryContext": "customer", "and": [{"customer_id": {"equals": row.id}}]}
    assert ids(ask(ARCHIVE, body)) == [row.id]


def test_the_index_lags_behind(sandbox_of: Maker, asker: Asker) -> None:
    of = frozen_organisation(scale=0.1)
    ask = asker(sandbox_of(of, index_lag=30))
    row = of.rows["customer"][3]
    before = row.updated
    of.touch(row, NOW - 10 * SECOND)
    fresh = of.add("customer", NOW - 10 * SECOND, conversations=(), kobjects=())
    body = by_update("customer", includeDeleted=True)
    rows = ask(f"{SEARCH}?pageSize=500", body).json()["data"]
    found = {one["id"]: one["attributes"]["updatedAt"] for one in rows}
    assert found[row.id] == time_text(before)
    assert fresh.id not in found
    assert list(found.values()) == sorted(found.values())
    of.clock.forward(1)
    rows = ask(f"{SEARCH}?pageSize=500", body).json()["data"]
    assert rows[-1]["attributes"]["updatedAt"] == time_text(NOW - 10 * SECOND)
