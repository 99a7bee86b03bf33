"""The two searches, and what they can be asked by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox import roles
from kustomer_sandbox.handlers.call import Call, Endpoint
from kustomer_sandbox.lists import page_links
from kustomer_sandbox.search.query import ARCHIVE, STANDARD

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.search.query import Rules


def _searching(rules: Rules) -> Callable[[Call], Document]:
    def answer(call: Call) -> Document:
        found = call.engine.search(call.body, call.parameters, rules)
        context = call.body["queryContext"]
        kind = "kobject" if context.startswith("kobject") else context
        needed = roles.OF_CONTEXT[kind]
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
            "links": page_links(rules.path, given, found.page, size, found.total),
            "data": found.data,
        }

    return answer


def _schema(call: Call) -> Document:
    """Return what the search accepts, without an id, as in the documented example."""
    refused, accepted = call.options.refused_criteria, call.options.accepted_criteria
    attributes = STANDARD.without_and_with(refused, accepted).schema(accepted)
    return {"data": {"type": "schema", "attributes": attributes}}


ENDPOINTS = (
    Endpoint("/v1/customers/searches/schema", roles.SAVED_SEARCH, _schema),
    Endpoint(STANDARD.path, roles.SEARCH, _searching(STANDARD), "POST"),
    Endpoint(f"{STANDARD.path}/", roles.SEARCH, _searching(STANDARD), "POST"),
    Endpoint(ARCHIVE.path, roles.SEARCH, _searching(ARCHIVE), "POST"),
)
