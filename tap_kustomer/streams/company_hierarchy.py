"""Company hierarchy: which companies belong to which other ones."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class CompanyHierarchy(KustomerStream):
    """One row for each company that belongs to another one.

    Kustomer documents such an edge of the hierarchy, and that a company has a parent and children;
    that there is a list of all edges is assumed.
    Source: https://developer.kustomer.com/docs/guides/company-hierarchy
    """

    name = "company_hierarchy"
    group = Group.CUSTOMERS
    resource_type = "kedge"
    documented = False
    assumed = True
    selected_by_default = False
    source = PagedList("/v1/kedge")
    roles = Companies.roles
    shape = Shape(
        attributes=(
            text("sourceId", "Id of the company above."),
            text("targetId", "Id of the company below."),
            text("tree", "Name of the hierarchy: company_hierarchy by default."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
    joins = (Join("source_id", "companies.id"), Join("target_id", "companies.id"))
