"""Plain lists and plain reads by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox import endpoints
from kustomer_sandbox.errors import json_api, plain
from kustomer_sandbox.handlers.call import Call, Endpoint
from kustomer_sandbox.lists import Listing, find, page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.generation.document import Document


def _listed(listing: Listing) -> Callable[[Call], Document]:
    def answer(call: Call) -> Document:
        given = {**call.parameters, **call.names}
        return page_of(call.organisation, listing, call.path, given)

    return answer


def _by_ids(type_: str) -> Callable[[Call], Document]:
    def answer(call: Call) -> Document:
        organisation = call.organisation
        if "=" in call.names["ids"] and type_ == "customer":
            return _customer_by(call)
        ids = call.names["ids"].split(",")
        rows = [find(organisation, id_, type_) for id_ in ids]
        for row in rows:
            if row.deleted is not None and row.type in ("conversation", "message"):
                raise json_api(404, "notfound", "Not Found", parameter="id")
        if len(rows) == 1:
            return {"data": organisation.encoded(rows[0])}
        return {"data": [organisation.encoded(row) for row in rows]}

    return answer


def _customer_by(call: Call) -> Document:
    attribute, _, value = call.names["ids"].partition("=")
    organisation = call.organisation
    plural = {"email": "emails", "phone": "phones", "externalId": "externalIds"}
    if attribute not in plural:
        raise plain(404, "not_found", "Not found")
    for row in organisation.rows["customer"]:
        found = organisation.document(row)["attributes"].get(plural[attribute]) or ()
        if any(one[attribute] == value for one in found):
            return {"data": organisation.encoded(row)}
    raise json_api(404, "notfound", "Not Found", parameter=attribute)


ENDPOINTS = (
    *(Endpoint(one.path, one.roles, _listed(one)) for one in endpoints.LISTS),
    *(Endpoint(one.path, one.roles, _by_ids(one.type)) for one in endpoints.SINGLES),
)
