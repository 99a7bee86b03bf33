"""The effects of an advance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from support.frozen_sandbox import NOW, frozen_organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustomer_sandbox import Organisation
    from support.frozen_sandbox import Asker, Maker

Resource = dict[str, Any]

# What nobody may rewrite: what has happened.
PAST = {
    "attachment", "audit_log", "comment", "conversation_time", "customer_event", "customer_merge",
    "customer_session", "draft", "forward", "kedge", "satisfaction_response", "sla_version",
}  # fmt: skip

# Of these, rows vanish.
GONE = {"brand", "card", "draft", "notification", "outbound_account", "queue", "search", "snippet"}


class Hour(NamedTuple):
    """An organisation before and after an hour."""

    of: Organisation
    before: dict[str, dict[str, Resource]]
    after: dict[str, dict[str, Resource]]


@pytest.fixture(scope="module")
def hour() -> Hour:
    of = frozen_organisation(scale=0.2)
    before = everything(of)
    of.advance(60)
    return Hour(of, before, everything(of))


def everything(of: Organisation) -> dict[str, dict[str, Resource]]:
    return {type_: {row.id: of.document(row) for row in of.index(type_)} for type_ in of.counts()}


def test_something_changes_in_every_table(hour: Hour) -> None:
    for type_, before in hour.before.items():
        after = hour.after[type_]
        changed = [key for key in before.keys() & after.keys() if before[key] != after[key]]
        added = after.keys() - before.keys()
        assert added if type_ in PAST | GONE else changed, type_


def test_rows_without_an_update_time_change_too(hour: Hour) -> None:
    for type_ in ("snooze", "outbound_account", "sla"):
        attributes = [one["attributes"] for one in hour.after[type_].values()]
        assert not any("updatedAt" in one for one in attributes)
        before = [one["attributes"] for one in hour.before[type_].values()]
        assert any(one not in before for one in attributes), type_


def lists(value: Any, path: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(value, list):
        yield path, len(value)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from lists(one, f"{path}.{key}")


def test_arrays_of_some_rows_become_shorter() -> None:
    of = frozen_organisation(scale=0.2)
    types = {"customer", "company", "conversation", "message", "note", "team", "shortcut"}
    arrays = {("customer", "phones"), ("company", "emails"), ("team", "members")}
    shorter: set[tuple[str, str]] = set()
    lengths = {row.id: dict(lists(of.document(row))) for name in types for row in of.index(name)}
    # What happens in an hour is a matter of chance.
    while not (arrays <= shorter and {type_ for type_, _ in shorter} == types):
        assert len(of.advances) < 40, shorter
        of.advance(60)
        for row in (row for name in types for row in of.index(name)):
            before, lengths[row.id] = lengths.get(row.id, {}), dict(lists(of.document(row)))
            shorter |= {
                (row.type, path.rpartition(".")[2])
                for path, length in lengths[row.id].items()
                if length < before.get(path, 0)
            }


@pytest.mark.parametrize(
    "type_",
    ["company", "conversation", "customer", "kobject.order", "note", "schedule", "sender",
     "shortcut", "tag", "team", "user"],
)  # fmt: skip
def test_rows_are_marked_as_deleted(hour: Hour, type_: str) -> None:
    rows = [row for row in hour.of.index(type_) if row.deleted and row.deleted > NOW]
    assert rows
    for row in rows:
        assert hour.of.document(row)["attributes"]["deleted"] is True


def test_rows_of_some_lists_are_purged_but_none_that_search_finds(hour: Hour) -> None:
    gone = {type_ for type_, rows in hour.before.items() if rows.keys() - hour.after[type_].keys()}
    assert gone == GONE


def test_the_user_of_api_keys_stays_the_same(hour: Hour, sandbox_of: Maker, asker: Asker) -> None:
    own = asker(sandbox_of(hour.of))("/v1/users/current").json()["data"]
    assert own["attributes"]["userType"] == "machine"


def test_custom_attributes_come_and_go(sandbox_of: Maker, asker: Asker) -> None:
    of = frozen_organisation(scale=0.2)
    ask = asker(sandbox_of(of))

    def declared() -> dict[str, Resource]:
        data = ask("/v1/metadata/customer").json()["data"]
        return dict(data["attributes"]["properties"])

    before = declared()
    of.advance(60)
    after = declared()
    assert after.keys() - before.keys() == {"referralSourceStr"}
    deleted = [name for name, one in after.items() if "deletedAt" in one]
    assert deleted == [
        *(name for name, one in before.items() if "deletedAt" in one),
        "newsletterBool",
    ]
    carried = [
        one["attributes"]["custom"].keys() & {"referralSourceStr", "newsletterBool"}
        for one in of.resources("customer")
    ]
    # What was there before stays in the rows that nobody has touched.
    assert {"referralSourceStr"} in carried
    assert {"newsletterBool"} in carried
    assert {"referralSourceStr", "newsletterBool"} not in carried


def test_a_new_klass_appears_with_objects_and_attributes(sandbox_of: Maker, asker: Asker) -> None:
    of = frozen_organisation(scale=0.1)
    ask = asker(sandbox_of(of))
    paths = ("/v1/metadata/kobject.warranty.Claim", "/v1/klasses/warranty.Claim")
    assert [ask(path).status_code for path in paths] == [404, 404]
    assert not any("warranty.Claims" in one["relationships"] for one in of.resources("customer"))
    of.advance(60)
    declared, objects = (ask(path).json()["data"] for path in paths)
    assert "amountNum" in declared["attributes"]["properties"]
    assert {one["type"] for one in objects} == {"kobject.warranty.Claim"}
    found = ask("/v1/customers/search", {"queryContext": "kobject_warranty.Claim"}).json()["data"]
    assert found == objects
    customer = ask(f"/v1/customers/{objects[0]['relationships']['customer']['data']['id']}").json()
    assert "warranty.Claims" in customer["data"]["relationships"]
    names = [one["attributes"]["name"] for one in ask("/v1/klasses").json()["data"]]
    assert names.count("warranty.Claim") == 1
    of.advance(60)
    assert len(of.rows["klass"]) == 8


def test_open_work_items_are_completed_and_sessions_end(hour: Hour) -> None:
    def those(rows: dict[str, Resource], name: str, value: Any) -> set[str]:
        return {key for key, one in rows.items() if one["attributes"][name] == value}

    items, later = hour.before["work_item"], hour.after["work_item"]
    assert (items.keys() - those(items, "status", "completed")) & those(
        later, "status", "completed"
    )
    sessions, later = hour.before["work_session"], hour.after["work_session"]
    assert those(sessions, "active", value=True) & those(later, "active", value=False)


def test_an_organisation_can_advance_many_times() -> None:
    of = frozen_organisation(scale=0.05)
    for _ in range(60):
        of.advance(30)
    assert {type_ for type_, count in of.counts().items() if not count} == set()
    assert len([row for row in of.rows["user"] if row.deleted is None]) > 20
    for type_ in of.counts():
        of.resources(type_)
