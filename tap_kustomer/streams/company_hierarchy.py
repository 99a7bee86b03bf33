"""Company hierarchy: which companies belong to which other ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import PagedList, PerParent
from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.resource import Resource


def _edge(child: Resource) -> Iterable[Resource]:
    """The edge that leads to a child, or one made of the child itself."""
    if child.get("type") != "company":
        return (child,)
    edge = {"sourceId": child[PARENT]["id"], "targetId": child.get("id")}
    return ({"id": child.get("id"), PARENT: child[PARENT], "attributes": edge},)


class CompanyHierarchy(KustomerStream):
    """One row for each company that belongs to another one. Costs one request per company.

    Kustomer documents such an edge of the hierarchy, that the parent and the children of a company
    can be read and how its parent is set, at `/v1/kedge/{id}/parent`; the path of the children is
    assumed. Should it return companies instead of edges, a row has the id of the company below,
    which has at most one parent in a hierarchy. All companies are asked about in each run, as a
    company need not change when it gets a child.

    The children of all companies are all edges between them: the one to a company's parent is among
    the children of that parent. Parents are therefore not read. They would take as many requests
    again, to add only a parent that the list of companies lacks. Whether the edges of hierarchies
    with another name than the default come too is not documented.

    Source: https://developer.kustomer.com/docs/guides/company-hierarchy
    """

    name = "company_hierarchy"
    group = Group.CUSTOMERS
    resource_type = "kedge"
    documented = False
    assumed = True
    selected_by_default = False
    # Without parents as a second source: should companies come instead of edges, a concatenation
    # would take a company that is found both above and below others for one row that came twice.
    source = PerParent(parent=PagedList("/v1/companies"), path="/v1/kedge/{id}/children")
    prepare = _edge
    roles = Companies.roles
    shape = Shape(
        parent="company",
        attributes=(
            text("sourceId", "Id of the company above."),
            text("targetId", "Id of the company below."),
            text("name", "Name of the hierarchy: company_hierarchy by default."),
            text("sourceType", "What is above: company."),
            text("targetType", "What is below: company."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
    joins = (Join("source_id", "companies.id"), Join("target_id", "companies.id"))
