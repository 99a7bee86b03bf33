"""Lists, reads by id, metadata, klasses, audit logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kustomer_sandbox.endpoints import LISTS, SINGLES, Single
from kustomer_sandbox.times import DAY, time_text
from support.frozen_sandbox import NOW, Ask, Asker, Maker, frozen_organisation

if TYPE_CHECKING:
    import requests

    from kustomer_sandbox import Organisation
    from kustomer_sandbox.lists import Listing


def rows(answer: requests.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


PLAIN = [one for one in LISTS if one.parent is None]


@pytest.mark.parametrize("listing", PLAIN, ids=lambda one: one.path)
def test_every_list_has_pages_of_its_type_until_next_is_null(
    ask: Ask, organisation: Organisation, listing: Listing
) -> None:
    path = f"{listing.path}?page=1&pageSize=7"
    if listing.path == "/v1/klasses":
        path += "&status=enabled"
    found = []
    for _ in range(5):
        answer = ask(path).json()
        found += answer["data"]
        path = answer["links"].get("next")
        if path is None:
            break
    assert {one["type"] for one in found} == {listing.type}
    have = [one.id for one in organisation.rows[listing.type]]
    if not listing.bare:
        assert {one["id"] for one in found} <= set(have)
        assert len({one["id"] for one in found}) == len(found)


@pytest.mark.parametrize("listing", PLAIN, ids=lambda one: one.path)
def test_every_list_limits_pages_to_its_maximum(ask: Ask, listing: Listing) -> None:
    answer = ask(f"{listing.path}?pageSize=1000").json()
    if not listing.bare:
        assert answer["meta"]["pageSize"] == listing.largest


def test_only_the_list_of_customers_has_a_total(ask: Ask) -> None:
    assert "total" in ask("/v1/customers").json()["meta"]
    assert set(ask("/v1/conversations").json()["meta"]) == {"page", "pageSize"}


@pytest.mark.parametrize("query", ["page=0", "page=x", "pageSize=-1"])
def test_a_page_that_is_not_a_number_is_refused(ask: Ask, query: str) -> None:
    assert ask(f"/v1/tags?{query}").status_code == 400


def test_customers_are_filtered_by_dates_and_sorted(ask: Ask) -> None:
    bound = time_text(NOW - 30 * DAY)
    found = rows(ask(f"/v1/customers?filter[updatedAt][gte]={bound}&sort=-createdAt"))
    assert found
    assert all(one["attributes"]["updatedAt"] >= bound for one in found)
    created = [one["attributes"]["createdAt"] for one in found]
    assert created == sorted(created, reverse=True)


def test_users_are_filtered_by_being_active(ask: Ask) -> None:
    active = rows(ask("/v1/users?deleted=false"))
    gone = rows(ask("/v1/users?deleted=true"))
    assert (len(active), len(gone)) == (21, 4)
    assert all(one["attributes"]["deleted"] for one in gone)
    assert len(rows(ask("/v1/users?userType=machine"))) == 1
    assert rows(ask("/v1/users?pending=true"))


def test_filters_of_users_cannot_be_combined(ask: Ask) -> None:
    assert ask("/v1/users?deleted=true&userType=user").status_code == 400


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("", ["order", "ecomm-return", "shopify.order", "3PL-Shipment"]),
        ("?status=existing_only", ["Loyalty_Account", "loyalty-account"]),
        ("?status=disabled", ["old-order"]),
    ],
)
def test_klasses_are_listed_by_status(ask: Ask, status: Any, names: list[str]) -> None:
    found = rows(ask(f"/v1/klasses{status}"))
    assert [one["attributes"]["name"] for one in found] == names


@pytest.mark.parametrize("name", ["order", "orders"])
def test_custom_objects_are_listed_by_klass_in_singular_and_plural(ask: Ask, name: str) -> None:
    found = rows(ask(f"/v1/klasses/{name}"))
    assert {one["type"] for one in found} == {"kobject.order"}
    assert rows(ask(f"/v1/klasses/{name}/{found[0]['id']}")) == found[0]


def test_a_klass_is_read_by_id(ask: Ask) -> None:
    one = rows(ask("/v1/klasses"))[0]
    assert rows(ask(f"/v1/klasses/{one['id']}")) == one
    assert ask("/v1/klasses/unicorns").status_code == 404


@pytest.mark.parametrize(
    "resource",
    ["customer", "company", "conversation", "message", "kobject.order",
     "kobject.ecomm-return", "kobject.Loyalty_Account", "kobject.shopify.order",
     "kobject.3PL-Shipment", "kobject.loyalty-account", "kobject.old-order"],
)  # fmt: skip
def test_every_resource_declares_its_custom_attributes(ask: Ask, resource: str) -> None:
    document = rows(ask(f"/v1/metadata/{resource}"))
    assert document["type"] == "metadata"
    assert document["attributes"]["properties"]
    assert ask("/v1/metadata/note").status_code == 404


def test_some_values_are_not_declared_and_some_declarations_deleted(ask: Ask) -> None:
    declared = rows(ask("/v1/metadata/customer"))["attributes"]["properties"]
    assert "importedFromStr" not in declared
    assert "deletedAt" in declared["oldRatingNum"]
    assert declared["hobbiesStr"]["multi"] is True


def test_slas_include_their_versions_on_request(ask: Ask) -> None:
    answer = ask("/v1/slas?versions=all").json()
    assert {one["type"] for one in answer["included"]} == {"sla_version"}
    assert "included" not in ask("/v1/slas").json()
    one = answer["data"][0]
    assert "links" not in one
    assert "updatedAt" not in one["attributes"]
    single = ask(f"/v1/slas/{one['id']}?versions=active").json()
    assert single["included"]["type"] == "sla_version"


def test_holidays_are_included_on_request(ask: Ask) -> None:
    schedules = ask("/v1/schedules?include=holidays").json()
    assert {one["type"] for one in schedules["included"]} == {"holiday"}
    assert "included" not in ask("/v1/schedules").json()
    id_ = schedules["data"][0]["id"]
    document = ask(f"/v1/schedules/{id_}?include=holidays").json()
    assert {one["type"] for one in document["included"]} == {"holiday"}


@pytest.mark.parametrize("single", SINGLES, ids=lambda one: one.path)
def test_records_are_read_by_one_id_or_several(
    ask: Ask, organisation: Organisation, single: Single
) -> None:
    wanted = [row for row in organisation.rows[single.type] if not row.deleted][:2]
    path = single.path.replace("{ids}", "{}")
    assert rows(ask(path.format(wanted[0].id)))["id"] == wanted[0].id
    both = rows(ask(path.format(",".join(row.id for row in wanted))))
    assert [one["id"] for one in both] == [row.id for row in wanted]
    assert ask(path.format("0" * 24)).status_code == 404


def test_customers_are_read_by_email(ask: Ask) -> None:
    found = rows(ask("/v1/customers/email=customer7@example.com"))
    assert found["attributes"]["emails"][0]["email"] == "customer7@example.com"
    assert ask("/v1/customers/email=nobody@example.com").status_code == 404


CHILDREN = [one for one in LISTS if one.parent]


@pytest.mark.parametrize("listing", CHILDREN, ids=lambda one: one.path)
def test_children_are_listed_by_parent(
    ask: Ask, organisation: Organisation, listing: Listing
) -> None:
    parent, own = next(
        (row, own)
        for row in organisation.index(str(listing.parent))
        if (own := organisation.children(row, listing.type))
    )
    path = listing.path.replace("{id}", parent.id)
    found = rows(ask(f"{path}?pageSize=1000"))
    assert {one["id"] for one in found} <= {row.id for row in own}
    assert found


def test_messages_include_their_attachments_on_request(
    ask: Ask, organisation: Organisation
) -> None:
    message = organisation.rows["attachment"][0].facts["message"]
    talk = message.facts["conversation"].id
    answer = ask(f"/v1/conversations/{talk}/messages?include=attachments").json()
    (bearer,) = (one for one in answer["data"] if one["id"] == message.id)
    named = {one["id"] for one in bearer["relationships"]["attachments"]["data"]}
    included = {one["id"] for one in answer["included"]}
    assert {one["type"] for one in answer["included"]} == {"attachment"}
    assert named
    assert named <= included


def test_some_attachments_of_a_conversation_have_their_id_in_their_link_only(
    ask: Ask, organisation: Organisation
) -> None:
    rows = organisation.rows["attachment"][:9]
    talks = {row.facts["message"].facts["conversation"].id for row in rows}
    answers = [ask(f"/v1/conversations/{talk}/attachments").json() for talk in talks]
    found = [one for answer in answers for one in answer["data"]]
    assert all(answer["meta"] == {} for answer in answers)
    assert {"id" in one for one in found} == {True, False}
    for one in found:
        assert one.get("id", "") in one["links"]["self"]
    nameless = next(one for one in found if "id" not in one)
    again = ask(nameless["links"]["self"]).json()["data"]
    assert again["attributes"] == nameless["attributes"]


def test_handle_times_are_seconds_in_v1_and_milliseconds_in_v2(
    ask: Ask, organisation: Organisation
) -> None:
    talk = organisation.rows["conversation_time"][0].facts["conversation"].id
    one = rows(ask(f"/v1/conversations/{talk}/times"))[0]["attributes"]
    two = rows(ask(f"/v2/conversations/{talk}/times"))[0]["attributes"]
    assert two["handleTime"] == 1000 * one["handleTime"]


def test_merges_are_listed_by_the_customer_who_no_longer_exists(
    ask: Ask, organisation: Organisation
) -> None:
    merge = organisation.rows["customer_merge"][0]
    source, target = merge.facts["source"].id, merge.facts["target"].id
    assert rows(ask(f"/v1/customers/{source}/merges"))[0]["id"] == merge.id
    assert rows(ask(f"/v1/customers/{target}/merges")) == []


def test_events_are_listed_by_session_and_no_longer_by_customer(
    ask: Ask, organisation: Organisation
) -> None:
    event = next(r for r in organisation.rows["customer_event"] if "session" in r.facts)
    session = event.facts["session"]
    customer = session.facts["customer"].id
    found = rows(ask(f"/v1/customers/{customer}/sessions/{session.id}/events"))
    assert event.id in {one["id"] for one in found}
    assert {one["attributes"]["sessionId"] for one in found} == {session.id}
    assert ask(f"/v1/customers/{customer}/events").status_code == 404


def test_audit_logs_are_read_by_cursor_newest_first(ask: Ask, organisation: Organisation) -> None:
    path = "/v1/audit-logs?count=150"
    found = []
    while path:
        answer = ask(path).json()
        found += answer["data"]
        path = answer["links"]["next"]
    created = [one["attributes"]["createdAt"] for one in found]
    assert created == sorted(created, reverse=True)
    assert len({one["id"] for one in found}) == len(organisation.rows["audit_log"])
    back = ask(f"/v1/audit-logs?count=5&after={found[10]['id']}").json()["data"]
    assert [one["id"] for one in back] == [one["id"] for one in found[5:10]]


def test_new_audit_logs_do_not_move_the_cursor(sandbox_of: Maker, asker: Asker) -> None:
    of = frozen_organisation(scale=0.1)
    ask = asker(sandbox_of(of))
    before = {row.id for row in of.rows["audit_log"]}
    path = "/v1/audit-logs?count=7"
    found: list[str] = []
    while path:
        answer = ask(path).json()
        found += [one["id"] for one in answer["data"]]
        of.add("audit_log", NOW - 1, object=of.rows["customer"][0])
        path = answer["links"]["next"]
    assert len(found) >= 5 * 7
    assert sorted(found) == sorted(before)


def test_audit_logs_are_filtered_by_date_and_object(ask: Ask) -> None:
    start, end = time_text(NOW - 60 * DAY), time_text(NOW - 20 * DAY)
    path = f"/v1/audit-logs?count=1000&filter[start]={start}&filter[end]={end}"
    found = rows(ask(path))
    assert found
    assert all(start <= one["attributes"]["createdAt"] <= end for one in found)
    only = rows(ask(f"{path}&filter[objectType]=customer"))
    assert {one["attributes"]["objectType"] for one in only} == {"customer"}
    user = next(one["attributes"]["userId"] for one in found if one["attributes"]["userId"])
    own = rows(ask(f"{path}&filter[userId]={user}"))
    assert {one["attributes"]["userId"] for one in own} == {user}
    # A cursor that the filter leaves out is a place in time all the same.
    edge = rows(ask(f"{path}&filter[objectType]=customer&before={found[0]['id']}"))
    assert [one["id"] for one in edge] == [one["id"] for one in only if one != found[0]]


def test_a_cursor_that_is_no_audit_log_is_refused(ask: Ask, organisation: Organisation) -> None:
    for id_ in ("0" * 24, organisation.rows["customer"][0].id):
        assert ask(f"/v1/audit-logs?before={id_}").status_code == 400


def test_events_of_a_conversation_come_newest_first(ask: Ask, organisation: Organisation) -> None:
    talks = [row.facts["conversation"].id for row in organisation.rows["customer_event"]]
    busiest = max(talks, key=talks.count)
    found = rows(ask(f"/v1/conversations/{busiest}/events"))
    published = [one["attributes"]["publishedAt"] for one in found]
    assert len(set(published)) > 1
    assert published == sorted(published, reverse=True)
    kinds = {one["attributes"]["type"] for row in talks[:20] for one in events_of(ask, row)}
    assert kinds == {"customer", "conversation", "message"}


def events_of(ask: Ask, conversation: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rows(ask(f"/v1/conversations/{conversation}/events"))
    return found


def test_the_answer_to_a_survey_is_read_by_the_id_in_conversation_and_customer(
    ask: Ask, organisation: Organisation
) -> None:
    answer = organisation.rows["satisfaction_response"][0]
    talk = answer.facts["conversation"]
    given = rows(ask(f"/v1/conversations/{talk.id}"))["attributes"]["satisfactionLevel"]
    assert rows(ask(f"/v1/satisfaction-responses/{given['formResponse']}"))["id"] == answer.id
    customer = talk.facts["customer"].id
    level = rows(ask(f"/v1/customers/{customer}"))["attributes"]["satisfactionLevel"]
    response = rows(ask(f"/v1/satisfaction-responses/{level['firstSatisfaction']['formResponse']}"))
    assert response["relationships"]["customer"]["data"]["id"] == customer


def test_comments_of_a_custom_object_are_notes(ask: Ask, organisation: Organisation) -> None:
    about = organisation.rows["comment"][0].facts["kobject"]
    found = rows(ask(f"/v1/kobjects/{about.id}/comments"))
    assert {one["type"] for one in found} == {"note"}
    assert {one["relationships"]["kobject"]["data"]["id"] for one in found} == {about.id}


KINDS = ("conversation", "kobject")


def test_sub_statuses_are_listed_by_resource(ask: Ask) -> None:
    found = {name: rows(ask(f"/v1/sub-statuses?resource={name}")) for name in KINDS}
    for name, listed in found.items():
        assert {one["attributes"]["resourceType"] for one in listed} == {name}
    assert len(rows(ask("/v1/sub-statuses"))) == sum(map(len, found.values()))


def test_chat_settings_are_one_record(ask: Ask) -> None:
    assert rows(ask("/v1/chat/settings"))["attributes"]["greeting"]


def test_an_article_has_versions_in_each_language(ask: Ask, organisation: Organisation) -> None:
    version = organisation.rows["kb_article_version"][-1]
    path = f"/v1/kb/articles/{version.facts['article'].id}/versions"
    assert [one["id"] for one in rows(ask(f"{path}/de"))] == [version.id]
    assert rows(ask(f"{path}/fr")) == []


def test_summaries_are_listed_by_conversation(ask: Ask, organisation: Organisation) -> None:
    some = organisation.rows["ai_summary"][:3]
    wanted = ",".join(row.facts["conversation"].id for row in some[:2])
    found = rows(ask(f"/v1/ai/summaries/batch?resourceIds={wanted}"))
    assert {one["id"] for one in found} == {row.id for row in some[:2]}
    many = ",".join([wanted] * 25)
    assert ask(f"/v1/ai/summaries/batch?resourceIds={many}").status_code == 400


def test_the_children_of_a_company_are_the_edges_below_it(
    ask: Ask, organisation: Organisation
) -> None:
    edge = organisation.rows["kedge"][0]
    above, below = edge.facts["source"], edge.facts["target"]
    children = rows(ask(f"/v1/kedge/{above.id}/children"))
    assert edge.id in {one["id"] for one in children}
    assert {one["attributes"]["sourceId"] for one in children} == {above.id}
    assert edge.id not in {one["id"] for one in rows(ask(f"/v1/kedge/{below.id}/children"))}


def test_the_children_of_all_companies_are_the_whole_hierarchy(
    ask: Ask, organisation: Organisation
) -> None:
    companies = [company.id for company in organisation.rows["company"]]
    edges = organisation.rows["kedge"]

    found = [one for each in companies for one in rows(ask(f"/v1/kedge/{each}/children"))]

    assert sorted(one["id"] for one in found) == sorted(edge.id for edge in edges)
    parents = {one["attributes"]["targetId"]: one["attributes"]["sourceId"] for one in found}
    assert parents == {edge.facts["target"].id: edge.facts["source"].id for edge in edges}
    assert {*parents.values()} & parents.keys()


def test_a_deleted_message_is_listed_with_its_conversation(
    ask: Ask, organisation: Organisation
) -> None:
    file = organisation.rows["attachment"][0]
    message, talk = file.facts["message"], file.facts["message"].facts["conversation"]
    at = message.updated
    message.deleted = at
    try:
        answer = ask(f"/v1/conversations/{talk.id}/messages?include=attachments").json()
    finally:
        message.deleted = None
    assert file.id in {one["id"] for one in answer["included"]}
    assert file.id in ask(f"/v1/conversations/{talk.id}/attachments").text


# Lists that hide rows by default, and the parameters that show them.
HIDDEN = [
    ("/v1/teams", "deleted=true"),
    ("/v1/shortcuts", "deleted=all"),
    ("/v1/spam/senders", "includeDeleted=true"),
    ("/v1/routing/queues", "system=true"),
    ("/v1/routing/queues", "all=true"),
    ("/v1/customers/searches", "filter=all"),
    ("/v1/kviews", "appDisabled=true"),
    ("/v1/snoozes", "resource=kobject"),
]


@pytest.mark.parametrize(("path", "parameter"), HIDDEN)
def test_a_parameter_shows_rows_that_are_hidden_by_default(
    ask: Ask, path: str, parameter: str
) -> None:
    hidden = {one["id"] for one in rows(ask(f"{path}?{parameter}"))}
    shown = {one["id"] for one in rows(ask(path))}
    assert shown
    assert hidden - shown


def test_a_klass_has_snooze_options_that_no_other_list_shows(
    ask: Ask, organisation: Organisation
) -> None:
    klass = organisation.rows["klass"][0].id
    (own,) = rows(ask(f"/v1/snoozes?resource=kobject&klassId={klass}"))
    assert own["id"] not in ask("/v1/snoozes?resource=kobject").text


def test_any_other_path_is_answered_with_a_404_in_the_plain_shape(ask: Ask) -> None:
    answer = ask("/v1/spaceships")
    assert answer.status_code == 404
    assert answer.json()["errors"][0].keys() == {"code", "message", "meta"}
