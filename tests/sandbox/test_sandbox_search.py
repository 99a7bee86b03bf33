"""Search: what it accepts, what it finds, how it pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kustomer_sandbox.times import DAY, YEAR, time_text
from support.frozen_sandbox import NOW, Ask
from support.sandbox_search import ARCHIVE, SEARCH, by_update, ids, refused, updates

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox import Organisation, Sandbox


def test_the_response_has_the_documented_envelope(ask: Ask) -> None:
    answer = ask(f"{SEARCH}?page=2&pageSize=10", by_update("customer")).json()
    meta = answer["meta"]
    assert (meta["page"], meta["pageSize"]) == (2, 10)
    assert meta["aggregations"] == {}
    assert meta["timed_out"] is False
    assert meta["totalPages"] == -(-meta["total"] // 10)
    assert answer["links"]["next"] == f"{SEARCH}?page=3&pageSize=10"
    assert answer["links"]["prev"] == f"{SEARCH}?page=1&pageSize=10"


def test_a_page_has_a_hundred_rows_by_default_and_at_most_five_hundred(ask: Ask) -> None:
    body = by_update("message")
    assert len(ids(ask(SEARCH, body))) == 100
    large = ask(f"{SEARCH}?pageSize=9999", body)
    assert len(ids(large)) == 500
    assert large.json()["meta"]["pageSize"] == 500


@pytest.mark.parametrize("search", [SEARCH, ARCHIVE])
def test_ids_only_returns_ids_and_types_with_the_same_total(ask: Ask, search: str) -> None:
    body = by_update("message", includeDeleted=True)
    whole = ask(f"{search}?pageSize=20", body)
    only = ask(f"{search}?pageSize=20&idsOnly=true", body)
    assert all(set(row) == {"type", "id"} for row in only.json()["data"])
    assert len(ids(only)) == 20
    assert ids(only) == ids(whole)
    assert only.json()["meta"]["total"] == whole.json()["meta"]["total"] > 20
    assert only.json()["links"]["next"] == f"{search}?idsOnly=true&page=2&pageSize=20"


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"page": 2}, "page"),
        ({"queryContext": "spaceship"}, "queryContext"),
        ({"and": [{"customer_shoe_size": {"gte": 40}}]}, "customer_shoe_size"),
        ({"and": [{"customer_id": {"equals": "a"}}]}, "customer_id"),
        ({"and": [{"work_item_updated_at": {"gte": "2026-01-01"}}]}, "work_item_updated_at"),
        ({"and": [{"customer_name": {"ne": "Ada"}}]}, "customer_name"),
        ({"and": [{"customer_updated_at": {"gte": "soon"}}]}, "customer_updated_at"),
        ({"and": [{"customer_updated_at": {"gte": 5}}]}, "customer_updated_at"),
        ({"and": "all"}, "and"),
        ({"and": [{"customer_name": {"equals": str(n)}} for n in range(21)]}, "and"),
        ({"or": [{"customer_name": {"equals": "a"}}] * 2}, "or"),
        ({"sort": [{"customer_locale": "asc"}]}, "customer_locale"),
        ({"sort": [{"customer_name": "up"}]}, "customer_name"),
        ({"includeDeleted": "yes"}, "includeDeleted"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
    ],
)
def test_undocumented_keys_are_refused(ask: Ask, body: dict[str, Any], parameter: str) -> None:
    error = refused(ask(SEARCH, {"queryContext": "customer", **body}))
    assert error["source"] == {"parameter": parameter}


def test_a_body_that_is_not_json_is_refused(shared_sandbox: Sandbox, ask: Ask) -> None:
    assert ask(SEARCH, [1]).status_code == 400
    assert shared_sandbox.requests[-1]["path"] == SEARCH


@pytest.mark.parametrize(
    ("context", "criterion"),
    [
        ("customer", "customer_updated_at"),
        ("company", "company_updated_at"),
        ("conversation", "conversation_updated_at"),
        ("message", "message_updated_at"),
        ("note", "note_updated_at"),
        ("kobject", "kobject_updated_at"),
        ("kobject_order", "kobject_updated_at"),
        ("kobject_Loyalty_Account", "kobject_updated_at"),
        ("kobject_shopify.order", "kobject_updated_at"),
        ("kobject_3PL-Shipment", "kobject_updated_at"),
        ("work_session", "work_session_updated_at"),
    ],
)
def test_every_context_can_be_read_completely_in_order_of_update_times(
    ask: Ask, organisation: Organisation, context: str, criterion: str
) -> None:
    bounds = [
        {criterion: {"gte": time_text(NOW - 2 * YEAR)}},
        {criterion: {"lte": time_text(NOW)}},
    ]
    body = {
        "queryContext": context,
        "and": bounds,
        "sort": [{criterion: "asc"}],
        "includeDeleted": True,
    }
    found: list[str] = []
    seen: list[str] = []
    page = 1
    while True:
        answer = ask(f"{SEARCH}?page={page}&pageSize=500", body)
        found += ids(answer)
        seen += updates(answer)
        if answer.json()["links"]["next"] is None:
            break
        page += 1
    type_ = context.replace("kobject_", "kobject.")
    expected = [r.id for r in organisation.index(type_) if r.updated >= NOW - 2 * YEAR]
    assert found == expected
    assert seen == sorted(seen)
    assert len(found) == answer.json()["meta"]["total"]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("gte", True), ("lte", True), ("gt", False), ("lt", False), ("equals", True)],
)
def test_bounds_are_closed_or_open_according_to_their_operator(
    ask: Ask, organisation: Organisation, operator: str, expected: bool
) -> None:
    row = organisation.rows["customer"][-5]
    bound = [{"customer_updated_at": {operator: time_text(row.updated)}}]
    answer = ask(f"{SEARCH}?pageSize=500", by_update("customer", **{"and": bound}))
    assert (row.id in ids(answer)) is expected


def test_descending_order_is_the_reverse(ask: Ask) -> None:
    up = ids(ask(f"{SEARCH}?pageSize=500", by_update("customer")))
    down = ids(ask(f"{SEARCH}?pageSize=500", by_update("customer", "desc")))
    assert down == up[::-1]


def test_conversation_times_are_found_by_creation(ask: Ask, organisation: Organisation) -> None:
    since = time_text(NOW - 100 * DAY)
    body = {
        "queryContext": "conversation_time",
        "and": [{"conversation_time_created_at": {"gte": since}}],
        "sort": [{"conversation_time_created_at": "asc"}],
    }
    answer = ask(f"{SEARCH}?pageSize=500", body).json()
    created = [row["attributes"]["createdAt"] for row in answer["data"]]
    assert created == sorted(created)
    assert created[0] >= since
    expected = [r for r in organisation.rows["conversation_time"] if r.created >= NOW - 100 * DAY]
    assert answer["meta"]["total"] == len(expected) == len(created)


def test_conversation_times_older_than_two_years_can_not_be_found(
    ask: Ask, organisation: Organisation
) -> None:
    old = [r for r in organisation.rows["conversation_time"] if r.created < NOW - 2 * YEAR]
    assert old
    since = {"conversation_time_created_at": {"gte": "2000-01-01"}}
    body = {"queryContext": "conversation_time", "and": [since]}
    total = ask(SEARCH, body).json()["meta"]["total"]
    assert total == len(organisation.rows["conversation_time"]) - len(old)
    refused(ask(ARCHIVE, {"queryContext": "conversation_time"}))


def test_work_items_are_found_by_the_end_of_their_handling(
    ask: Ask, organisation: Organisation
) -> None:
    since = time_text(NOW - 2 * YEAR)
    body = {
        "queryContext": "work_item",
        "and": [{"work_item_handle_completed_at": {"gte": since}}],
        "sort": [{"work_item_handle_completed_at": "asc"}],
    }
    answer = ask(f"{SEARCH}?pageSize=500", body)
    done = [r for r in organisation.index("work_item") if r.facts["completed"]]
    assert set(ids(answer)) == {r.id for r in done if r.updated >= NOW - 2 * YEAR}


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        (
            {"and": [{"conversation_status": {"in": ["open", "snoozed"]}}]},
            lambda a: a["status"] in ("open", "snoozed"),
        ),
        (
            {"not": {"conversation_status": {"equals": "done"}}},
            lambda a: a["status"] != "done",
        ),
        (
            {
                "or": [
                    {"conversation_status": {"equals": "open"}},
                    {"conversation_priority": {"gte": 5}},
                ]
            },
            lambda a: a["status"] == "open" or a["priority"] >= 5,
        ),
        (
            {"and": {"conversation_assigned_users": {"not_set": ""}}},
            lambda a: not a.get("assignedUsers"),
        ),
        (
            {"and": [{"conversation_channels": {"contains": "mail"}}]},
            lambda a: "email" in (a.get("channels") or ()),
        ),
    ],
)
def test_other_criteria_filter_rows(
    ask: Ask,
    organisation: Organisation,
    body: dict[str, Any],
    holds: Callable[[dict[str, Any]], bool],
) -> None:
    body = {"queryContext": "conversation", "includeDeleted": True, **body}
    answer = ask(f"{SEARCH}?pageSize=500", body).json()
    expected = [
        row
        for row in organisation.index("conversation").window(NOW - 2 * YEAR, None)
        if holds(organisation.document(row)["attributes"])
    ]
    assert 0 < answer["meta"]["total"] == len(expected)
    assert all(holds(row["attributes"]) for row in answer["data"])


def test_a_criterion_of_another_object_filters_by_related_rows(
    ask: Ask, organisation: Organisation
) -> None:
    body = {
        "queryContext": "customer",
        "and": [{"conversation_status": {"equals": "open"}}],
    }
    for id_ in ids(ask(SEARCH, body)):
        talks = organisation.by_id[id_].facts["conversations"]
        assert any(talk.facts["status"] == "open" for talk in talks)


def test_custom_attributes_are_criteria(ask: Ask) -> None:
    criterion = {"kobject_custom_order_giftBool": {"equals": True}}
    body = {"queryContext": "kobject_order", "and": [criterion]}
    rows = ask(SEARCH, body).json()["data"]
    assert rows
    assert all(row["attributes"]["custom"]["giftBool"] is True for row in rows)


def test_ids_of_relationships_are_criteria_also_where_some_are_null(
    ask: Ask, organisation: Organisation
) -> None:
    shortcut = organisation.rows["shortcut"][3].id
    criterion = {"message_shortcuts": {"equals": shortcut}}
    rows = ask(SEARCH, {"queryContext": "message", "and": [criterion]}).json()["data"]
    assert rows
    for row in rows:
        assert shortcut in [one["id"] for one in row["relationships"]["shortcuts"]["data"]]


def test_deleted_rows_are_found_when_asked_for(ask: Ask, organisation: Organisation) -> None:
    deleted = {r.id for r in organisation.rows["note"] if r.deleted}
    without = set(ids(ask(f"{SEARCH}?pageSize=500", by_update("note"))))
    body = by_update("note", includeDeleted=True)
    within = set(ids(ask(f"{SEARCH}?pageSize=500", body)))
    assert within - without
    assert within - without <= deleted
