"""Endpoints that are neither a plain list nor a plain read by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from kustomer_sandbox import endpoints
from kustomer_sandbox.errors import bad_parameter, json_api, plain
from kustomer_sandbox.generation.custom import metadata
from kustomer_sandbox.generation.document import at
from kustomer_sandbox.generation.settings import KLASSES
from kustomer_sandbox.lists import (
    Listing,
    equal,
    find,
    from_date,
    page_of,
    search_links,
    whole,
)
from kustomer_sandbox.search import ARCHIVE, STANDARD
from kustomer_sandbox.times import understood

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.access import Access
    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.options import Options
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.search import SearchEngine
    from kustomer_sandbox.search.query import Rules

_MOST_AUDIT_LOGS = 1000


@dataclass
class Call:
    """A request that was let in."""

    path: str
    names: dict[str, str]
    parameters: dict[str, str]
    body: Any
    roles: frozenset[str]
    organisation: Organisation
    engine: SearchEngine
    access: Access
    options: Options


@dataclass(frozen=True)
class Endpoint:
    """A path, who may read it, and what answers."""

    path: str
    roles: tuple[str, ...]
    answer: Callable[[Call], Document]
    method: str = "GET"


def searching(rules: Rules) -> Callable[[Call], Document]:
    """Return the handler of one of the two searches."""

    def answer(call: Call) -> Document:
        found = call.engine.search(call.body, call.parameters, rules)
        context = call.body["queryContext"]
        kind = "kobject" if context.startswith("kobject") else context
        needed = endpoints.CONTEXT_ROLES[kind]
        hidden = False
        if call.options.object_roles != "ignore":
            hidden = not call.access.allows(call.roles, needed)
        if hidden and call.options.object_roles == "refuse":
            raise call.access.refusal(needed)
        if hidden:
            found.total, found.data = 0, []
        size = found.page_size
        given = {"idsOnly": "true"} if found.ids_only else {}
        return {
            "meta": {
                "pageSize": size,
                "page": found.page,
                "total": found.total,
                "totalPages": -(-found.total // size),
                "aggregations": {},
                "timed_out": False,
            },
            "links": search_links(rules.path, given, found.page, size, found.total),
            "data": found.data,
        }

    return answer


def _listed(listing: Listing) -> Callable[[Call], Document]:
    def answer(call: Call) -> Document:
        given = {**call.parameters, **call.names}
        return page_of(call.organisation, listing, call.path, given)

    return answer


def _by_ids(*types: str) -> Callable[[Call], Document]:
    def answer(call: Call) -> Document:
        organisation = call.organisation
        if "=" in call.names["ids"] and types == ("customer",):
            return _customer_by(call)
        ids = call.names["ids"].split(",")
        rows = [find(organisation, id_, *types) for id_ in ids]
        for row in rows:
            if row.deleted is not None and row.type in ("conversation", "message"):
                raise json_api(404, "notfound", "Not Found", parameter="id")
        if len(rows) == 1:
            return {"data": organisation.encoded(rows[0])}
        return {"data": [organisation.encoded(row) for row in rows]}

    return answer


def _token(call: Call) -> Document:
    organisation = call.organisation
    machine = organisation.rows["user"][-1]
    started = at(organisation.started_at)
    attributes = {
        "lastTokenChars": call.options.api_key[-4:],
        "name": "sandbox",
        "ipAddress": "127.0.0.1",
        "userAgent": None,
        "roles": sorted(call.roles),
        "createdAt": started,
        "updatedAt": started,
        "lastAccessedAt": at(organisation.clock.now()),
    }
    relationships = {
        "org": {"data": {"type": "org", "id": organisation.id}},
        "user": {"data": {"type": "user", "id": machine.id}},
    }
    token = {"type": "token", "id": machine.id[::-1]}
    return {"data": {**token, "attributes": attributes, "relationships": relationships}}


def _own_user(call: Call) -> Document:
    return {"data": call.organisation.encoded(call.organisation.rows["user"][-1])}


def _org(call: Call) -> Document:
    started = at(call.organisation.started_at)
    attributes: Document = {
        "name": "sandbox",
        "displayName": "Sandbox shop",
        "meta": {},
        "createdAt": started,
        "updatedAt": started,
    }
    id_ = call.organisation.id
    return {"data": {"type": "org", "id": id_, "attributes": attributes}}


def _chat_settings(call: Call) -> Document:
    attributes: Document = {
        "settingsVersion": 1,
        "widgetType": "chat",
        "version": 2,
        "teamName": "Shop",
        "greeting": "Hello 👋",
        "autoreply": None,
        "enabled": True,
    }
    id_ = call.organisation.id
    return {"data": {"type": "chat_settings", "id": id_, "attributes": attributes}}


def _metadata(call: Call) -> Document:
    found = metadata(call.organisation, call.names["resource"])
    if found is None:
        raise json_api(404, "notfound", "Not Found", parameter="resource")
    return {"data": found}


def _klass_type(name: str) -> str:
    """Return the type of a class; singular and plural both occur in paths."""
    for klass in KLASSES:
        if name in (klass.name, f"{klass.name}s"):
            return f"kobject.{klass.name}"
    raise json_api(404, "notfound", "Not Found", parameter="name")


def _klass(call: Call) -> Document:
    name = call.names["name"]
    row = call.organisation.by_id.get(name)
    if row is not None and row.type == "klass":
        return {"data": call.organisation.encoded(row)}
    listing = Listing("", _klass_type(name), narrow=from_date)
    return page_of(call.organisation, listing, call.path, dict(call.parameters))


def _kobject(call: Call) -> Document:
    type_ = _klass_type(call.names["name"])
    wanted = call.names["id"]
    if wanted.startswith("externalId="):
        rows = call.organisation.rows[type_]
        return _first(call, rows, "externalId", wanted.partition("=")[2])
    row = find(call.organisation, wanted)
    if row.type != type_:
        raise json_api(404, "notfound", "Not Found", parameter="id")
    return {"data": call.organisation.encoded(row)}


def _first(call: Call, rows: list[Row], attribute: str, value: str) -> Document:
    narrow = equal(attribute)
    for row in narrow(call.organisation, rows, {attribute: value}):
        return {"data": call.organisation.encoded(row)}
    raise json_api(404, "notfound", "Not Found", parameter=attribute)


def _kobjects_of(parent: str) -> Callable[[Call], Document]:
    def answer(call: Call) -> Document:
        listing = Listing("", _klass_type(call.names["name"]), parent=parent)
        given = {**call.parameters, "id": call.names["id"]}
        return page_of(call.organisation, listing, call.path, given)

    return answer


def _customer_by(call: Call) -> Document:
    attribute, _, value = call.names["ids"].partition("=")
    organisation = call.organisation
    plural = {"email": "emails", "phone": "phones", "externalId": "externalIds"}
    if attribute not in plural:
        raise plain(404, "not_found", "Not found")
    for row in organisation.rows["customer"]:
        found = organisation.document(row)["attributes"].get(plural[attribute], [])
        if any(one[attribute] == value for one in found):
            return {"data": organisation.encoded(row)}
    raise json_api(404, "notfound", "Not Found", parameter=attribute)


def _merges(call: Call) -> Document:
    """List the merges of the customer that went away, as the docs' example does."""
    find(call.organisation, call.names["id"], "customer")

    def narrow(_: Organisation, rows: list[Row], __: dict[str, str]) -> list[Row]:
        return [row for row in rows if row.facts["source"].id == call.names["id"]]

    listing = Listing("", "customer_merge", narrow=narrow)
    return page_of(call.organisation, listing, call.path, dict(call.parameters))


def _session_events(call: Call) -> Document:
    given = {**call.parameters, "id": call.names["session"]}
    listing = Listing("", "customer_event", parent="customer_session")
    return page_of(call.organisation, listing, call.path, given)


def _conversation_attachments(call: Call) -> Document:
    organisation = call.organisation
    conversation = find(organisation, call.names["id"], "conversation")
    found = [
        organisation.document(attachment)
        for message in conversation.facts["messages"]
        for attachment in organisation.children(message, "attachment")
    ]
    for document in found[::3]:
        # The documented example has no ids, a schema made from live data has.
        del document["id"]
    number = whole(call.parameters, "page", 1)
    size = min(whole(call.parameters, "pageSize", 100), 100)
    return {
        "meta": {},
        "links": search_links(call.path, call.parameters, number, size, len(found)),
        "data": found[(number - 1) * size : number * size],
    }


def _message_attachment(call: Call) -> Document:
    message = find(call.organisation, call.names["message"], "message")
    row = find(call.organisation, call.names["id"], "attachment")
    if row.facts["message"] is not message:
        raise json_api(404, "notfound", "Not Found", parameter="id")
    return {"data": call.organisation.document(row)}


def _times_in_milliseconds(call: Call) -> Document:
    listing = Listing("", "conversation_time", parent="conversation", largest=1000)
    given = {**call.parameters, "id": call.names["id"]}
    document = page_of(call.organisation, listing, call.path, given)
    document["data"] = [msgspec.json.decode(one) for one in document["data"]]
    for one in document["data"]:
        attributes = one["attributes"]
        for name in ("handleTime", "messageTime", "noteTime"):
            if attributes.get(name) is not None:
                attributes[name] *= 1000
    return document


def _schedule(call: Call) -> Document:
    organisation = call.organisation
    wanted = call.names.get("id")
    first = organisation.rows["schedule"][0]
    row = first if wanted is None else find(organisation, wanted, "schedule")
    document: Document = {"data": organisation.encoded(row)}
    if call.parameters.get("include") == "holidays":
        holidays = organisation.children(row, "holiday")
        document["included"] = [organisation.encoded(one) for one in holidays]
    return document


def _sla(call: Call) -> Document:
    organisation = call.organisation
    row = find(organisation, call.names["id"], "sla")
    versions = organisation.children(row, "sla_version")
    document: Document = {"data": organisation.encoded(row)}
    wanted = call.parameters.get("versions")
    if wanted == "all":
        document["included"] = [organisation.encoded(one) for one in versions]
    elif wanted == "active":
        # An object instead of an array, as in the documented example.
        document["included"] = organisation.encoded(versions[-1])
    return document


def _default_brand(call: Call) -> Document:
    document = call.organisation.document(call.organisation.rows["brand"][0])
    document["relationships"] = {"org": document["relationships"]["org"]}
    return {"data": document}


def _sub_statuses(call: Call) -> Document:
    given = dict(call.parameters)
    if "resource" in given:
        given["resourceType"] = given["resource"]
    listing = Listing("", "sub_status", narrow=equal("resourceType"))
    return page_of(call.organisation, listing, call.path, given)


def _audit_logs(call: Call) -> Document:
    """List the audit log, newest first, by cursor."""
    given = call.parameters
    count = min(whole(given, "count", 100), _MOST_AUDIT_LOGS)
    rows = sorted(
        call.organisation.rows["audit_log"],
        key=lambda row: (row.created, row.id),
        reverse=True,
    )
    rows = [row for row in rows if _logged(call.organisation, row, given)]
    total = len(rows)
    ids = [row.id for row in rows]
    if "before" in given:
        rows = rows[_place(ids, given["before"]) + 1 :]
    elif "after" in given:
        rows = rows[: _place(ids, given["after"])][-count:]
    shown = rows[:count]
    others = {k: v for k, v in given.items() if k not in ("before", "after", "count")}

    def link(**cursor: str) -> str:
        return f"{call.path}?{urlencode({**others, 'count': count, **cursor})}"

    more = len(rows) > count or ("after" in given and bool(shown))
    return {
        "meta": {"count": len(shown), "total": total, "cursorCount": len(rows)},
        "links": {
            "self": link(),
            "first": link(),
            "prev": link(after=shown[0].id) if shown else None,
            "next": link(before=shown[-1].id) if more else None,
        },
        "data": [call.organisation.encoded(row) for row in shown],
    }


def _place(ids: list[str], id_: str) -> int:
    try:
        return ids.index(id_)
    except ValueError as error:
        raise bad_parameter("before", f"Unknown audit log: {id_}") from error


def _logged(organisation: Organisation, row: Row, given: dict[str, str]) -> bool:
    try:
        if row.created < understood(given.get("filter[start]", "1970-01-01")):
            return False
        if row.created > understood(given.get("filter[end]", "2999-01-01")):
            return False
    except ValueError as error:
        raise bad_parameter("filter", "Not a date") from error
    attributes = organisation.document(row)["attributes"]
    kinds = [given["filter[objectType]"]] if "filter[objectType]" in given else []
    kinds += given.get("filter[include]", "").split(",") if kinds else []
    return (
        (not kinds or attributes["objectType"] in kinds)
        and given.get("filter[objectId]") in (None, attributes["objectId"])
        and given.get("filter[userId]") in (None, attributes["userId"])
    )


def _gone(call: Call) -> Document:
    raise json_api(404, "notfound", f"Not Found: {call.path} is deprecated")


_SPECIAL = (
    Endpoint("/v1/auth/tokens/current", (), _token),
    Endpoint("/v1/users/current", (), _own_user),
    Endpoint("/v1/orgs/current", (), _org),
    Endpoint("/v1/chat/settings", ("org.permission.chat_settings.read",), _chat_settings),
    Endpoint(STANDARD.path, endpoints.SEARCH_ROLES, searching(STANDARD), "POST"),
    Endpoint(f"{STANDARD.path}/", endpoints.SEARCH_ROLES, searching(STANDARD), "POST"),
    Endpoint(ARCHIVE.path, endpoints.SEARCH_ROLES, searching(ARCHIVE), "POST"),
    Endpoint("/v1/metadata/{resource}", endpoints.METADATA_ROLES, _metadata),
    Endpoint("/v1/klasses/{name}", endpoints.KLASS_ROLES, _klass),
    Endpoint("/v1/klasses/{name}/{id}", endpoints.KOBJECT_ROLES, _kobject),
    Endpoint(
        "/v1/customers/{id}/klasses/{name}",
        endpoints.CUSTOMER_ROLES,
        _kobjects_of("customer"),
    ),
    Endpoint(
        "/v1/companies/{id}/klasses/{name}",
        endpoints.COMPANY_ROLES,
        _kobjects_of("company"),
    ),
    Endpoint("/v1/customers/{id}/merges", endpoints.MERGE_ROLES, _merges),
    Endpoint("/v1/customers/{id}/events", endpoints.EVENT_ROLES, _gone),
    Endpoint(
        "/v1/customers/{id}/sessions/{session}/events",
        endpoints.EVENT_ROLES,
        _session_events,
    ),
    Endpoint(
        "/v1/conversations/{id}/attachments",
        endpoints.ATTACHMENT_ROLES,
        _conversation_attachments,
    ),
    Endpoint(
        "/v1/messages/{message}/attachments/{id}",
        endpoints.ATTACHMENT_ROLES,
        _message_attachment,
    ),
    Endpoint(
        "/v2/conversations/{id}/times",
        endpoints.CONVERSATION_ROLES,
        _times_in_milliseconds,
    ),
    Endpoint("/v1/schedules/default", endpoints.SCHEDULE_ROLES, _schedule),
    Endpoint("/v1/schedules/{id}", endpoints.SCHEDULE_ROLES, _schedule),
    Endpoint("/v1/slas/{id}", endpoints.SLA_ROLES, _sla),
    Endpoint("/v1/brands/default", endpoints.BRAND_ROLES, _default_brand),
    Endpoint("/v1/sub-statuses", endpoints.SUB_STATUS_ROLES, _sub_statuses),
    Endpoint("/v1/audit-logs", endpoints.AUDIT_ROLES, _audit_logs),
)

# The first path that fits answers: fixed names before ids.
ENDPOINTS: tuple[Endpoint, ...] = (
    *_SPECIAL,
    *(Endpoint(one.path, one.roles, _listed(one)) for one in endpoints.LISTS),
    *(Endpoint(one.path, one.roles, _by_ids(one.type)) for one in endpoints.SINGLES),
)
