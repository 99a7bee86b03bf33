"""Settings that are not plain lists: schedules, SLAs, sub-statuses and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox import roles
from kustomer_sandbox.errors import bad_parameter
from kustomer_sandbox.handlers.call import Call, Endpoint
from kustomer_sandbox.included import holidays
from kustomer_sandbox.lists import Listing, equal, find, page_of
from kustomer_sandbox.secret import SECRET

if TYPE_CHECKING:
    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row

# How many ids a request takes is not documented.
_MOST_SUMMARIES = 40


def _schedule(call: Call) -> Document:
    organisation = call.organisation
    wanted = call.names.get("id")
    first = organisation.rows["schedule"][0]
    row = first if wanted is None else find(organisation, wanted, "schedule")
    document: Document = {"data": organisation.encoded(row)}
    holidays(organisation, [row], call.parameters, document)
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


def _workflow_variables(call: Call) -> Document:
    """Return the variables of a workflow, which may contain secrets: no client should ask."""
    row = find(call.organisation, call.names["id"], "workflow")
    variable = {"type": "workflow_variable", "id": row.id, "attributes": {"shopToken": SECRET}}
    return {"data": [variable]}


def _article_versions(call: Call) -> Document:
    given = {**call.parameters, **call.names}
    listing = Listing("", "kb_article_version", parent="kb_article", narrow=equal("lang"))
    return page_of(call.organisation, listing, call.path, given)


def _summaries(call: Call) -> Document:
    """List the summaries of some conversations; no other resource has any."""
    wanted = call.parameters.get("resourceIds", "").split(",")
    if len(wanted) > _MOST_SUMMARIES:
        raise bad_parameter("resourceIds", f"At most {_MOST_SUMMARIES} ids")

    def narrow(_: Organisation, rows: list[Row], __: dict[str, str]) -> list[Row]:
        return [row for row in rows if row.facts["conversation"].id in wanted]

    listing = Listing("", "ai_summary", narrow=narrow)
    return page_of(call.organisation, listing, call.path, dict(call.parameters))


ENDPOINTS = (
    Endpoint("/v1/schedules/default", roles.SCHEDULE, _schedule),
    Endpoint("/v1/schedules/{id}", roles.SCHEDULE, _schedule),
    Endpoint("/v1/slas/{id}", roles.SLA, _sla),
    Endpoint("/v1/brands/default", roles.BRAND, _default_brand),
    Endpoint("/v1/sub-statuses", roles.SUB_STATUS, _sub_statuses),
    Endpoint("/v1/workflows/{id}/variables", roles.WORKFLOW, _workflow_variables),
    Endpoint("/v1/kb/articles/{id}/versions/{lang}", roles.KB, _article_versions),
    Endpoint("/v1/ai/summaries/batch", roles.AI, _summaries),
)
