"""Klasses, custom objects, and the metadata of custom attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox import roles
from kustomer_sandbox.errors import json_api
from kustomer_sandbox.generation.custom import metadata
from kustomer_sandbox.generation.klasses import klass_named
from kustomer_sandbox.handlers.call import Call, Endpoint
from kustomer_sandbox.lists import Listing, equal, find, from_date, page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row


def _metadata(call: Call) -> Document:
    found = metadata(call.organisation, call.names["resource"])
    if found is None:
        raise json_api(404, "notfound", "Not Found", parameter="resource")
    return {"data": found}


def _klass_type(organisation: Organisation, name: str) -> str:
    """Type of a klass; singular and plural both occur in paths."""
    klass = klass_named(organisation, name)
    if klass is None:
        raise json_api(404, "notfound", "Not Found", parameter="name")
    return f"kobject.{klass.name}"


def _klass(call: Call) -> Document:
    name = call.names["name"]
    row = call.organisation.by_id.get(name)
    if row is not None and row.type == "klass":
        return {"data": call.organisation.encoded(row)}
    listing = Listing("", _klass_type(call.organisation, name), narrow=from_date)
    return page_of(call.organisation, listing, call.path, dict(call.parameters))


def _kobject(call: Call) -> Document:
    type_ = _klass_type(call.organisation, call.names["name"])
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
        listing = Listing("", _klass_type(call.organisation, call.names["name"]), parent=parent)
        given = {**call.parameters, "id": call.names["id"]}
        return page_of(call.organisation, listing, call.path, given)

    return answer


ENDPOINTS = (
    Endpoint("/v1/metadata/{resource}", roles.METADATA, _metadata),
    Endpoint("/v1/klasses/{name}", roles.KLASS, _klass),
    Endpoint("/v1/klasses/{name}/{id}", roles.KOBJECT, _kobject),
    Endpoint("/v1/customers/{id}/klasses/{name}", roles.CUSTOMER, _kobjects_of("customer")),
    Endpoint("/v1/companies/{id}/klasses/{name}", roles.COMPANY, _kobjects_of("company")),
)
